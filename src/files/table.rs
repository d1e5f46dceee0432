//! A table: rows of a file with the lines in which they stand, and the columns that a reader wants of them.
//!
//! The first rows (the head) decide where the header is and which column holds what: for a text with each delimiter that
//! may be meant, for a workbook in each of its visible sheets. Then all rows are handed on, one at a time.

use super::bounds::{Bound, Bounds};
use super::encoding::{self, Encoded};
use super::format::{self, Format};
use super::records::Records;
use super::text::{self, Chars};
use super::{FileError, workbook};
use domain::text::trim;
use std::io::{Read, Seek};

/// How many rows decide about columns, and how many bytes of them.
const HEAD_ROWS: usize = 200;
const HEAD_BYTES: usize = 256 << 10;
/// Delimiters, the commonest first.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// A row, and the line of the file in which it begins (of a sheet: its row), from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub line: usize,
    pub cells: Vec<String>,
}

impl Row {
    /// The text of a cell; blank where the row has none.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }
}

/// How sure a reader is of its columns.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fit {
    /// Nothing there looks like what is wanted.
    Nothing,
    /// A name says so, though nothing below it does.
    NameOnly,
    ByContent,
    ByName,
}

/// Where what is wanted stands.
#[derive(Clone, Debug)]
pub struct Plan<C> {
    pub columns: C,
    /// Rows above the first that holds data: titles and the header.
    pub skipped: usize,
    pub fit: Fit,
}

/// What a reader of a table looks for.
pub trait Wanted {
    type Columns;

    /// Finds the columns by the first rows (blank ones left out, at least one).
    fn plan(&self, head: &[Row]) -> Result<Plan<Self::Columns>, FileError>;
}

/// Where rows of data go, with the columns.
pub type Sink<'a, C> = dyn FnMut(&C, Row) -> Result<(), FileError> + 'a;

/// Where rows come from; `None` is their end.
pub type NextRow<'a> = dyn FnMut() -> Result<Option<Row>, FileError> + 'a;

/// Hands each row of data to `sink`, with the columns. Answers the columns; `None` if nothing is in the file.
pub fn read<R: Read + Seek, W: Wanted>(
    file: &mut R,
    bounds: Bounds,
    wanted: &W,
    mut sink: impl FnMut(&W::Columns, Row) -> Result<(), FileError>,
) -> Result<Option<W::Columns>, FileError> {
    match format::of(file)? {
        Format::Workbook => workbook::read(file, bounds, wanted, &mut sink),
        Format::Text => {
            let encoded = encoding::of(file)?;
            let head = text::head(file, encoded)?;
            let (delimiter, skipped) = match text::named_delimiter(&head) {
                Some(named) => named,
                None => (delimiter(file, encoded, &head, bounds, wanted)?, 0),
            };
            let chars = Chars::new(file, encoded)?;
            let mut records = Records::new(chars, delimiter, skipped, bounds)?;
            let mut next = || records.next_row();
            let Some(head) = Head::read(&mut next, wanted)? else { return Ok(None) };
            head.hand_on(&mut next, bounds, &mut sink).map(Some)
        }
    }
}

/// The delimiter with which the wanted columns are found; between equals, the one that the first row holds most often
/// outside quotes (K8).
fn delimiter<R: Read + Seek, W: Wanted>(
    file: &mut R,
    encoded: Encoded,
    head: &str,
    bounds: Bounds,
    wanted: &W,
) -> Result<char, FileError> {
    let mut candidates = DELIMITERS;
    let counts = counts(head);
    candidates.sort_by_key(|candidate| {
        std::cmp::Reverse(DELIMITERS.iter().position(|known| known == candidate).map_or(0, |at| counts[at]))
    });
    let mut best = (Fit::Nothing, candidates[0]);
    for candidate in candidates {
        let chars = Chars::new(file, encoded)?;
        let mut records = Records::new(chars, candidate, 0, bounds)?;
        // What cannot be read with this delimiter may be fine with another; with the chosen one it is reported.
        let fit = match Head::read(&mut || records.next_row(), wanted) {
            Ok(Some(head)) => head.plan.fit,
            Ok(None) | Err(_) => Fit::Nothing,
        };
        if fit > best.0 {
            best = (fit, candidate);
        }
    }
    Ok(best.1)
}

/// How often each delimiter stands outside quotes in the first row that has any.
fn counts(head: &str) -> [usize; DELIMITERS.len()] {
    let mut counts = [0; DELIMITERS.len()];
    let mut is_quoted = false;
    for c in head.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\r' | '\n' if !is_quoted && counts.iter().any(|count| *count > 0) => break,
            _ if !is_quoted => {
                if let Some(at) = DELIMITERS.iter().position(|known| *known == c) {
                    counts[at] += 1;
                }
            }
            _ => {}
        }
    }
    counts
}

/// The first rows of a table, and where in them the wanted columns are.
pub struct Head<C> {
    rows: Vec<Row>,
    pub plan: Plan<C>,
}

impl<C> Head<C> {
    /// Reads the first rows; `None` if there is none.
    pub fn read<W: Wanted<Columns = C>>(
        next: &mut NextRow<'_>,
        wanted: &W,
    ) -> Result<Option<Self>, FileError> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while rows.len() < HEAD_ROWS
            && bytes < HEAD_BYTES
            && let Some(row) = next()?
        {
            if !row.is_blank() {
                bytes += row.cells.iter().map(String::len).sum::<usize>();
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        let plan = wanted.plan(&rows)?;
        Ok(Some(Self { rows, plan }))
    }

    /// Hands on the rows of data: those of the head, then the rest.
    pub fn hand_on(
        self,
        next: &mut NextRow<'_>,
        bounds: Bounds,
        sink: &mut dyn FnMut(&C, Row) -> Result<(), FileError>,
    ) -> Result<C, FileError> {
        let columns = self.plan.columns;
        let (mut rows, mut bytes) = (0, 0);
        let mut hand = |row: Row| {
            rows += 1;
            bytes += row.cells.iter().map(String::len).sum::<usize>();
            if rows > bounds.rows {
                return Err(FileError::over(Bound::Rows, bounds.rows));
            }
            if bytes > bounds.text_bytes {
                return Err(FileError::over(Bound::TextBytes, bounds.text_bytes));
            }
            sink(&columns, row)
        };
        for row in self.rows.into_iter().skip(self.plan.skipped) {
            hand(row)?;
        }
        while let Some(row) = next()? {
            if !row.is_blank() {
                hand(row)?;
            }
        }
        Ok(columns)
    }
}

/// A cell without blanks and invisible characters at its ends (K25), and without the `="..."` with which spreadsheets are
/// kept from reading digits as a number.
pub fn tidy(cell: &str) -> String {
    let cell = trim(cell);
    let bare = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    bare.map_or(cell, trim).to_owned()
}
