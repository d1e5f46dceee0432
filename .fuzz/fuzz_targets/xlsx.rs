//! Any bytes as a workbook, whole archives and single parts of one: the readers answer or refuse within the bounds.
#![no_main]

use lead_ledger::files::{Bounds, leads, numbers};
use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PARTS: [&str; 4] =
    ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"];

fuzz_target!(|bytes: &[u8]| {
    let file = if bytes.starts_with(b"PK") { bytes.to_vec() } else { with_part(bytes) };
    let _ = leads::read(&mut Cursor::new(&file), Bounds::upload(leads::ROWS_MAX));
    let _ = numbers::list(&mut Cursor::new(&file), Bounds::upload(10_000), Default::default());
});

/// A workbook with one part that is the input; its first byte says which.
fn with_part(bytes: &[u8]) -> Vec<u8> {
    let (which, part) = bytes.split_first().map_or((0, bytes), |(first, rest)| (usize::from(*first), rest));
    let links = |kind: &str, target: &str| {
        let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
        format!(r#"<Relationships><Relationship Id="a" Type="{kind}" Target="{target}"/></Relationships>"#)
    };
    let mut parts = vec![
        ("_rels/.rels", links("officeDocument", "xl/workbook.xml").into_bytes()),
        ("xl/_rels/workbook.xml.rels", links("worksheet", "worksheets/sheet1.xml").into_bytes()),
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="S" id="a"/></sheets></workbook>"#.to_vec()),
        ("xl/sharedStrings.xml", b"<sst><si><t>phone</t></si></sst>".to_vec()),
        ("xl/worksheets/sheet1.xml", br#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#.to_vec()),
    ];
    let name = PARTS[which % PARTS.len()];
    parts.retain(|(known, _)| *known != name);
    parts.push((name, part.to_vec()));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let begun = zip.start_file(name, SimpleFileOptions::default());
        begun.expect("a name of its own");
        zip.write_all(&bytes).expect("memory takes it");
    }
    zip.finish().expect("memory takes it").into_inner()
}
