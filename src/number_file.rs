//! Which phone numbers does a file hold? One column of a CSV or an XLSX; what calls itself a phone, else the first.

use calamine::{Data, Reader as _};
use std::io::Cursor;
use thiserror::Error;

/// Names of the column that holds the numbers, lower-case.
const NAMES: [&str; 8] =
    ["phone", "phone_number", "number", "phonenumber", "mobile", "msisdn", "tel", "telephone"];
/// An XLSX is a ZIP: so it begins.
const ZIP: &[u8] = b"PK\x03\x04";

/// Columns looked at.
const COLUMNS_MAX: usize = 256;
/// What a spreadsheet may unpack to, in bytes.
const UNPACKED_MAX: u64 = 256 << 20;

/// Why a file cannot be read.
#[derive(Debug, Error)]
pub enum NumberFileError {
    #[error("the file is neither CSV nor XLSX: {0}")]
    Unreadable(String),
    #[error("the file has more than {max} rows")]
    TooLong { max: usize },
}

/// A cell and the line of the file it stands in, from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    pub row: usize,
    pub text: String,
}

/// Reads the numbers of a file of at most `max` rows; blank cells and the header are left out.
pub fn read(bytes: &[u8], max: usize) -> Result<Vec<Cell>, NumberFileError> {
    let rows = if bytes.starts_with(ZIP) { xlsx(bytes, max)? } else { csv(bytes, max)? };
    let first = rows.first().map_or(&[][..], |(_, row)| row.as_slice());
    let is_name = |text: &String| NAMES.contains(&text.to_lowercase().replace([' ', '-'], "_").as_str());
    let named = first.iter().position(is_name);
    // A first line without a digit names the columns, whatever it calls them.
    let is_header = named.is_some() || !first.iter().any(|text| text.chars().any(char::is_numeric));
    let column = named.unwrap_or(0);
    let cells = rows.into_iter().skip(usize::from(is_header)).filter_map(|(row, mut cells)| {
        let text = if column < cells.len() { cells.swap_remove(column) } else { return None };
        (!text.is_empty()).then_some(Cell { row, text })
    });
    Ok(cells.collect())
}

/// Records, and the line each begins in.
pub type Rows = Vec<(usize, Vec<String>)>;

/// The records of a CSV of at most `max` rows besides the first; `,`, `;` or tab between.
pub fn csv(bytes: &[u8], max: usize) -> Result<Rows, NumberFileError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let line = text.lines().next().unwrap_or("");
    let delimiter = [b';', b'\t'].into_iter().find(|&byte| line.contains(char::from(byte))).unwrap_or(b',');
    // With one kind of line end, after the last record too, the reader's line tells where each record ends.
    let ended = format!("{}\n", text.replace("\r\n", "\n"));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(ended.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| NumberFileError::Unreadable(error.to_string()))? {
        if rows.len() > max {
            return Err(NumberFileError::TooLong { max });
        }
        let inner = record.iter().map(|cell| cell.matches('\n').count()).sum::<usize>();
        let end = usize::try_from(reader.position().line()).unwrap_or(usize::MAX);
        let row = end.saturating_sub(1 + inner);
        rows.push((row, record.iter().take(COLUMNS_MAX).map(|cell| cell.replace('\0', "")).collect()));
    }
    Ok(rows)
}

/// Cell by cell: a sheet of two cells may claim to be as large as sheets can be.
fn xlsx(bytes: &[u8], max: usize) -> Result<Rows, NumberFileError> {
    let unreadable = |error: calamine::XlsxError| NumberFileError::Unreadable(error.to_string());
    refuse_bomb(bytes)?;
    let mut book = calamine::Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let Some(name) = book.sheet_names().first().cloned() else { return Ok(Vec::new()) };
    let mut reader = book.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut rows: Rows = Vec::new();
    while let Some(found) = reader.next_cell().map_err(unreadable)? {
        let (row, column) = found.get_position();
        let (row, column) = (row as usize + 1, column as usize);
        let text = cell(&Data::from(found.get_value().clone()));
        if column >= COLUMNS_MAX || text.is_empty() {
            continue;
        }
        if rows.last().is_none_or(|(last, _)| *last != row) {
            if rows.len() > max {
                return Err(NumberFileError::TooLong { max });
            }
            rows.push((row, Vec::new()));
        }
        if let Some((_, cells)) = rows.last_mut() {
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = text;
        }
    }
    Ok(rows)
}

/// Refuses a file that would unpack to far more than it is.
fn refuse_bomb(bytes: &[u8]) -> Result<(), NumberFileError> {
    let unreadable = |error: zip::result::ZipError| NumberFileError::Unreadable(error.to_string());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut unpacked = 0u64;
    for index in 0..archive.len() {
        unpacked = unpacked.saturating_add(archive.by_index_raw(index).map_err(unreadable)?.size());
    }
    if unpacked > UNPACKED_MAX {
        return Err(NumberFileError::Unreadable("it unpacks to more than 256 MiB".to_owned()));
    }
    Ok(())
}

/// A number that a spreadsheet keeps as a number has no fraction.
fn cell(data: &Data) -> String {
    if let Data::Float(number) = data
        && number.fract() == 0.0
    {
        return format!("{number:.0}");
    }
    data.to_string().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(file: &[u8]) -> Vec<(usize, String)> {
        read(file, 100).unwrap().into_iter().map(|cell| (cell.row, cell.text)).collect()
    }

    #[test]
    fn the_column_that_calls_itself_a_phone_is_read_else_the_first() {
        let plain = b"09121112222\n\n+98 912 333 4444\n";
        assert_eq!(texts(plain), [(1, "09121112222".into()), (3, "+98 912 333 4444".into())]);
        let named = "\u{feff}name;Phone Number\nAli;0912 111 2222\nSara;\n".as_bytes();
        assert_eq!(texts(named), [(2, "0912 111 2222".into())]);
        assert_eq!(texts(b"who,x\n1,2\n"), [(2, "1".into())]);
        assert!(texts(b"").is_empty());
        assert!(matches!(read(&b"1\n".repeat(102), 100), Err(NumberFileError::TooLong { .. })));
    }

    #[test]
    fn a_spreadsheets_numbers_are_read_as_they_were_typed() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "phone").unwrap();
        sheet.write(1, 0, 9_121_112_222.0).unwrap();
        sheet.write(2, 0, "09123334444").unwrap();
        let file = book.save_to_buffer().unwrap();
        assert_eq!(texts(&file), [(2, "9121112222".into()), (3, "09123334444".into())]);
    }

    #[test]
    fn two_cells_at_the_ends_of_a_sheet_are_two_cells() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write(0, 0, "09121112222").unwrap();
        sheet.write(1_048_575, 16_383, "far away").unwrap();
        assert_eq!(texts(&book.save_to_buffer().unwrap()), [(1, "09121112222".into())]);
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(bytes: Vec<u8>, is_zip: bool) {
            let file = if is_zip { [ZIP, &bytes].concat() } else { bytes };
            let _ = read(&file, 100);
        }
    }
}
