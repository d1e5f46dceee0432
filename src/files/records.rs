//! Which rows and cells does a text hold (RFC 4180, leniently)? Like the crate `csv`, with what imports need besides: a row
//! knows its line whatever ends lines (K10), a quote that is never closed is an error (K7), and what is too large is refused
//! while it is read.

use super::FileError;
use super::bounds::{Bound, Bounds};
use super::table::{Row, tidy};
use super::text::Chars;
use std::io::{Read, Seek};

/// Spreadsheets write blank cells as far as the right end of a sheet: those are left out.
const BLANK_COLUMNS_MAX: usize = 16_384;

/// The rows of a text, in order.
pub struct Records<'a, R> {
    chars: Chars<'a, R>,
    delimiter: char,
    bounds: Bounds,
    /// The line of the next character, from 1.
    line: usize,
    /// A character that was read and belongs to what follows.
    held: Option<char>,
    /// A line feed that comes now belongs to the line end before it.
    is_after_cr: bool,
}

/// Where in a cell the reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Before its first character that is not a blank.
    Start,
    Plain,
    /// Inside quotes.
    Quoted,
    /// After a quote inside quotes: it closes them, unless another follows.
    Quote,
    /// After the quotes.
    Closed,
}

impl<'a, R: Read + Seek> Records<'a, R> {
    /// Skips `skipped` characters, which count for no line.
    pub fn new(
        mut chars: Chars<'a, R>,
        delimiter: char,
        skipped: usize,
        bounds: Bounds,
    ) -> Result<Self, FileError> {
        for _ in 0..skipped {
            chars.next()?;
        }
        Ok(Self { chars, delimiter, bounds, line: 1, held: None, is_after_cr: false })
    }

    /// The next row, blank ones too.
    pub fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        let Some(first) = self.next()? else { return Ok(None) };
        self.held = Some(first);
        let mut row = Row { line: self.line, cells: Vec::new() };
        let (mut bytes, mut columns) = (0, 0);
        loop {
            let (cell, is_last) = self.cell()?;
            bytes += cell.len();
            if bytes > self.bounds.row_bytes {
                return Err(FileError::over(Bound::RowBytes, self.bounds.row_bytes));
            }
            columns += 1;
            let cell = tidy(&cell);
            if row.cells.len() < self.bounds.columns {
                row.cells.push(cell);
            } else if !cell.is_empty() || columns > BLANK_COLUMNS_MAX {
                return Err(FileError::over(Bound::Columns, self.bounds.columns));
            }
            if is_last {
                return Ok(Some(row));
            }
        }
    }

    /// A cell, and whether it is the last of its row.
    fn cell(&mut self) -> Result<(String, bool), FileError> {
        let mut cell = String::new();
        let mut at = At::Start;
        let mut opened_in = self.line;
        loop {
            let Some(c) = self.next()? else {
                if at == At::Quoted {
                    return Err(FileError::OpenQuote(opened_in));
                }
                return Ok((cell, true));
            };
            let is_quoted = at == At::Quoted;
            if c == '\n' {
                self.line += 1;
            }
            if !is_quoted && (c == self.delimiter || c == '\n') {
                return Ok((cell, c == '\n'));
            }
            at = match (at, c) {
                (At::Start, '"') => {
                    opened_in = self.line;
                    cell.clear();
                    At::Quoted
                }
                (At::Quoted, '"') => At::Quote,
                (At::Quote, '"') => {
                    cell.push('"');
                    At::Quoted
                }
                (At::Quoted, _) => {
                    cell.push(c);
                    At::Quoted
                }
                (At::Quote | At::Closed, _) => {
                    // Only a quote that was forgotten closes lines later and goes on: rows would be lost in this cell.
                    if self.line > opened_in && !c.is_whitespace() {
                        return Err(FileError::OpenQuote(opened_in));
                    }
                    cell.push(c);
                    At::Closed
                }
                (At::Start, _) if c.is_whitespace() => {
                    cell.push(c);
                    At::Start
                }
                (At::Start | At::Plain, _) => {
                    cell.push(c);
                    At::Plain
                }
            };
            if cell.len() > self.bounds.cell_bytes {
                return Err(FileError::over(Bound::CellBytes, self.bounds.cell_bytes));
            }
        }
    }

    /// The next character; every line end is `\n`.
    fn next(&mut self) -> Result<Option<char>, FileError> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        loop {
            let Some(c) = self.chars.next()? else { return Ok(None) };
            let is_after_cr = std::mem::replace(&mut self.is_after_cr, c == '\r');
            match c {
                '\r' => return Ok(Some('\n')),
                '\n' if is_after_cr => {}
                _ => {
                    self.check(c)?;
                    return Ok(Some(c));
                }
            }
        }
    }

    /// Text has no control characters but tabs, line ends and page ends (K13).
    fn check(&self, c: char) -> Result<(), FileError> {
        let is_text = !c.is_ascii_control() || matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}');
        if is_text {
            return Ok(());
        }
        Err(FileError::ControlCharacter { line: self.line, code: u32::from(c) })
    }
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
