//! Which rows does a workbook hold (XLSX)? The first visible sheet that has the wanted columns, cell by cell: a sheet of two
//! cells may claim to be as large as sheets can be.

use super::bounds::{Bound, Bounds};
use super::table::{Fit, Head, Row, Sink, Wanted, tidy};
use super::{FileError, parts};
use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxCellReader};
use chrono::{Duration, NaiveTime, Timelike};
use std::fmt::Display;
use std::io::{BufReader, Read, Seek, SeekFrom};

/// Cells to the right of all columns that are left out: more of them are a column that somebody wants.
const STRAY_MAX: usize = 16;

pub fn unreadable(error: impl Display) -> FileError {
    FileError::Unreadable(error.to_string())
}

/// Hands each row of data to `sink`, as [`super::table::read`] does.
pub fn read<R: Read + Seek, W: Wanted>(
    file: &mut R,
    bounds: Bounds,
    wanted: &W,
    sink: &mut Sink<'_, W::Columns>,
) -> Result<Option<W::Columns>, FileError> {
    parts::check(file, bounds)?;
    file.seek(SeekFrom::Start(0))?;
    let mut book = Xlsx::new(BufReader::new(file)).map_err(unreadable)?;
    let Some(sheet) = sheet(&mut book, bounds, wanted)? else { return Ok(None) };
    let mut rows = SheetRows::open(&mut book, &sheet, bounds)?;
    let mut next = || rows.next_row();
    let Some(head) = Head::read(&mut next, wanted)? else { return Ok(None) };
    head.hand_on(&mut next, bounds, sink).map(Some)
}

/// The first visible sheet in which what is wanted is found (K12); where it is in none, the one that comes nearest, so that
/// the answer tells what is missing there.
fn sheet<R: Read + Seek, W: Wanted>(
    book: &mut Xlsx<R>,
    bounds: Bounds,
    wanted: &W,
) -> Result<Option<String>, FileError> {
    let sheets = book.sheets_metadata().iter();
    let visible =
        sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let mut best: Option<(Fit, String)> = None;
    for name in names {
        let mut rows = SheetRows::open(book, &name, bounds)?;
        let fit = match Head::read(&mut || rows.next_row(), wanted) {
            Ok(Some(head)) => head.plan.fit,
            Ok(None) => continue,
            Err(FileError::MissingColumn(_)) => Fit::Nothing,
            Err(error) => return Err(error),
        };
        if fit >= Fit::ByContent {
            return Ok(Some(name));
        }
        if best.as_ref().is_none_or(|(known, _)| fit > *known) {
            best = Some((fit, name));
        }
    }
    Ok(best.map(|(_, name)| name))
}

/// The rows of a sheet that hold anything.
struct SheetRows<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    bounds: Bounds,
    /// The first cell of the next row: its row, its column, its text.
    held: Option<(usize, usize, String)>,
    strays: usize,
    /// The reader must not be asked again after its end.
    has_ended: bool,
}

impl<'a, R: Read + Seek> SheetRows<'a, R> {
    fn open(book: &'a mut Xlsx<R>, sheet: &str, bounds: Bounds) -> Result<Self, FileError> {
        let cells = book.worksheet_cells_reader(sheet).map_err(unreadable)?;
        Ok(Self { cells, bounds, held: None, strays: 0, has_ended: false })
    }

    fn next_row(&mut self) -> Result<Option<Row>, FileError> {
        let mut row: Option<Row> = None;
        let mut bytes = 0;
        loop {
            let Some((line, column, text)) = self.next_cell()? else { return Ok(row) };
            let row = match &mut row {
                Some(row) if row.line != line => {
                    self.held = Some((line, column, text));
                    return Ok(Some(std::mem::replace(row, Row { line, cells: Vec::new() })));
                }
                Some(row) => row,
                None => row.insert(Row { line, cells: Vec::new() }),
            };
            bytes += text.len();
            if bytes > self.bounds.row_bytes {
                return Err(FileError::over(Bound::RowBytes, self.bounds.row_bytes));
            }
            row.cells.resize(row.cells.len().max(column + 1), String::new());
            row.cells[column] = text;
        }
    }

    /// The next cell that is not blank.
    fn next_cell(&mut self) -> Result<Option<(usize, usize, String)>, FileError> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        while !self.has_ended {
            let Some(found) = self.cells.next_cell().map_err(unreadable)? else {
                self.has_ended = true;
                break;
            };
            let (row, column) = found.get_position();
            let text = text(found.get_value());
            if text.is_empty() {
                continue;
            }
            if text.len() > self.bounds.cell_bytes {
                return Err(FileError::over(Bound::CellBytes, self.bounds.cell_bytes));
            }
            if (column as usize) < self.bounds.columns {
                return Ok(Some((row as usize + 1, column as usize, text)));
            }
            self.strays += 1;
            if self.strays > STRAY_MAX {
                return Err(FileError::over(Bound::Columns, self.bounds.columns));
            }
        }
        Ok(None)
    }
}

/// A cell as a person would write it: a whole number has no fraction, a date is ISO 8601.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e18 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::SharedString(text) => tidy(text),
        DataRef::Bool(is_so) => is_so.to_string(),
        DataRef::DateTime(at) => date(*at),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => tidy(text),
        DataRef::Error(error) => error.to_string(),
    }
}

/// A cell that is shown as a date or a time. Fractions of a day are not exact: it is rounded to seconds.
fn date(at: ExcelDateTime) -> String {
    let Some(moment) = at.as_datetime() else { return at.to_string() };
    let rounded = moment + Duration::milliseconds(500);
    let rounded = rounded.with_nanosecond(0).unwrap_or(rounded);
    if at.is_duration() || at.as_f64() < 1.0 {
        rounded.format("%H:%M:%S").to_string()
    } else if rounded.time() == NaiveTime::MIN {
        rounded.format("%Y-%m-%d").to_string()
    } else {
        rounded.format("%Y-%m-%dT%H:%M:%S").to_string()
    }
}

#[cfg(test)]
#[path = "workbook_tests.rs"]
pub mod tests;
