//! How are texts of the field cleaned? Blanks and characters that nobody can see are trimmed, and the digits of every
//! script count (kinds K5 and K25 of the field's inputs).

use std::borrow::Cow;

/// Whether a character leaves no mark: white space, zero-width characters, direction marks, a byte order mark or a soft
/// hyphen.
pub fn is_blank_char(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}

/// Trims blanks and invisible characters off both ends. Inside a text they stay: a zero-width non-joiner belongs to a
/// Persian name.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank_char)
}

/// Whether a text shows nothing.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_blank_char)
}

/// The value of a decimal digit of any script: `7` of `7`, `۷`, `٧`, `७` and `７`.
pub fn digit_value(c: char) -> Option<u8> {
    let code = u32::from(c);
    let at = DIGIT_ZEROS.partition_point(|&zero| zero <= code).checked_sub(1)?;
    u8::try_from(code - DIGIT_ZEROS[at]).ok().filter(|value| *value < 10)
}

/// The same text with the digits of every script as ASCII digits.
pub fn ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let ascii = |c| digit_value(c).map_or(c, |value| char::from(b'0' + value));
    Cow::Owned(text.chars().map(ascii).collect())
}

/// An integer in words: digits of any script, with a sign, as `2.0` and `2e0` too; `None` where it is none.
pub fn integer_word(text: &str) -> Option<i64> {
    let text = ascii_digits(trim(text));
    let float = |text: &str| {
        let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        let float = text.parse::<f64>().ok().filter(|_| is_plain)?;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number of at most 2^53")]
        (float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0).then_some(float as i64)
    };
    text.parse().ok().or_else(|| float(&text))
}

/// True or false in the words of bodies, forms and queries; `None` for any other word.
pub fn boolean_word(text: &str) -> Option<bool> {
    match trim(text).to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "active" | "y" | "t" => Some(true),
        "false" | "0" | "no" | "off" | "inactive" | "n" | "f" => Some(false),
        _ => None,
    }
}

/// The zeros of every set of decimal digits (general category Nd, Unicode 16); nine digits follow each. Ascending.
const DIGIT_ZEROS: [u32; 76] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30,
    0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0,
    0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60,
    0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0,
    0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// K25
    #[test]
    fn what_nobody_can_see_is_trimmed_at_the_ends_and_kept_inside() {
        for mark in
            ["\u{200b}", "\u{200e}", "\u{202c}", "\u{2060}", "\u{2069}", "\u{feff}", "\u{ad}", "\u{a0}\n"]
        {
            assert_eq!(trim(&format!("{mark}CalebG {mark}")), "CalebG", "{mark:?}");
            assert!(is_blank(mark), "{mark:?}");
        }
        assert_eq!(trim("علی\u{200c}رضا\u{200c}"), "علی\u{200c}رضا");
    }

    /// K5
    #[test]
    fn digits_of_every_script_have_their_values() {
        assert!(DIGIT_ZEROS.is_sorted());
        assert_eq!(ascii_digits("۰۹١٢０７𝟗७๓ x½²"), "09120797".to_owned() + "3 x½²");
        assert_eq!(
            (digit_value('/'), digit_value(':'), digit_value('a'), digit_value('Ⅷ')),
            (None, None, None, None)
        );
    }

    proptest! {
        #[test]
        fn every_digit_that_the_standard_library_knows_as_one_is_one(c in any::<char>()) {
            prop_assert!(c.to_digit(10).is_none_or(|value| digit_value(c).map(u32::from) == Some(value)));
            // A decimal digit is numeric, and only letters and numbers are more than that.
            prop_assert!(digit_value(c).is_none() || c.is_numeric());
        }

        #[test]
        fn trimming_twice_changes_nothing_more(text in "\\PC{0,20}") {
            prop_assert_eq!(trim(trim(&text)), trim(&text));
        }
    }
}
