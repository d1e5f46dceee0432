//! When are two texts the same to whoever searches? One folding for both sides of every search: what was stored and what
//! was typed (kind K24).

use crate::text::{digit_value, is_blank_char};
use unicode_normalization::UnicodeNormalization;

/// Folds a text for searching: compatibility forms (NFKD), case, diacritics, Arabic and Persian spellings of yeh and kaf,
/// and the digits of all scripts become one; characters that nobody can see (the zero-width non-joiner too) and the
/// Arabic stretch go; white space becomes single blanks. `ة` and `ه` stay two letters.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        let words = text.split_ascii_whitespace().map(str::to_ascii_lowercase);
        return words.collect::<Vec<_>>().join(" ");
    }
    let mut folded = String::with_capacity(text.len());
    // Twice over the case: `ß` and `ſ` have upper-case forms that are letters of others.
    let characters = text.nfkd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkd();
    for c in characters {
        if is_diacritic(c) || c == '\u{640}' {
            continue;
        }
        if c.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else if !is_blank_char(c) {
            folded.push(letter(c));
        }
    }
    folded.truncate(folded.trim_end().len());
    folded.nfc().collect()
}

/// The digits of a search that is a part of a phone number, as ASCII and without the trunk zero: stored numbers are
/// international. `None` where the text holds anything that no number has.
pub fn phone_digits(text: &str) -> Option<String> {
    let folded = fold(text);
    let is_number = folded.chars().all(|c| c.is_ascii_digit() || "+-()./ ".contains(c));
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    (is_number && !digits.is_empty()).then(|| digits.to_owned())
}

/// A pattern of SQL's `LIKE` for what somebody searches for in folded texts. What folds to nothing, such as a lone accent,
/// is looked for as it is: it is not in every text.
pub fn folded_pattern(search: &str) -> String {
    let folded = fold(search);
    like(if folded.is_empty() { search } else { &folded })
}

/// A pattern of SQL's `LIKE` for a text somewhere inside another.
pub fn like(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Marks over and under letters. Vowel signs of Indic scripts are letters of their own and stay.
fn is_diacritic(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}'
        | '\u{5c4}' | '\u{5c5}' | '\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// Letters and digits that keyboards write in several ways.
fn letter(c: char) -> char {
    match c {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        _ => digit_value(c).map_or(c, |value| char::from(b'0' + value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// K24
    #[test]
    fn spellings_of_one_text_fold_to_one() {
        for (one, other) in [
            ("Núñez", "Nu\u{301}n\u{303}ez"),
            ("NUNEZ", "núñez"),
            ("کریمی", "كريمي"),
            ("علی\u{200c}رضا", "علیرضا"),
            ("مُحَمَّد", "محمد"),
            ("حســـن", "حسن"),
            ("خیابان ۱۲", "خیابان 12"),
            ("خیابان ١٢", "خيابان १२"),
            ("Ｔｏｋｙｏ", "tokyo"),
            ("Strasse", "STRAßE"),
            ("ﬁlip", "FILIP"),
            ("İstanbul", "istanbul"),
            ("ΣΟΦΟΣ", "σοφός"),
            ("Ёлкин", "елкин"),
            ("Łódź\u{a0} 3", "łodz 3 "),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    /// K24: letters that are two words' stay two.
    #[test]
    fn other_letters_stay_apart() {
        for (one, other) in [("فاطمة", "فاطمه"), ("Ola", "Óla Z"), ("कि", "क"), ("e", "o")] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    /// K24: a part of a number, in any digits.
    #[test]
    fn digits_of_a_number_are_found_in_any_script() {
        assert_eq!(phone_digits("۰۹۱۲ ۵۶"), Some("91256".to_owned()));
        assert_eq!(phone_digits("+98 (912) 56-1.5"), Some("989125615".to_owned()));
        assert_eq!(phone_digits("００44"), Some("44".to_owned()));
        for other in ["", "-", "0", "a12", "12 main"] {
            assert_eq!(phone_digits(other), None, "{other}");
        }
    }

    #[test]
    fn a_search_is_a_value_and_never_a_pattern() {
        assert_eq!(like("50%_\\"), "%50\\%\\_\\\\%");
        assert_eq!(
            (folded_pattern("É％"), folded_pattern("\u{301}")),
            ("%e\\%%".to_owned(), "%\u{301}%".to_owned())
        );
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in "\\PC{0,30}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        /// Whoever types a name as it is stored finds it, in whichever form and case.
        #[test]
        fn forms_of_unicode_and_case_change_nothing(text in "[a-zA-Zà-ÿЀ-ӿآ-ی٠-٩ ]{0,20}") {
            let forms = [text.nfc().collect::<String>(), text.nfd().collect(), text.nfkc().collect(), text.to_uppercase()];
            for form in forms {
                prop_assert_eq!(fold(&form), fold(&text));
            }
        }
    }
}
