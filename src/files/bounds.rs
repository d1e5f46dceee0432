//! How much may a file hold? Every bound is kept while the file is read, before what is over it is in memory.

use std::fmt;

/// What a bound counts; worded as the end of "The file has more than 256 ...".
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    Rows,
    Columns,
    CellBytes,
    RowBytes,
    TextBytes,
    Parts,
    UnpackedBytes,
    SharedStrings,
    SharedStringBytes,
    Cells,
    Formats,
    FormatBytes,
    Names,
    Nesting,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rows => "rows",
            Self::Columns => "columns",
            Self::CellBytes => "bytes in one cell",
            Self::RowBytes => "bytes in one row",
            Self::TextBytes => "bytes of text in its rows",
            Self::Parts => "parts in its archive",
            Self::UnpackedBytes => "bytes when it is unpacked",
            Self::SharedStrings => "shared strings",
            Self::SharedStringBytes => "bytes of shared strings",
            Self::Cells => "cells",
            Self::Formats => "fonts, fills, borders and cell formats",
            Self::FormatBytes => "bytes of cell formats",
            Self::Names => "sheets, names and relationships",
            Self::Nesting => "levels of nested elements",
        })
    }
}

/// The most that is read of a file. All of an upload together stays under 100 MB of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Rows with anything in them, without the header and what is above it.
    pub rows: usize,
    pub columns: usize,
    pub cell_bytes: usize,
    pub row_bytes: usize,
    /// All cells of all rows: a shared string counts each time that it is shown.
    pub text_bytes: usize,
    pub unpacked_bytes: u64,
    pub shared_strings: usize,
    pub shared_string_bytes: u64,
    pub cells: usize,
}

impl Bounds {
    /// For what comes over HTTP, with at most `rows` rows.
    pub const fn upload(rows: usize) -> Self {
        Self {
            rows,
            columns: 256,
            cell_bytes: 128 << 10,
            row_bytes: 1 << 20,
            text_bytes: 64 << 20,
            unpacked_bytes: 128 << 20,
            shared_strings: 500_000,
            shared_string_bytes: 32 << 20,
            cells: 5_000_000,
        }
    }

    /// For what an operator imports from a disk, with at most `rows` rows.
    pub const fn import(rows: usize) -> Self {
        Self {
            rows,
            text_bytes: 4 << 30,
            unpacked_bytes: 4 << 30,
            shared_strings: 10_000_000,
            shared_string_bytes: 1 << 30,
            cells: 100_000_000,
            ..Self::upload(rows)
        }
    }
}
