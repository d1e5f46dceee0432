//! Which characters are these bytes? UTF-8 where they can be; else Windows-1252, which older dialers and forms send
//! (kind K19), or UTF-16 where a byte order mark says so.

use std::borrow::Cow;

/// The text of a whole value. Bytes that are no UTF-8 are read as Windows-1252, all of them, so that no letter is lost.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// The text of a whole body, without its byte order mark (kind K17).
pub fn body(bytes: &[u8]) -> Cow<'_, str> {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) if encoding == encoding_rs::UTF_8 => text(&bytes[length..]),
        Some((encoding, length)) => encoding.decode_without_bom_handling(&bytes[length..]).0,
        None => text(bytes),
    }
}

/// The members of a query or a form in the order in which they came, decoded; names without blanks and invisible
/// characters at their ends.
pub fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    let members = encoded.split(|&b| b == b'&').filter(|member| !member.is_empty());
    let pair = |member: &[u8]| {
        let (name, value) = match member.iter().position(|&b| b == b'=') {
            Some(at) => (&member[..at], &member[at + 1..]),
            None => (member, &[][..]),
        };
        (domain::text::trim(&component(name)).to_owned(), component(value))
    };
    members.map(pair).collect()
}

/// A name or a value of a query, decoded.
fn component(encoded: &[u8]) -> String {
    let blanks: Vec<u8> = encoded.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    text(&percent_encoding::percent_decode(&blanks).collect::<Vec<u8>>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(encoded: &[u8]) -> Vec<String> {
        pairs(encoded).into_iter().map(|(_, value)| value).collect()
    }

    /// K19
    #[test]
    fn bytes_that_are_no_utf_8_are_windows_1252() {
        assert_eq!(values(b"fullname=Ren%E9+M%FCller"), ["René Müller"]);
        assert_eq!(values(b"a=Ren\xe9&b=Ren%C3%A9&c=%80+100"), ["René", "René", "€ 100"]);
        // The whole value is one or the other.
        assert_eq!(values(b"a=%C3%A9%E9"), ["Ã©é"]);
        assert_eq!(values(b"a=%D8%B9%D9%84%DB%8C"), ["علی"]);
        assert_eq!(values(b"a=%8D%81&b=100%&c=%zz&d=%4"), ["\u{8d}\u{81}", "100%", "%zz", "%4"]);
    }

    /// K17
    #[test]
    fn a_byte_order_mark_before_a_body_is_none_of_it() {
        assert_eq!(body(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(body(b"\xff\xfe{\0}\0"), "{}");
        assert_eq!(body(b"\xfe\xff\0{\0}"), "{}");
        assert_eq!(body("علی".as_bytes()), "علی");
        assert_eq!(pairs(b"\xef\xbb\xbfuser=a&%EF%BB%BFb=2")[0], ("user".to_owned(), "a".to_owned()));
    }

    proptest! {
        #[test]
        fn what_was_encoded_comes_back(name in "[a-z]{1,8}", value in "\\PC{0,30}") {
            let encoded = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &value).finish();
            prop_assert_eq!(pairs(encoded.as_bytes()), vec![(name, value)]);
        }

        #[test]
        fn any_bytes_are_some_text(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (text(&bytes), body(&bytes), pairs(&bytes));
        }
    }
}
