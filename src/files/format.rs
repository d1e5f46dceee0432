//! What is a file, whatever its name says (K13)? Its first bytes tell a workbook, a text, and the formats that people
//! send by mistake; binary files without a name of their own are found by their control characters when they are read.

use super::FileError;
use std::io::{Read, Seek, SeekFrom};

/// How much of a file is looked at, in bytes.
const LOOKED_AT: u64 = 8 << 10;
/// How much of an old Office file is searched for what it holds, in bytes.
const SEARCHED: u64 = 1 << 20;
const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// A format that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Text,
    /// A ZIP archive; whether it holds an XLSX, its parts tell.
    Workbook,
}

/// First bytes, and what begins with them.
const FIRST_BYTES: [(&[u8], &str); 24] = [
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"{\\rtf", "a rich text document (.rtf)"),
    (b"\x1F\x8B", "compressed (gzip)"),
    (b"BZh", "compressed (bzip2)"),
    (b"\xFD7zXZ", "compressed (xz)"),
    (b"\x28\xB5\x2F\xFD", "compressed (zstd)"),
    (b"7z\xBC\xAF", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xFF\xD8\xFF", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"RIFF", "a sound or a picture (RIFF)"),
    (b"OggS", "a sound (Ogg)"),
    (b"ID3", "a sound (MP3)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x7FELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"BEGIN:VCARD", "contact cards (.vcf)"),
    // Spreadsheets older than 1997 begin with a record instead of a directory.
    (b"\x09\x08", "an old Excel workbook (.xls)"),
    (b"\x09\x04\x06\x00", "an old Excel workbook (.xls)"),
    (b"\x09\x02\x06\x00", "an old Excel workbook (.xls)"),
    (b"\x09\x00\x04\x00", "an old Excel workbook (.xls)"),
];

/// Tells the format by the first bytes; leaves the file at its beginning.
pub fn of<R: Read + Seek>(file: &mut R) -> Result<Format, FileError> {
    let head = first_bytes(file, LOOKED_AT)?;
    if head.starts_with(ZIP) {
        return Ok(Format::Workbook);
    }
    if head.starts_with(OLE) {
        return Err(FileError::OtherFormat(old_office(&first_bytes(file, SEARCHED)?)));
    }
    if let Some((_, name)) = FIRST_BYTES.iter().find(|(first, _)| head.starts_with(first)) {
        return Err(FileError::OtherFormat(name));
    }
    match markup(&head) {
        Some(name) => Err(FileError::OtherFormat(name)),
        None => Ok(Format::Text),
    }
}

fn first_bytes<R: Read + Seek>(file: &mut R, count: u64) -> Result<Vec<u8>, FileError> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.by_ref().take(count).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(bytes)
}

/// An Office file of before 2007, and what newer programs wrap into one: a workbook that a password protects.
fn old_office(bytes: &[u8]) -> &'static str {
    let holds = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if holds("EncryptedPackage") {
        "a workbook that a password protects"
    } else if holds("WordDocument") {
        "an old Word document (.doc)"
    } else {
        "an old Excel workbook (.xls)"
    }
}

/// Texts that are no tables.
fn markup(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let start = text.get(..text.len().min(64)).unwrap_or_default().to_ascii_lowercase();
    let begins = |with: &[&[u8]]| with.iter().any(|with| start.starts_with(with));
    if begins(&[b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta"]) {
        return Some("a web page (HTML), whatever its name says");
    }
    if begins(&[b"<?xml", b"<workbook", b"<spreadsheet", b"<svg"]) {
        return Some("XML");
    }
    // Of JSON the second mark tells: a cell may well begin with a bracket.
    let mut marks = start.iter().filter(|byte| !byte.is_ascii_whitespace());
    let (first, second) = (marks.next()?, marks.next());
    let is_json = match first {
        b'{' => matches!(second, Some(b'"' | b'}')),
        b'[' => matches!(second, Some(b'"' | b'{' | b'[' | b']')),
        _ => false,
    };
    is_json.then_some("JSON")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn told(bytes: &[u8]) -> String {
        of(&mut Cursor::new(bytes)).map_or_else(|error| error.to_string(), |format| format!("{format:?}"))
    }

    /// K13
    #[test]
    fn a_file_of_another_format_is_refused_by_the_formats_name() {
        let protected: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, name) in [
            (b"%PDF-1.4\n1 0 obj\n0912 555 3333\n".to_vec(), "a PDF"),
            ([OLE, &[0; 600]].concat(), "an old Excel workbook (.xls)"),
            ([OLE, &[0; 600], &protected].concat(), "a workbook that a password protects"),
            (b"{\\rtf1\\ansi 09121112222}".to_vec(), "a rich text document (.rtf)"),
            (b"\x1F\x8B\x08\0\0".to_vec(), "compressed (gzip)"),
            (b"\n <table><tr><td>09121112222</td></tr></table>".to_vec(), "a web page (HTML)"),
            (b"\xEF\xBB\xBF<?xml version=\"1.0\"?><Workbook/>".to_vec(), "XML"),
            (b"[\n  \"09121112222\"\n]".to_vec(), "JSON"),
            (b"{\"phone\":\"09121112222\"}".to_vec(), "JSON"),
            (b"BEGIN:VCARD\nTEL:09121112222\nEND:VCARD".to_vec(), "contact cards (.vcf)"),
            (b"\x89PNG\r\n\x1a\n".to_vec(), "a picture (PNG)"),
        ] {
            let told = told(&bytes);
            assert!(told.starts_with(&format!("The file is {name}")), "{told}");
        }
        for text in ["phone\n09121112222\n", "", "[mobile],name\n", "{}", "<none>,1\n"] {
            let expected = if text == "{}" { "The file is JSON; save it as CSV or XLSX" } else { "Text" };
            assert_eq!(told(text.as_bytes()), expected, "{text}");
        }
    }
}
