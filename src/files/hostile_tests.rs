//! Workbooks made to cost much: refused by the name of the bound, before they are in memory (part 5 of issue 14).

use super::bounds::{Bound, Bounds};
use super::error::FileError;
use super::workbook::tests::{of_within, sheet};

/// Small, so that making the workbooks takes no time.
const BOUNDS: Bounds = Bounds {
    cells: 5_000,
    shared_strings: 5_000,
    shared_string_bytes: 2 << 20,
    unpacked_bytes: 4 << 20,
    ..Bounds::upload(1_000)
};

/// The bound that is passed.
fn over(parts: &[(&str, &[u8])]) -> Bound {
    let error = of_within(parts, BOUNDS).unwrap_err();
    let FileError::Over { bound, .. } = error else { panic!("{error}") };
    bound
}

#[test]
fn what_is_over_a_bound_is_refused_before_it_is_read() {
    let part = "xl/worksheets/sheet1.xml";
    let strings = "xl/sharedStrings.xml";
    let rows = sheet("<row r=\"1\"><c r=\"A1\"><v>9121000001</v></c></row>");
    let with = |bytes: Vec<u8>| over(&[(part, rows.as_bytes()), (strings, &bytes)]);
    let string = format!("<si><t>{}</t></si>", "x".repeat(1_000));
    assert_eq!(with(format!("<sst>{}</sst>", string.repeat(2_200)).into_bytes()), Bound::SharedStringBytes);
    assert_eq!(with(format!("<sst>{}</sst>", "<si/>".repeat(5_001)).into_bytes()), Bound::SharedStrings);
    assert_eq!(with(b"<sst uniqueCount=\"99999999999\"></sst>".to_vec()), Bound::SharedStrings);
    assert_eq!(
        with(format!("<sst><si><t>{}</t></si></sst>", "x".repeat(300 << 10)).into_bytes()),
        Bound::CellBytes
    );
    assert_eq!(
        with(format!("<sst><si>{}</si></sst>", "<r><t>xx</t></r>".repeat(60_000)).into_bytes()),
        Bound::CellBytes
    );
    assert_eq!(with("<a>".repeat(200).into_bytes()), Bound::Nesting);
    let styles = |xml: String| over(&[(part, rows.as_bytes()), ("xl/styles.xml", xml.as_bytes())]);
    let font = format!("<fonts><font><name val=\"{}\"/></font></fonts>", "x".repeat(100_000));
    assert_eq!(
        styles(format!(
            "<styleSheet>{font}<cellXfs>{}</cellXfs></styleSheet>",
            "<xf fontId=\"0\"/>".repeat(50_000)
        )),
        Bound::FormatBytes
    );
    assert_eq!(
        styles(format!("<styleSheet><fonts>{}</fonts></styleSheet>", "<font/>".repeat(300_001))),
        Bound::Formats
    );
    let cells = sheet(&"<c/>".repeat(5_001));
    assert_eq!(over(&[(part, cells.as_bytes())]), Bound::Cells);
    let blanks = format!("<worksheet>{}", "<x y=\"                    \"/>".repeat(180_000));
    assert_eq!(over(&[(part, blanks.as_bytes())]), Bound::UnpackedBytes);
    let long = format!("<worksheet a=\"{}\"/>", "x".repeat(300 << 10));
    assert_eq!(over(&[(part, long.as_bytes())]), Bound::CellBytes);
    let links = format!("<Relationships>{}</Relationships>", "<Relationship Id=\"a\"/>".repeat(20_001));
    assert_eq!(
        over(&[(part, rows.as_bytes()), ("xl/_rels/workbook.xml.rels", links.as_bytes())]),
        Bound::Names
    );
    let names: Vec<String> = (0..4_100).map(|n| format!("x/{n}.xml")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(over(&many), Bound::Parts);
}

/// The text that a sheet shows is bounded too: one shared string may be shown in every cell.
#[test]
fn a_string_that_is_shown_everywhere_counts_each_time() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(100_000));
    let row = |row| format!("<row r=\"{row}\"><c r=\"A{row}\" t=\"s\"><v>0</v></c></row>");
    let rows = (1..=1_000).map(row).collect::<Vec<_>>().concat();
    let found = over(&[
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet(&rows).as_bytes()),
    ]);
    assert_eq!(found, Bound::TextBytes);
    let wide: String = (0..20).map(|_| "<c t=\"s\"><v>0</v></c>").collect();
    let found = over(&[
        ("xl/sharedStrings.xml", strings.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet(&format!("<row>{wide}</row>")).as_bytes()),
    ]);
    assert_eq!(found, Bound::RowBytes);
}
