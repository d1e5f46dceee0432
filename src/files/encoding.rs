//! In which encoding is a text? A byte order mark says so; else UTF-16 shows by its zero bytes, UTF-8 by being valid, and of
//! the old one-byte encodings the letters' neighbours tell: a text that is read in a wrong one stores wrong names for ever.
//!
//! The whole file is looked at, 64 KiB at a time, since the first letter that is not ASCII may stand in its last row.

use super::FileError;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1256};
use std::io::{Read, Seek, SeekFrom};

/// Bytes read at a time.
const PIECE: usize = 64 << 10;
/// How much of a file is looked at for zero bytes.
const WIDE_LOOKED_AT: usize = 4 << 10;
/// Letters of a Latin text under which the detector's choice among Latin encodings is no better than the commonest one.
const LATIN_FEW: u64 = 32;

/// How the bytes of a text are to be read.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Encoded {
    pub encoding: &'static Encoding,
    /// The bytes of the byte order mark.
    pub mark_bytes: u64,
}

/// Tells the encoding of a text.
pub fn of<R: Read + Seek>(file: &mut R) -> Result<Encoded, FileError> {
    file.seek(SeekFrom::Start(0))?;
    let mut seen = Seen::new();
    let mut piece = vec![0; PIECE];
    let mut is_first = true;
    loop {
        let count = read_full(file, &mut piece)?;
        let bytes = &piece[..count];
        if is_first {
            if bytes.starts_with(b"\xFF\xFE\0\0") || bytes.starts_with(b"\0\0\xFE\xFF") {
                return Err(FileError::Malformed { encoding: "UTF-8 or UTF-16 (but UTF-32)" });
            }
            if let Some((encoding, mark_bytes)) = Encoding::for_bom(bytes) {
                return Ok(Encoded { encoding, mark_bytes: mark_bytes as u64 });
            }
            if let Some(encoding) = wide(&bytes[..count.min(WIDE_LOOKED_AT)]) {
                return Ok(Encoded { encoding, mark_bytes: 0 });
            }
            is_first = false;
        }
        seen.feed(bytes, count < PIECE);
        if count < PIECE {
            return Ok(Encoded { encoding: seen.encoding(), mark_bytes: 0 });
        }
    }
}

