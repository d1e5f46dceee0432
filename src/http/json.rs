//! What does JSON of the field say? A byte order mark goes, escapes that are no characters become U+FFFD, and nesting and
//! the number of values are bounded before anything is built (kinds K17 and K18).

use super::decode;
use serde_json::Value;
use std::borrow::Cow;

/// The most levels of nesting.
pub const DEPTH_MAX: usize = 100;
/// The most values in one body, so that 10 MiB of `0,` cost no more memory than 10 MiB of anything else.
pub const VALUES_MAX: usize = 300_000;
/// What stands for a character that is none, as an escape: as long as the escape it replaces.
const REPLACEMENT: &[u8; 6] = b"\\ufffd";

/// Why bytes are no JSON that is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Where it breaks off being JSON, from 1.
    Malformed { line: usize, column: usize },
    /// Which bound it passes.
    Bound(&'static str),
}

/// Reads a JSON value.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    let text = decode::body(bytes);
    let checked = checked(text.as_bytes())?;
    serde_json::from_slice(&checked)
        .map_err(|error| Fault::Malformed { line: error.line(), column: error.column() })
}

/// The same JSON with the halves of surrogate pairs that stand alone replaced, within the bounds.
fn checked(json: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    let mut mended = Cow::Borrowed(json);
    let (mut depth, mut values, mut at) = (0_usize, 1_usize, 0);
    let mut is_in_text = false;
    while at < json.len() {
        let mut length = 1;
        match json[at] {
            b'"' => is_in_text = !is_in_text,
            b'\\' if is_in_text => {
                length = 2;
                if let Some(unit) = escaped_unit(json, at) {
                    length = 6;
                    let is_pair = is_high(unit) && escaped_unit(json, at + 6).is_some_and(is_low);
                    if is_pair {
                        length = 12;
                    } else if is_high(unit) || is_low(unit) {
                        mended.to_mut()[at..at + 6].copy_from_slice(REPLACEMENT);
                    }
                }
            }
            b'[' | b'{' if !is_in_text => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' if !is_in_text => depth = depth.saturating_sub(1),
            b',' if !is_in_text => values += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Err(Fault::Bound("The JSON is nested deeper than 100 levels"));
        }
        if values > VALUES_MAX {
            return Err(Fault::Bound("The JSON holds more than 300,000 values"));
        }
        at += length;
    }
    Ok(mended)
}

/// The UTF-16 unit of an escape that begins at `at`.
fn escaped_unit(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

fn is_high(unit: u16) -> bool {
    (0xd800..=0xdbff).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..=0xdfff).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// K18
    #[test]
    fn half_a_character_becomes_the_replacement_character() {
        for (text, expected) in [
            (r#""bye \ud83d""#, "bye \u{fffd}"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ude00 x""#, "\u{fffd} x"),
            (r#""\uD83D\u0041""#, "\u{fffd}A"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
            (r#""\ud83d\n""#, "\u{fffd}\n"),
            (r#""\ud83d\\ude00""#, "\u{fffd}\\ude00"),
            (r#""\uDBFF\uDFFF""#, "\u{10ffff}"),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(json!(expected)), "{text}");
        }
        assert_eq!(parse(br#"{"\udc00":"\ud800"}"#), Ok(json!({ "\u{fffd}": "\u{fffd}" })));
    }

    /// K17, K19
    #[test]
    fn a_mark_before_it_and_other_encodings_are_read() {
        assert_eq!(parse(b"\xef\xbb\xbf{\"a\":1}"), Ok(json!({ "a": 1 })));
        assert_eq!(parse(b"{\"name\":\"Ren\xe9\"}"), Ok(json!({ "name": "René" })));
        let utf_16: Vec<u8> = "\u{feff}{\"a\":\"علی\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(parse(&utf_16), Ok(json!({ "a": "علی" })));
    }

    #[test]
    fn nesting_and_the_number_of_values_are_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(DEPTH_MAX).as_bytes()).is_ok());
        assert!(matches!(parse(nested(DEPTH_MAX + 1).as_bytes()), Err(Fault::Bound(_))));
        assert!(matches!(parse("[".repeat(10 << 20).as_bytes()), Err(Fault::Bound(_))));
        let long = format!("[{}0]", "0,".repeat(VALUES_MAX));
        assert!(matches!(parse(long.as_bytes()), Err(Fault::Bound(_))));
        let brackets_in_text = format!("\"{}\"", "[,".repeat(VALUES_MAX));
        assert!(parse(brackets_in_text.as_bytes()).is_ok());
        assert_eq!(parse(b"{\n \"a\" 1}"), Err(Fault::Malformed { line: 2, column: 6 }));
    }

    proptest! {
        #[test]
        fn what_is_json_is_read_as_such(text in "\\PC{0,40}", number in any::<i64>()) {
            let value = json!({ "text": text, "list": [number, null, { "a": text }] });
            prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(value));
        }

        #[test]
        fn no_text_of_escapes_is_refused(parts in proptest::collection::vec("\\\\u[dD][89abcdefABCDEF][0-9a-f]{2}|[a-z]|\\\\\\\\|\\\\n", 0..12)) {
            let text = format!("\"{}\"", parts.concat());
            prop_assert!(parse(text.as_bytes()).is_ok());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
