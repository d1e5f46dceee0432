//! Is a workbook safe to read? All of its XML is walked through once, with the parser that calamine uses, before calamine
//! sees it: calamine keeps shared strings and formats in memory and believes what the file says of their number.
//!
//! What a part declares of its size is not believed: bytes are counted while they are unpacked.

use super::bounds::{Bound, Bounds};
use super::encoding::read_full;
use super::meter::{EVENT_MAX, Meter};
use super::{FileError, workbook::unreadable};
use quick_xml::events::{BytesStart, Event};
use std::io::{BufReader, Read, Seek, SeekFrom};
use zip::ZipArchive;

/// The most parts of an archive: its directory is kept in memory.
const PARTS_MAX: usize = 4_096;
/// The most bytes between the begin and the end of a cell or of a shared string.
const CELL_MAX: u64 = 512 << 10;
const NESTING_MAX: usize = 100;
/// Sheets, defined names and relationships, and the bytes of the part that holds them.
const NAMES_MAX: usize = 20_000;
const NAMES_BYTES_MAX: u64 = 8 << 20;
/// Fonts, fills, borders and formats, each some 200 bytes in memory; each cell format has copies of the texts of its own.
const FORMATS_MAX: usize = 300_000;
const FORMAT_BYTES_MAX: u64 = 32 << 20;
/// A file of a directory entry begins so.
const ENTRY: &[u8] = b"PK\x01\x02";

/// Refuses archives that hold no workbook or more than the bounds allow.
pub fn check<R: Read + Seek>(file: &mut R, bounds: Bounds) -> Result<(), FileError> {
    if entries(file)? > PARTS_MAX {
        return Err(FileError::over(Bound::Parts, PARTS_MAX));
    }
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    if let Some(name) = other_format(&archive) {
        return Err(FileError::OtherFormat(name));
    }
    let mut tally = Tally::new(bounds);
    for index in 0..archive.len() {
        // What cannot be unpacked here cannot be unpacked by calamine either.
        let Ok(part) = archive.by_index(index) else { continue };
        if part.name().map_or(true, |name| is_xml(&name)) {
            tally.part(part)?;
        }
    }
    Ok(())
}

/// How many parts the archive's directory may have: counted in the bytes, since the parser keeps the whole directory.
fn entries<R: Read + Seek>(file: &mut R) -> Result<usize, FileError> {
    file.seek(SeekFrom::Start(0))?;
    let (mut count, mut kept) = (0, 0);
    let mut piece = vec![0; 64 << 10];
    loop {
        let read = read_full(file, &mut piece[kept..])?;
        let bytes = &piece[..kept + read];
        count += bytes.windows(ENTRY.len()).filter(|window| *window == ENTRY).count();
        if kept + read < piece.len() {
            file.seek(SeekFrom::Start(0))?;
            return Ok(count);
        }
        kept = ENTRY.len() - 1;
        let end = piece.len();
        piece.copy_within(end - kept..end, 0);
    }
}

/// Archives that people take for a workbook (K13).
fn other_format<R: Read + Seek>(archive: &ZipArchive<R>) -> Option<&'static str> {
    let has = |begin: &str| archive.file_names().any(|name| name.is_ok_and(|name| name.starts_with(begin)));
    if has("xl/workbook.bin") {
        Some("a binary workbook (.xlsb)")
    } else if has("_rels/.rels") {
        let other = [("word/", "a Word document (.docx)"), ("ppt/", "a presentation (.pptx)")];
        other.into_iter().find(|(begin, _)| has(begin) && !has("xl/")).map(|(_, name)| name)
    } else if has("META-INF/manifest.xml") && has("content.xml") {
        Some("an OpenDocument file (.ods)")
    } else if has("Index/") || has("Index.zip") {
        Some("an Apple Numbers document")
    } else {
        Some("a ZIP archive without a workbook")
    }
}

/// Only such parts are read: [`Tally::start`] refuses relationships that name others as sheets.
fn is_xml(name: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or("");
    end.eq_ignore_ascii_case("xml") || end.eq_ignore_ascii_case("rels")
}

/// What was counted in all parts so far.
struct Tally {
    bounds: Bounds,
    /// Bytes that may still be unpacked.
    left: u64,
    strings: usize,
    cells: usize,
    names: usize,
    formats: usize,
    cell_formats: u64,
}

/// What was counted in this part.
#[derive(Default)]
struct Part {
    depth: usize,
    /// Where the cell or the string began in which the reader stands.
    cell_at: Option<u64>,
    /// The last child of the cell, by its place in the standard's order.
    last_child: u8,
    has_strings: bool,
    has_names: bool,
    has_formats: bool,
    longest: u64,
}

impl Part {
    /// Formula, value, text: in another order calamine loses what came first, so the number of a row would be missing.
    fn child(&mut self, place: u8) -> Result<(), FileError> {
        if place < self.last_child {
            return Err(FileError::Unreadable("a cell's formula, value and text are in disorder".to_owned()));
        }
        self.last_child = place;
        Ok(())
    }
}

