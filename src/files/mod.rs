//! What is in a file that somebody uploads or imports? One reader of tables for all of them: leads and bare numbers, CSV
//! and XLSX, over HTTP and on the command line.
//!
//! What is read:
//! - **Text** with a cell delimiter (`,` `;` tab `|`, or any that a first line `sep=X` names), as UTF-8, UTF-16 (either
//!   byte order), Windows-1252 or Windows-1256, with or without a byte order mark; lines end in LF, CRLF or CR.
//! - **XLSX**: the first visible sheet that has the wanted columns. Dates become `2027-06-24T14:00:00`.
//!
//! What a file is follows from its bytes, never from its name or its content type. Whatever is neither is refused by the
//! name of its format (`format`). Title lines above the header are skipped; rows keep the line (of a text) or the row
//! (of a sheet) in which they stand.
//!
//! | Step | Module | What bounds it |
//! |---|---|---|
//! | what it is | `format` | the first 8 KiB |
//! | which encoding | `encoding` | 64 KiB at a time |
//! | rows of a text | `text`, `records` | a cell, a row, columns (`Bounds`) |
//! | parts of a workbook | `parts`, `meter` | unpacked bytes, strings, cells, nesting: before calamine reads them |
//! | rows of a sheet | `workbook` | as a text's |
//! | which columns | `names`, `leads`, `numbers` | the first 200 rows |
//!
//! The whole file is read once before anything of it is recorded: a fault anywhere in it changes nothing.

pub mod bounds;
mod encoding;
mod error;
mod format;
pub mod leads;
mod meter;
mod names;
pub mod numbers;
mod parts;
mod records;
mod spool;
mod table;
mod text;
pub mod turns;
mod workbook;

pub use bounds::{Bound, Bounds};
pub use error::FileError;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod large_tests;