/// Fills `piece` as far as the file reaches.
pub fn read_full(file: &mut impl Read, piece: &mut [u8]) -> std::io::Result<usize> {
    let mut count = 0;
    while count < piece.len() {
        match file.read(&mut piece[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// UTF-16 without a mark: digits, delimiters and line ends have a zero byte, always on the same side; no text of bytes has
/// any.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let is_ascii = |byte: u8| byte == b'\t' || byte == b'\n' || byte == b'\r' || (0x20..0x7F).contains(&byte);
    let pairs = || bytes.as_chunks::<2>().0.iter();
    let little = pairs().filter(|[first, second]| *second == 0 && is_ascii(*first)).count();
    let big = pairs().filter(|[first, second]| *first == 0 && is_ascii(*second)).count();
    let (more, fewer, encoding) =
        if little >= big { (little, big, UTF_16LE) } else { (big, little, UTF_16BE) };
    (more > 0 && fewer == 0 && more * 8 >= bytes.len() / 2).then_some(encoding)
}

/// What was seen of a text of bytes.
struct Seen {
    utf8: encoding_rs::Decoder,
    is_utf8: bool,
    scratch: String,
    detector: EncodingDetector,
    /// Letters over 127; those of them beside an ASCII letter; and those that are Arabic letters in Windows-1256.
    high: u64,
    beside_latin: u64,
    arabic: u64,
    last: u8,
}

impl Seen {
    fn new() -> Self {
        Self {
            utf8: UTF_8.new_decoder_without_bom_handling(),
            is_utf8: true,
            scratch: String::with_capacity(PIECE * 3 + 16),
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            high: 0,
            beside_latin: 0,
            arabic: 0,
            last: 0,
        }
    }

    fn feed(&mut self, bytes: &[u8], is_last: bool) {
        if self.is_utf8 {
            self.scratch.clear();
            let (result, _) =
                self.utf8.decode_to_string_without_replacement(bytes, &mut self.scratch, is_last);
            self.is_utf8 = matches!(result, DecoderResult::InputEmpty);
        }
        self.detector.feed(bytes, is_last);
        for (at, &byte) in bytes.iter().enumerate() {
            if byte > 0x7F && !is_sign(byte) {
                let next = bytes.get(at + 1).copied().unwrap_or_default();
                self.high += 1;
                self.beside_latin += u64::from(self.last.is_ascii_alphabetic() || next.is_ascii_alphabetic());
                self.arabic += u64::from(is_arabic(byte));
            }
            self.last = byte;
        }
    }

    fn encoding(&self) -> &'static Encoding {
        if self.is_utf8 {
            return UTF_8;
        }
        let is_latin = self.high == 0 || self.beside_latin * 2 > self.high;
        if !is_latin && self.arabic * 20 >= self.high * 19 {
            return WINDOWS_1256;
        }
        let guess = self.detector.guess(None, Utf8Detection::Deny);
        if is_latin && (self.high < LATIN_FEW || !guess.is_single_byte()) { WINDOWS_1252 } else { guess }
    }
}

/// Whether it is the same sign, and no letter, in Windows-1252 and Windows-1256.
fn is_sign(byte: u8) -> bool {
    matches!(byte,
        0x80 | 0x82 | 0x84..=0x87 | 0x89 | 0x8B | 0x91..=0x97 | 0x99 | 0x9B | 0xA0 | 0xA2..=0xA9 | 0xAB..=0xB9
        | 0xBB..=0xBE | 0xD7 | 0xF7)
}

/// Whether Windows-1256 has a letter, a vowel sign or a mark of the Arabic script there (Persian's letters too).
fn is_arabic(byte: u8) -> bool {
    matches!(byte,
        0x81 | 0x8A | 0x8D..=0x90 | 0x98 | 0x9A | 0x9D..=0x9F | 0xA1 | 0xAA | 0xBA | 0xBF
        | 0xC0..=0xD6 | 0xD8..=0xDF | 0xE1 | 0xE3..=0xE6 | 0xEC | 0xED | 0xF0..=0xF3 | 0xF5 | 0xF6 | 0xF8 | 0xFA | 0xFF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn of_bytes(bytes: &[u8]) -> (&'static str, u64) {
        let found = of(&mut Cursor::new(bytes)).unwrap();
        (found.encoding.name(), found.mark_bytes)
    }

    fn wide_bytes(text: &str, is_little: bool) -> Vec<u8> {
        let units = text.encode_utf16();
        units.flat_map(|unit| if is_little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    #[test]
    fn a_mark_says_which_encoding_it_is() {
        assert_eq!(of_bytes("\u{feff}phone".as_bytes()), ("UTF-8", 3));
        assert_eq!(of_bytes(&wide_bytes("\u{feff}phone", true)), ("UTF-16LE", 2));
        assert_eq!(of_bytes(&wide_bytes("\u{feff}phone", false)), ("UTF-16BE", 2));
    }

    #[test]
    fn without_a_mark_zero_bytes_and_letters_tell() {
        assert_eq!(of_bytes(b""), ("UTF-8", 0));
        assert_eq!(of_bytes(b"phone\n09121112222\n"), ("UTF-8", 0));
        let late = format!("phone,name\n{}0912,\u{639}\u{644}\u{6cc}\n", "0912,a\n".repeat(20_000));
        assert_eq!(of_bytes(late.as_bytes()), ("UTF-8", 0));
        for text in [
            "phone;name\r\n0912;A\r\n",
            "\u{646}\u{627}\u{645},\u{62a}\u{644}\u{641}\u{646}\n\u{639}\u{644}\u{6cc},09121112222\n",
        ] {
            assert_eq!(of_bytes(&wide_bytes(text, true)), ("UTF-16LE", 0), "{text}");
            assert_eq!(of_bytes(&wide_bytes(text, false)), ("UTF-16BE", 0), "{text}");
        }
    }

    #[test]
    fn western_and_persian_one_byte_texts_are_told_apart() {
        for text in [
            "first_name,phone\nRen\u{e9} M\u{fc}ller,+41791234567\n",
            "nombre;tel\u{e9}fono\nN\u{fa}\u{f1}ez;+34612345678\n",
            "Fran\u{e7}ois\nJos\u{e9}\nBj\u{f6}rn\nS\u{f8}ren\n\u{c9}mile\n",
            "a,phone\nStra\u{df}e 5 \u{20ac},1\n",
        ] {
            let (bytes, _, is_lossy) = WINDOWS_1252.encode(text);
            assert!(!is_lossy);
            assert_eq!(of_bytes(&bytes).0, "windows-1252", "{text}");
        }
        for text in [
            "\u{646}\u{627}\u{645},\u{645}\u{648}\u{628}\u{627}\u{64a}\u{644}\n\u{639}\u{644}\u{64a} \u{643}\u{631}\u{64a}\u{645}\u{64a},09121112222\n",
            "\u{634}\u{645}\u{627}\u{631}\u{647}\n09121112222\n",
            "first_name,phone\n\u{645}\u{631}\u{64a}\u{645} \u{686}\u{645}\u{646},0912\n\u{698}\u{627}\u{644}\u{647},0913\n\u{67e}\u{648}\u{631}\u{64a}\u{627},0914\n",
            "name,phone\n\u{645}\u{62d}\u{645}\u{62f},0912\n",
            "\u{627}\u{644}\u{627}\u{633}\u{645};\u{627}\u{644}\u{647}\u{627}\u{62a}\u{641}\n\u{641}\u{627}\u{637}\u{645}\u{629};+971501234567\n",
        ] {
            let (bytes, _, is_lossy) = WINDOWS_1256.encode(text);
            assert!(!is_lossy, "{text}");
            assert_eq!(of_bytes(&bytes).0, "windows-1256", "{text}");
        }
    }
}
