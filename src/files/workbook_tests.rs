//! Workbooks as programs write them, and as enemies do.

use super::*;
use crate::files::numbers;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A sheet of texts, for tests.
pub struct Sheet {
    name: &'static str,
    is_hidden: bool,
    rows: Vec<Vec<&'static str>>,
}

impl Sheet {
    pub fn new(name: &'static str) -> Self {
        Self { name, is_hidden: false, rows: Vec::new() }
    }

    pub fn hidden(mut self) -> Self {
        self.is_hidden = true;
        self
    }

    pub fn row(mut self, cells: &[&'static str]) -> Self {
        self.rows.push(cells.to_vec());
        self
    }
}

pub fn workbook(sheets: &[Sheet]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    // The first sheet must be visible: a visible one is made active.
    let active = sheets.iter().position(|sheet| !sheet.is_hidden);
    for (index, sheet) in sheets.iter().enumerate() {
        let page = book.add_worksheet().set_name(sheet.name).unwrap();
        page.set_hidden(sheet.is_hidden);
        if Some(index) == active {
            page.set_active(true);
        }
        for (row, cells) in (0..).zip(&sheet.rows) {
            for (column, text) in (0..).zip(cells) {
                page.write(row, column, *text).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// An XLSX of these parts beside those that every one has.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let links = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let sheets = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let book = format!(
        r#"<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#
    );
    let own = [
        ("_rels/.rels", links.as_bytes()),
        ("xl/_rels/workbook.xml.rels", sheets.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
    ];
    let is_given = |name: &str| parts.iter().any(|(given, _)| *given == name);
    for (name, bytes) in own.iter().filter(|(name, _)| !is_given(name)).chain(parts) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn sheet(rows: &str) -> String {
    format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#)
}

fn of(parts: &[(&str, &[u8])]) -> Result<Vec<String>, FileError> {
    of_within(parts, Bounds::upload(1_000))
}

pub fn of_within(parts: &[(&str, &[u8])], bounds: Bounds) -> Result<Vec<String>, FileError> {
    let cells = numbers::list(&mut Cursor::new(archive(parts)), bounds, "IR".parse().unwrap())?;
    Ok(cells.into_iter().map(|cell| cell.text).collect())
}

fn of_sheet(rows: &str) -> Result<Vec<String>, FileError> {
    of(&[("xl/worksheets/sheet1.xml", sheet(rows).as_bytes())])
}

/// K14: a string that is empty is a string.
#[test]
fn empty_shared_strings_shift_no_row() {
    for empty in ["<si/>", "<si></si>", "<si><t/></si>", "<si><t></t></si>", "<si><r><t/></r></si>"] {
        let strings = format!(
            r#"<sst xmlns="{MAIN}"><si><t>phone</t></si>{empty}<si><t>09121000001</t></si><si><t>09121000002</t></si><si><t>09121000003</t></si></sst>"#
        );
        let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>2</v></c></row><row r="3"><c r="A3" t="s"><v>3</v></c></row><row r="4"><c r="A4" t="s"><v>1</v></c></row>"#;
        let found = of(&[
            ("xl/sharedStrings.xml", strings.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet(rows).as_bytes()),
        ]);
        assert_eq!(found.unwrap(), ["09121000001", "09121000002"], "{empty}");
    }
    let last = format!(r#"<sst xmlns="{MAIN}"><si><t>a</t></si><si></si></sst>"#);
    let rows = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>"#;
    let found = of(&[
        ("xl/sharedStrings.xml", last.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet(rows).as_bytes()),
    ]);
    assert_eq!(found.unwrap(), ["a"], "read, though no number");
}

/// K14: what other programs write.
#[test]
fn sheets_of_other_programs_are_read() {
    let inline = r#"<row><c t="inlineStr"><is><t>phone</t></is></c></row><row><c t="inlineStr"><v>7</v><is><t>09121000001</t></is></c></row>"#;
    assert_eq!(of_sheet(inline).unwrap(), ["09121000001"], "inlineStr beside a value, no references");
    let disorder = r#"<row><c t="inlineStr"><is><t>09121000001</t></is><v>7</v></c></row>"#;
    assert!(of_sheet(disorder).unwrap_err().to_string().contains("in disorder"), "refused rather than lost");
    let book = format!(
        r#"<x:workbook xmlns:x="{MAIN}" xmlns:ns="{LINKS}"><x:sheets><x:sheet name="S" sheetId="1" ns:id="rId1"/></x:sheets></x:workbook>"#
    );
    let rows = sheet(r#"<row r="1"><c r="A1"><v>9121000001</v></c></row>"#);
    let found = of(&[("xl/workbook.xml", book.as_bytes()), ("xl/worksheets/sheet1.xml", rows.as_bytes())]);
    assert_eq!(found.unwrap(), ["9121000001"], "ns:id for r:id");
    let rich = r#"<row r="1"><c r="B1" t="inlineStr"><is><r><t>0912</t></r><r><t>1000001</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c></row>"#;
    assert_eq!(of_sheet(rich).unwrap(), ["09121000001"]);
    let formula = r#"<row r="1"><c r="A1" t="str"><f>"0912"&amp;"1000001"</f><v>09121000001</v></c></row><row r="2"><c r="A2" t="e"><v>#N/A</v></c></row>"#;
    assert_eq!(of_sheet(formula).unwrap(), ["09121000001", "#N/A"]);
}

/// K13
#[test]
fn other_archives_are_refused_by_their_names() {
    let zip = |names: &[&str]| {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        numbers::list(&mut Cursor::new(bytes), Bounds::upload(10), "IR".parse().unwrap())
            .unwrap_err()
            .to_string()
    };
    for (names, expected) in [
        (
            &["mimetype", "content.xml", "META-INF/manifest.xml"][..],
            "The file is an OpenDocument file (.ods); save it as CSV or XLSX",
        ),
        (
            &["_rels/.rels", "xl/workbook.bin"],
            "The file is a binary workbook (.xlsb); save it as CSV or XLSX",
        ),
        (
            &["_rels/.rels", "word/document.xml"],
            "The file is a Word document (.docx); save it as CSV or XLSX",
        ),
        (&["Index/Document.iwa"], "The file is an Apple Numbers document; save it as CSV or XLSX"),
        (&["a.csv"], "The file is a ZIP archive without a workbook; save it as CSV or XLSX"),
    ] {
        assert_eq!(zip(names), expected);
    }
}

#[test]
fn a_sheet_in_a_part_that_is_not_checked_is_refused() {
    let links = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#
    );
    let found = of(&[
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.bin", b"<worksheet/>"),
    ]);
    assert!(matches!(found, Err(FileError::Unreadable(_))), "{found:?}");
}

#[test]
fn a_broken_workbook_is_refused() {
    let whole = workbook(&[Sheet::new("S").row(&["phone"]).row(&["09121000001"])]);
    for length in [4, 30, whole.len() / 2, whole.len() - 1] {
        let found =
            numbers::list(&mut Cursor::new(&whole[..length]), Bounds::upload(10), "IR".parse().unwrap());
        assert!(matches!(found, Err(FileError::Unreadable(_))), "{length}: {found:?}");
    }
    assert!(of_sheet("<row><c r=\"A1\" t=\"?\"><v>1</v></c></row>").is_err());
    assert!(of_sheet("<row><c t=\"s\"><v>7</v></c></row>").is_err(), "a string that is not there");
}
