//! Files of 200,000 rows in every encoding and shape: the right counts, the right lines, and memory that stays flat.

use super::bounds::Bounds;
use super::numbers;
use encoding_rs::{Encoding, WINDOWS_1252, WINDOWS_1256};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

const ROWS: usize = 200_000;
const BAD_ROW: usize = 150_000;

/// How a text becomes bytes.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Utf8,
    Utf8Marked,
    Utf16Little,
    Utf16Big,
    Utf16LittleUnmarked,
    Utf16BigUnmarked,
    OneByte(&'static Encoding),
}

fn encoded(kind: Kind, text: &str, is_first: bool) -> Vec<u8> {
    let mark = if is_first { "\u{feff}" } else { "" };
    let wide = |mark: &str, is_little: bool| {
        let units = mark.encode_utf16().chain(text.encode_utf16());
        units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    };
    match kind {
        Kind::Utf8 => text.as_bytes().to_vec(),
        Kind::Utf8Marked => [mark, text].concat().into_bytes(),
        Kind::Utf16Little => wide(mark, true),
        Kind::Utf16Big => wide(mark, false),
        Kind::Utf16LittleUnmarked => wide("", true),
        Kind::Utf16BigUnmarked => wide("", false),
        Kind::OneByte(encoding) => encoding.encode(text).0.into_owned(),
    }
}

/// A list with a row number, a name and a number in each row; one row, with a cell of two lines before it, has no number.
fn file(kind: Kind, delimiter: char, end: &str) -> File {
    let is_latin = matches!(kind, Kind::OneByte(encoding) if encoding == WINDOWS_1252);
    let name = if is_latin { "Jos\u{e9}" } else { "\u{645}\u{62d}\u{645}\u{62f}" };
    let mut out = BufWriter::new(tempfile::tempfile().unwrap());
    let header = format!("id{delimiter}name{delimiter}mobile{end}");
    out.write_all(&encoded(kind, &header, true)).unwrap();
    for row in 1..=ROWS {
        let phone = if row == BAD_ROW { "none".to_owned() } else { format!("0912{:07}", 1_000_000 + row) };
        let name = if row + 1 == BAD_ROW { format!("\"{name}{end}x\"") } else { name.to_owned() };
        let line = format!("{}{delimiter}{name}{delimiter}{phone}{end}", 20_000 + row);
        out.write_all(&encoded(kind, &line, false)).unwrap();
    }
    out.into_inner().unwrap()
}

/// How many numbers there are, the first and the last with their lines, and the line of the bad row.
fn check(what: &str, mut file: File, more_lines: usize) {
    file.seek(SeekFrom::Start(0)).unwrap();
    let (mut first, mut last, mut bad) = (None, None, None);
    let count = numbers::read(&mut file, Bounds::upload(ROWS), "IR".parse().unwrap(), |cell| {
        if cell.text == "none" {
            bad = Some(cell.row);
        }
        first.get_or_insert(cell.clone());
        last = Some(cell);
        true
    });
    assert_eq!(count.unwrap_or_else(|error| panic!("{what}: {error}")), ROWS, "{what}");
    let (first, last) = (first.unwrap(), last.unwrap());
    assert_eq!((first.row, first.text.as_str()), (2, "09121000001"), "{what}");
    assert_eq!((last.row, last.text.as_str()), (ROWS + 1 + more_lines, "09121200000"), "{what}");
    assert_eq!(bad, Some(BAD_ROW + 1 + more_lines), "{what}");
}

#[test]
fn two_hundred_thousand_rows_in_each_encoding_and_shape() {
    let shapes =
        [(',', "\n"), (';', "\r\n"), ('\t', "\r"), (',', "\r\n"), (';', "\r"), ('\t', "\n"), ('|', "\n")];
    let kinds = [
        Kind::Utf8,
        Kind::Utf8Marked,
        Kind::Utf16Little,
        Kind::Utf16Big,
        Kind::Utf16LittleUnmarked,
        Kind::OneByte(WINDOWS_1252),
        Kind::OneByte(WINDOWS_1256),
        Kind::Utf16BigUnmarked,
    ];
    // Every encoding with a shape, every shape with an encoding: all 56 pairs would read the same code again.
    for (at, kind) in kinds.into_iter().enumerate() {
        let (delimiter, end) = shapes[at % shapes.len()];
        check(&format!("{kind:?} {delimiter:?} {end:?}"), file(kind, delimiter, end), 1);
    }
}

#[test]
fn two_hundred_thousand_rows_of_a_workbook() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory();
    for (column, name) in (0..).zip(["id", "name", "mobile"]) {
        sheet.write(0, column, name).unwrap();
    }
    for row in 1..=ROWS {
        let line = u32::try_from(row).unwrap();
        sheet.write(line, 0, 20_000 + line).unwrap();
        sheet.write(line, 1, "\u{645}\u{62d}\u{645}\u{62f}").unwrap();
        let phone = if row == BAD_ROW { "none".to_owned() } else { format!("0912{:07}", 1_000_000 + row) };
        sheet.write(line, 2, phone).unwrap();
    }
    let mut file = tempfile::tempfile().unwrap();
    book.save_to_writer(&mut file).unwrap();
    check("XLSX", file, 0);
}
