//! What in a text is the number? Labels before it, an extension or a second number after it are not (C-47).

use super::decimal_digit;

/// What a text says of a number, before any numbering plan is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spelling {
    /// ASCII digits, after a `+` where the text begins with one.
    pub digits: String,
    /// How many of `digits`' characters come before a `(0)`, where one stands directly after what may be a country's
    /// code, and how many zeros it has.
    pub bracketed_zero: Option<(usize, usize)>,
    /// Whether digits were left out: an extension, a second number, the fraction of a number that a spreadsheet made.
    pub is_cut: bool,
}

/// Why a text spells no number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unspelled {
    Letters,
    NoDigits,
}

/// Labels that stand before a number, with a colon or a full stop: `tel:`, `whatsapp:`, and `p:` of Meta's exports.
const LABELS: [&str; 12] =
    ["tel", "telephone", "phone", "mobile", "mob", "cell", "callto", "whatsapp", "wa", "sms", "p", "t"];
/// Words after which an extension follows, in the languages of the ledger's users.
const EXTENSION_WORDS: [&str; 8] = ["x", "ext", "extn", "extension", "int", "anexo", "доб", "داخلی"];
/// The longest code of a country, in digits.
pub(super) const COUNTRY_CODE_MAX: usize = 3;

/// Reads a text. `is_whole` says whether digits are a complete number by themselves: then a slash or a bracket ends it,
/// while inside a number both only separate groups (`030/23125012`, `(415) 555-2671`).
pub(super) fn spell(text: &str, is_whole: impl Fn(&str) -> bool) -> Result<Spelling, Unspelled> {
    let text = without_labels(text);
    let chars: Vec<char> = text.chars().collect();
    let mut read = Spelling { digits: String::new(), bracketed_zero: None, is_cut: false };
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if let Some(digit) = decimal_digit(c) {
            read.digits.push(digit);
        } else if matches!(c, '+' | '\u{ff0b}') && read.digits.is_empty() {
            read.digits.push('+');
        } else if c.is_alphabetic() {
            if !read.digits.is_empty() && begins_extension(&chars[at..]) {
                break;
            }
            return Err(Unspelled::Letters);
        } else if let Some((zeros, length)) = bracketed_zero(&chars[at..], &read) {
            read.bracketed_zero = Some((read.digits.len(), zeros));
            read.digits.extend(std::iter::repeat_n('0', zeros));
            at += length;
            continue;
        } else if ends_number(c, &chars[at..], &read.digits, &is_whole) {
            break;
        }
        at += 1;
    }
    read.is_cut = chars[at..].iter().any(|&c| decimal_digit(c).is_some());
    let has_digits = read.is_cut || read.digits.bytes().any(|b| b.is_ascii_digit());
    if has_digits { Ok(read) } else { Err(Unspelled::NoDigits) }
}

/// The text after its labels, and after the quotes and equals signs by which spreadsheets keep a number a text.
fn without_labels(text: &str) -> &str {
    let mut text = text;
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '=' | '’'));
        let letters = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (word, rest) = text.split_at(letters);
        let rest = rest.trim_start();
        let is_label = LABELS.contains(&&*word.to_ascii_lowercase()) && rest.starts_with([':', '.']);
        if !is_label {
            return text;
        }
        text = rest.trim_start_matches([':', '.', '/']);
    }
}

fn begins_extension(rest: &[char]) -> bool {
    let word: String = rest.iter().take_while(|c| c.is_alphabetic()).flat_map(|c| c.to_lowercase()).collect();
    EXTENSION_WORDS.contains(&&*word)
}

/// A `(0)` directly after a country's code: its zeros, and how many characters it takes.
fn bracketed_zero(rest: &[char], read: &Spelling) -> Option<(usize, usize)> {
    let code = read.digits.trim_start_matches('+');
    let code = code.strip_prefix("00").unwrap_or(code);
    if !matches!(rest.first(), Some('(' | '[' | '（')) || code.is_empty() || code.len() > COUNTRY_CODE_MAX {
        return None;
    }
    let close = rest.iter().position(|c| matches!(c, ')' | ']' | '）'))?;
    let inside: Vec<char> = rest[1..close].iter().copied().filter(|c| !c.is_whitespace()).collect();
    let is_zero = !inside.is_empty() && inside.iter().all(|&c| decimal_digit(c) == Some('0'));
    is_zero.then_some((inside.len(), close + 1))
}

/// Whether the number ends before this character, which is neither digit nor letter.
fn ends_number(c: char, rest: &[char], digits: &str, is_whole: impl Fn(&str) -> bool) -> bool {
    if digits.is_empty() {
        // "*31#0912..." is a service code with a number in it: nothing of it is taken
        return matches!(c, '*' | '#');
    }
    match c {
        // an extension, a pause before more digits, a second number, a line of its own
        '#' | ',' | ';' | '+' | '\u{ff0b}' | '*' | '|' | '&' | '=' | ':' | '\n' | '\r' | '~' | '?' | '@' => {
            true
        }
        // a second number; or a group of this one
        '/' | '\\' | '(' | '[' | '（' => is_whole(digits),
        // 493023125013.0 is a number that a spreadsheet took for a quantity
        '.' => {
            let is_only_zeros = rest[1..].iter().all(|&c| decimal_digit(c) == Some('0'));
            rest.len() > 1 && is_only_zeros && is_whole(digits)
        }
        // whatever else is a figure, such as a superscript, is no digit of a number, nor may it be dropped
        _ => c.is_numeric(),
    }
}
