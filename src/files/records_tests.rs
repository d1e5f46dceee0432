//! Rows and cells of texts as people write them.

use super::*;
use crate::files::encoding::Encoded;
use encoding_rs::UTF_8;
use proptest::prelude::*;
use std::io::Cursor;

fn rows(text: &str, delimiter: char) -> Result<Vec<(usize, Vec<String>)>, FileError> {
    let mut file = Cursor::new(text.as_bytes());
    let chars = Chars::new(&mut file, Encoded { encoding: UTF_8, mark_bytes: 0 })?;
    let mut records = Records::new(chars, delimiter, 0, Bounds::upload(10))?;
    let mut rows = Vec::new();
    while let Some(row) = records.next_row()? {
        rows.push((row.line, row.cells));
    }
    Ok(rows)
}

fn lines(text: &str) -> Vec<usize> {
    rows(text, ',').unwrap().into_iter().map(|(line, _)| line).collect()
}

fn told(text: &str) -> String {
    rows(text, ',').unwrap_err().to_string()
}

/// K10
#[test]
fn a_row_knows_its_line_whatever_ends_lines() {
    for end in ["\n", "\r", "\r\n"] {
        let text = ["a,b", "\"1", "2\",c", "d,\"e\"\"", "", "f\"", "g", "h,"].join(end);
        assert_eq!(lines(&text), [1, 2, 4, 7, 8], "{end:?}");
        let (_, cells) = rows(&text, ',').unwrap().swap_remove(2);
        assert_eq!(cells, ["d", "e\"\n\nf"]);
    }
    assert_eq!(lines("a\r\rb\n\rc"), [1, 2, 3, 4, 5], "CR CR, then LF CR");
}

/// K7
#[test]
fn a_quote_that_is_never_closed_names_its_line() {
    let open = |line| format!("The quote that opens in line {line} is never closed");
    assert_eq!(told("a,b\n1,2\n3,\"x\n4,y\n"), open(3));
    assert_eq!(told("\""), open(1));
    assert_eq!(told("a\rb\r\"c"), open(3));
    assert_eq!(told("a,\"line\nend\n,\"\"\n"), open(1));
    assert_eq!(told("a,\"x\nb,\"y\"\nc,z\n"), open(1), "closed by the next row's quote");
    assert_eq!(told("a, \"x\nb"), open(1));
}

#[test]
fn quotes_inside_cells_are_kept() {
    let of = |text: &str| rows(text, ',').unwrap().swap_remove(0).1;
    assert_eq!(
        of("5\" pipe,\"a, b\", \"c,d\" ,\"\",\"say \"\"x\"\"\""),
        ["5\" pipe", "a, b", "c,d", "", "say \"x\""]
    );
    assert_eq!(of("\"a\"b,c"), ["ab", "c"]);
}

#[test]
fn what_is_too_large_is_refused_by_the_name_of_the_bound() {
    assert_eq!(told(&",".repeat(1 << 20)), "The file has more than 256 columns");
    assert_eq!(told(&"x,".repeat(300)), "The file has more than 256 columns");
    assert_eq!(told(&"x".repeat(140_000)), "The file has more than 131072 bytes in one cell");
    assert_eq!(told(&"\"".repeat(300_001)), "The file has more than 131072 bytes in one cell");
    let long = format!("{},", "x".repeat(60_000)).repeat(20);
    assert_eq!(told(&long), "The file has more than 1048576 bytes in one row");
    assert_eq!(rows(&",".repeat(1_000), ',').unwrap()[0].1.len(), 256);
}

/// K13
#[test]
fn a_control_character_is_no_text() {
    assert!(told("a\nb\u{4}999999\n").starts_with("Line 2 holds the control character U+0004"));
    assert!(told("a\0b").starts_with("Line 1 holds the control character U+0000"));
    assert_eq!(lines("a\tb\u{b}c\n"), [1]);
}

proptest! {
    /// What has no quote is cut as the crate `csv` cuts it.
    #[test]
    fn plain_rows_are_those_of_the_csv_crate(text in "[a-z0-9;, \n\t\u{6cc}]{0,80}", delimiter in "[,;]") {
        let delimiter = delimiter.chars().next().unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false).flexible(true).trim(csv::Trim::All).delimiter(delimiter as u8)
            .from_reader(text.as_bytes());
        let expected: Vec<Vec<String>> = reader.records()
            .map(|record| record.unwrap().iter().map(|cell| cell.trim().to_owned()).collect()).collect();
        let found = rows(&text, delimiter).unwrap();
        let found: Vec<_> = found.into_iter().map(|(_, cells)| cells).filter(|cells| *cells != [""]).collect();
        let expected: Vec<_> = expected.into_iter().filter(|cells| *cells != [""]).collect();
        prop_assert_eq!(found, expected);
    }

    /// What is written with quotes is read back, line by line.
    #[test]
    fn what_a_writer_quotes_is_read_back(cells in proptest::collection::vec("[a-z\",;\n\r ]{0,8}x", 1..6)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&cells).unwrap();
        let bytes = writer.into_inner().unwrap();
        let found = rows(std::str::from_utf8(&bytes).unwrap(), ',').unwrap();
        let ends = |cell: &String| cell.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned();
        let expected: Vec<String> = cells.iter().map(ends).collect();
        prop_assert_eq!(&found[0].1, &expected);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a\"=',;\t\r\n\u{feff}\u{0}\u{4}\u{200c}]{0,60}") {
        let _ = rows(&text, ',');
    }
}