impl Tally {
    fn new(bounds: Bounds) -> Self {
        let left = bounds.unpacked_bytes;
        Self { bounds, left, strings: 0, cells: 0, names: 0, formats: 0, cell_formats: 0 }
    }

    fn part(&mut self, part: impl Read) -> Result<(), FileError> {
        let mut reader = quick_xml::Reader::from_reader(Meter::new(part, self.left));
        let config = reader.config_mut();
        config.check_end_names = false;
        config.check_comments = false;
        config.expand_empty_elements = true;
        let (mut found, mut event) = (Part::default(), Vec::new());
        loop {
            event.clear();
            let begin = reader.get_mut().begin_event();
            let next = match reader.read_event_into(&mut event) {
                // Where the XML is broken, calamine stops too; whether that matters, it knows.
                Ok(Event::Eof) | Err(_) => None,
                Ok(next) => Some(next),
            };
            match &next {
                Some(Event::Start(element)) => self.start(&mut found, element, begin)?,
                Some(Event::End(element)) => {
                    found.depth = found.depth.saturating_sub(1);
                    if matches!(element.local_name().as_ref(), "c" | "si") {
                        found.cell_at = None;
                    }
                }
                Some(_) | None => {}
            }
            let is_over = next.is_none();
            drop(next);
            let meter = reader.get_ref();
            if let Some(bound) = meter.over {
                let max = if bound == Bound::UnpackedBytes { self.bounds.unpacked_bytes } else { EVENT_MAX };
                return Err(FileError::over(bound, max));
            }
            self.within(&mut found, begin, meter.spent)?;
            if is_over {
                self.left -= meter.spent;
                return Ok(());
            }
        }
    }

    /// Counts an element that begins.
    fn start(&mut self, part: &mut Part, element: &BytesStart<'_>, begin: u64) -> Result<(), FileError> {
        part.depth += 1;
        if part.depth > NESTING_MAX {
            return Err(FileError::over(Bound::Nesting, NESTING_MAX));
        }
        match element.local_name().as_ref() {
            "c" => {
                self.cells += 1;
                (part.cell_at, part.last_child) = (Some(begin), 0);
                bounded(self.cells, self.bounds.cells, Bound::Cells)?;
            }
            "f" if part.cell_at.is_some() => part.child(1)?,
            "v" if part.cell_at.is_some() => part.child(2)?,
            "is" if part.cell_at.is_some() => part.child(3)?,
            "si" => {
                self.strings += 1;
                part.cell_at = Some(begin);
                bounded(self.strings, self.bounds.shared_strings, Bound::SharedStrings)?;
            }
            "sst" => {
                part.has_strings = true;
                // Room for as many is made before the first is read.
                let count = attribute(element, "uniqueCount").and_then(|count| count.parse().ok());
                bounded(count.unwrap_or(0), self.bounds.shared_strings, Bound::SharedStrings)?;
            }
            "sheet" | "definedName" | "Relationship" => {
                self.names += 1;
                part.has_names = true;
                bounded(self.names, NAMES_MAX, Bound::Names)?;
                let kind = attribute(element, "Type").unwrap_or_default();
                let is_read = kind.ends_with("/worksheet") || kind.ends_with("/officeDocument");
                if is_read && !attribute(element, "Target").is_some_and(|target| is_xml(&target)) {
                    return Err(FileError::Unreadable("a sheet is no XML".to_owned()));
                }
            }
            "xf" | "font" | "fill" | "border" | "numFmt" => {
                self.formats += 1;
                self.cell_formats += u64::from(element.local_name().as_ref() == "xf");
                part.has_formats = true;
                bounded(self.formats, FORMATS_MAX, Bound::Formats)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks what grows byte by byte.
    fn within(&self, part: &mut Part, begin: u64, end: u64) -> Result<(), FileError> {
        part.longest = part.longest.max(end - begin);
        if part.cell_at.is_some_and(|at| end - at > CELL_MAX) {
            return Err(FileError::over(Bound::CellBytes, CELL_MAX));
        }
        if part.has_strings && end > self.bounds.shared_string_bytes {
            return Err(FileError::over(Bound::SharedStringBytes, self.bounds.shared_string_bytes));
        }
        if part.has_names && end > NAMES_BYTES_MAX {
            return Err(FileError::over(Bound::Names, NAMES_MAX));
        }
        if part.has_formats && self.cell_formats * part.longest > FORMAT_BYTES_MAX {
            return Err(FileError::over(Bound::FormatBytes, FORMAT_BYTES_MAX));
        }
        Ok(())
    }
}

fn bounded(count: usize, max: usize, bound: Bound) -> Result<(), FileError> {
    if count > max { Err(FileError::over(bound, max)) } else { Ok(()) }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes();
    let found =
        attributes.with_checks(false).flatten().find(|attribute| attribute.key.local_name().as_ref() == name);
    found.map(|attribute| attribute.value.into_owned())
}
