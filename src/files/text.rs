//! Which characters does a text file hold? Decoded a piece at a time, without its byte order mark.

use super::FileError;
use super::encoding::{Encoded, read_full};
use encoding_rs::{Decoder, DecoderResult, Encoding};
use std::io::{Read, Seek, SeekFrom};

/// Bytes decoded at a time.
const PIECE: usize = 64 << 10;
/// How much of a text is looked at to choose its delimiter, in bytes.
const HEAD_BYTES: usize = 64 << 10;
/// What old programs of DOS write where a text ends.
const END_MARK: char = '\u{1a}';

/// The characters of a file, in order.
pub struct Chars<'a, R> {
    file: &'a mut R,
    encoding: &'static Encoding,
    decoder: Decoder,
    bytes: Vec<u8>,
    text: String,
    at: usize,
    has_ended: bool,
}

impl<'a, R: Read + Seek> Chars<'a, R> {
    /// Begins after the byte order mark.
    pub fn new(file: &'a mut R, encoded: Encoded) -> Result<Self, FileError> {
        file.seek(SeekFrom::Start(encoded.mark_bytes))?;
        Ok(Self {
            file,
            encoding: encoded.encoding,
            decoder: encoded.encoding.new_decoder_without_bom_handling(),
            bytes: vec![0; PIECE],
            text: String::new(),
            at: 0,
            has_ended: false,
        })
    }

    /// The next character. An end mark of DOS counts as the end only where nothing follows it.
    pub fn next(&mut self) -> Result<Option<char>, FileError> {
        let next = self.decoded()?;
        if next == Some(END_MARK) && self.is_at_end()? {
            return Ok(None);
        }
        Ok(next)
    }

    fn decoded(&mut self) -> Result<Option<char>, FileError> {
        if self.is_at_end()? {
            return Ok(None);
        }
        let next = self.text[self.at..].chars().next();
        self.at += next.map_or(0, char::len_utf8);
        Ok(next)
    }

    fn is_at_end(&mut self) -> Result<bool, FileError> {
        while self.at >= self.text.len() {
            if self.has_ended {
                return Ok(true);
            }
            let count = read_full(self.file, &mut self.bytes)?;
            self.has_ended = count < self.bytes.len();
            self.text.clear();
            self.at = 0;
            let malformed = FileError::Malformed { encoding: self.encoding.name() };
            let room = self.decoder.max_utf8_buffer_length_without_replacement(count);
            self.text.reserve(room.unwrap_or(count * 3 + 16));
            let (result, _) = self.decoder.decode_to_string_without_replacement(
                &self.bytes[..count],
                &mut self.text,
                self.has_ended,
            );
            if !matches!(result, DecoderResult::InputEmpty) {
                return Err(malformed);
            }
        }
        Ok(false)
    }
}

/// The first part of a text: what is malformed behind it is found when it is read as a whole.
pub fn head<R: Read + Seek>(file: &mut R, encoded: Encoded) -> Result<String, FileError> {
    let mut chars = Chars::new(file, encoded)?;
    let mut head = String::new();
    while head.len() < HEAD_BYTES
        && let Some(c) = chars.next()?
    {
        head.push(c);
    }
    Ok(head)
}

/// Excel's first line `sep=X` (K9): the delimiter it names, and how many characters it takes with its line end.
pub fn named_delimiter(head: &str) -> Option<(char, usize)> {
    let line = head.split(['\r', '\n']).next()?;
    let bare = line.trim_matches('"');
    let (key, value) = bare.split_once('=')?;
    if !key.trim().eq_ignore_ascii_case("sep") {
        return None;
    }
    // A blank or a tab is a delimiter too, so nothing is trimmed before the first character. What Excel itself adds when
    // it saves such a file again are more delimiters.
    let mut rest = value.chars();
    let delimiter = rest.next()?;
    if rest.any(|c| c != delimiter && !c.is_whitespace() && !matches!(c, ',' | ';' | '"')) {
        return None;
    }
    let after = &head[line.len()..];
    let end = if after.starts_with("\r\n") { 2 } else { usize::from(!after.is_empty()) };
    Some((delimiter, line.chars().count() + end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{UTF_8, UTF_16LE};
    use std::io::Cursor;

    fn all(bytes: &[u8], encoding: &'static Encoding) -> Result<String, FileError> {
        let mut file = Cursor::new(bytes);
        let mut chars = Chars::new(&mut file, Encoded { encoding, mark_bytes: 0 })?;
        let mut text = String::new();
        while let Some(c) = chars.next()? {
            text.push(c);
        }
        Ok(text)
    }

    #[test]
    fn letters_across_pieces_are_whole() {
        let text = format!("a{}", "\u{639}".repeat(PIECE));
        assert_eq!(all(text.as_bytes(), UTF_8).unwrap(), text);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(all(&wide, UTF_16LE).unwrap(), text);
        assert!(matches!(all(&wide[..wide.len() - 1], UTF_16LE), Err(FileError::Malformed { .. })));
        assert!(matches!(all(b"ab\xC0", UTF_8), Err(FileError::Malformed { encoding: "UTF-8" })));
        assert_eq!(all(b"a\n\x1a", UTF_8).unwrap(), "a\n");
        assert_eq!(all(b"a\x1ab", UTF_8).unwrap(), "a\u{1a}b");
    }

    /// K9
    #[test]
    fn the_line_that_names_a_delimiter_is_found_in_every_spelling() {
        for (head, expected) in [
            ("sep=;\nname;phone\n", Some((';', 6))),
            ("SEP=,\r\na,b", Some((',', 7))),
            ("Sep=|\ra|b", Some(('|', 6))),
            ("\"sep=;\"\r\na", Some((';', 9))),
            ("sep=\t\na\tb", Some(('\t', 6))),
            ("sep=\u{60c}\na", Some(('\u{60c}', 6))),
            ("sep=;;;\na;b;c", Some((';', 8))),
            ("sep=;", Some((';', 5))),
            ("separator=;\n", None),
            ("sep=\n", None),
            ("sep=September,phone\n", None),
            ("", None),
        ] {
            assert_eq!(named_delimiter(head), expected, "{head:?}");
        }
    }
}
