//! Does an id of another system name anything? Dialers and forms fill in words for nothing, and two people who share
//! such a word are still two people (rule C-46, kind K22).

use crate::text::{ascii_digits, digit_value, trim};

/// What JavaScript, Python, SQL, Ruby, Go, R and spreadsheets write for nothing, in lower case.
const NOTHING: [&str; 24] = [
    "null",
    "nul",
    "nil",
    "none",
    "undefined",
    "nan",
    "nat",
    "na",
    "n/a",
    "n.a.",
    "n.a",
    "not available",
    "(null)",
    "<null>",
    "[null]",
    "<nil>",
    "<na>",
    "\\n",
    "void",
    "empty",
    "(blank)",
    "(none)",
    "[object object]",
    "unset",
];

/// Errors that a spreadsheet shows in a cell, in lower case.
const CELL_ERRORS: [&str; 9] =
    ["#n/a", "#na", "#null!", "#value!", "#ref!", "#name?", "#num!", "#div/0!", "#nil"];

/// Marks of templates that nobody filled in, whatever stands between them.
const TEMPLATE_MARKS: [(&str, &str); 9] = [
    ("--A--", "--B--"),
    ("{{", "}}"),
    ("${", "}"),
    ("#{", "}"),
    ("[[", "]]"),
    ("<<", ">>"),
    ("<%", "%>"),
    ("{%", "%}"),
    ("%%", "%%"),
];

/// Marks that real ids have too; a name of a field between them is a template.
const NAME_MARKS: [(char, char); 4] = [('%', '%'), ('{', '}'), ('[', ']'), ('<', '>')];

/// An external id without the blanks and invisible characters at its ends; `None` where it names nothing: blank, zero,
/// negative, a word for nothing in any case, an error of a spreadsheet, or an unfilled mark of a template.
pub fn external_id(text: &str) -> Option<&str> {
    let text = trim(text);
    (!means_none(text)).then_some(text)
}

/// Whether a text is an id that names nothing.
pub fn means_none(text: &str) -> bool {
    let bare = trim(text).trim_matches(|c| c == '"' || c == '\'' || c == '`');
    let bare = trim(bare);
    let word = ascii_digits(bare).to_lowercase();
    let has_content = word.chars().any(char::is_alphanumeric);
    !has_content
        || is_zero(&word)
        || is_negative(&word)
        || NOTHING.contains(&word.as_str())
        || CELL_ERRORS.contains(&word.as_str())
        || is_template(bare)
}

/// `0`, `000`, `0.0`, `-0` and the UUID of zeros.
fn is_zero(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphanumeric()).all(|c| c == '0')
}

/// `-1`, `−5.0`: ids count from 1.
fn is_negative(word: &str) -> bool {
    let number = word.strip_prefix(['-', '\u{2212}', '\u{2013}']).unwrap_or("").trim_start();
    !number.is_empty() && number.chars().all(|c| digit_value(c).is_some() || c == '.')
}

fn is_template(text: &str) -> bool {
    let inside = |begin: &str, end: &str| text.len() >= begin.len() + end.len() && text.ends_with(end);
    let is_marked = TEMPLATE_MARKS.iter().any(|(begin, end)| text.starts_with(begin) && inside(begin, end));
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || "_-. ".contains(c));
    let is_named = NAME_MARKS.iter().any(|(begin, end)| {
        text.strip_prefix(*begin).and_then(|rest| rest.strip_suffix(*end)).is_some_and(is_name)
    });
    is_marked || is_named
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// K22, C-46
    #[test]
    fn words_for_nothing_name_nothing() {
        for word in [
            "",
            " ",
            "\u{200b}",
            "0",
            "00",
            "0.0",
            "-0",
            "-1",
            "-7.0",
            "۰",
            "null",
            "NULL",
            "Null",
            "undefined",
            "None",
            "nil",
            "NaN",
            "n/a",
            "N/A",
            "NA",
            "#N/A",
            "#REF!",
            "-",
            "--",
            "?",
            "\"null\"",
            "''",
            "\\N",
            "(null)",
            "<nil>",
            "<NA>",
            "[object Object]",
            "00000000-0000-0000-0000-000000000000",
            "--A--lead_id--B--",
            "{{lead.id}}",
            "{{ lead.id }}",
            "${id}",
            "#{id}",
            "%lead_id%",
            "%%lead_id%%",
            "[[id]]",
            "{lead_id}",
            "<lead id>",
            "<%= id %>",
            "  null\u{200f}",
        ] {
            assert_eq!(external_id(word), None, "{word:?}");
        }
    }

    /// K22: what may be somebody's id stays one.
    #[test]
    fn ids_that_only_resemble_nothing_are_ids() {
        for id in [
            "1",
            "007",
            "100",
            "0a",
            "1-2",
            "-1-2",
            "A-0",
            "nullable",
            "none1",
            "Nan Smith",
            "NA-17",
            "N/A-3",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "%41",
            "50%",
            "x{{y}}",
            "{x",
            "a0000000-0000-0000-0000-000000000000",
            "1754060400.123",
        ] {
            assert_eq!(external_id(id), Some(id), "{id:?}");
        }
        assert_eq!(external_id(" 77\u{200b}"), Some("77"));
    }

    proptest! {
        #[test]
        fn a_positive_number_is_always_an_id(number in 1u64..) {
            prop_assert!(!means_none(&number.to_string()));
        }

        #[test]
        fn blanks_and_case_change_nothing(text in "\\PC{0,20}") {
            prop_assert_eq!(means_none(&format!(" {text}\u{200b}")), means_none(&text));
            prop_assert_eq!(means_none(&text.to_ascii_uppercase()), means_none(&text.to_ascii_lowercase()));
        }
    }
}
