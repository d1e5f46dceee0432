//! What do the numbering plans say? libphonenumber's rules for every country, asked in the right order (C-12, C-47).

use super::spelling::{COUNTRY_CODE_MAX, Spelling};
use super::{Region, Validity};
use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType,
    get_national_significant_number_owned,
};

/// The fewest digits of a number whose range no plan knows. Shorter ones are counted as numbers only where a plan lists
/// them: row numbers and service codes are as long, and would be dialed.
const POSSIBLE_MIN: usize = 7;
/// The longest number that networks carry, with its `+` (ITU-T E.164); some plans list longer ones.
const E164_MAX: usize = 16;
/// Mexico's code. Its mobile numbers had a `1` after it until 2019, which no network asks for any more.
const MEXICO: i32 = 52;

/// The E.164 form of a number and how sure the plan is of it; `None` where it is nobody's number.
pub(super) fn read(spelling: &Spelling, region: Region) -> Option<(String, Validity)> {
    let forms = forms(spelling);
    let readings: Vec<_> = forms.iter().filter_map(|form| read_form(form, region)).collect();
    let valid = readings.iter().find(|(_, validity)| *validity == Validity::Valid);
    valid.or_else(|| readings.first()).cloned()
}

/// Whether digits are a complete number by themselves. An area code never is, however long.
pub(super) fn is_whole(digits: &str, region: Region) -> bool {
    let number = digits.trim_start_matches('+');
    number.len() >= POSSIBLE_MIN
        && read_form(&international(digits), region).is_some_and(|(_, validity)| validity == Validity::Valid)
}

/// The ways in which a spelling may be meant, the likelier first. A `(0)` after a country's code is the trunk prefix, to
/// be left out, except where the country's numbers begin with that zero; both are tried and what a plan knows counts.
fn forms(spelling: &Spelling) -> Vec<String> {
    let whole = international(&spelling.digits);
    let Some((code_end, zeros)) = spelling.bracketed_zero else { return vec![whole] };
    let mut dropped = spelling.digits.clone();
    dropped.replace_range(code_end..code_end + zeros, "");
    let with_plus = |digits: &str| format!("+{}", international(digits).trim_start_matches('+'));
    let is_international = whole.starts_with('+');
    let national = (!is_international).then_some(whole);
    national.into_iter().chain([with_plus(&spelling.digits), with_plus(&dropped)]).collect()
}

/// Digits with `00` as the `+` that it stands for. Also after a `+`: `+0049`.
fn international(digits: &str) -> String {
    let number = digits.trim_start_matches('+');
    match number.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => digits.to_owned(),
    }
}

/// One form of a number. One with a `+` is read by its own country's plan alone, never by `region`'s (C-47).
fn read_form(form: &str, region: Region) -> Option<(String, Validity)> {
    let default_region = (!form.starts_with('+')).then_some(region.0);
    let number = PHONE_NUMBER_UTIL.parse(form, default_region).ok()?;
    let national = get_national_significant_number_owned(&number);
    if number.country_code == MEXICO && national.len() == 11 && national.starts_with('1') {
        return read_form(&format!("+{MEXICO}{}", &national[1..]), region);
    }
    if is_one_digit(&national) {
        return None;
    }
    let validity = validity(&number, national.len())?;
    let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
    // of several leading zeros one is taken for a trunk prefix; whoever reads the rest again must find the same number
    let is_stable = PHONE_NUMBER_UTIL.parse(&e164, None).is_ok_and(|again| again == number);
    (is_stable && e164.len() <= E164_MAX).then_some((e164, validity))
}

/// Whether a text is one digit over and over: what people type who have no number to give (C-46).
fn is_one_digit(digits: &str) -> bool {
    let first = digits.bytes().next();
    digits.bytes().all(|b| Some(b) == first)
}

/// Whether digits that no plan knows are one digit over and over, be it after a country's code.
pub(super) fn is_filler(digits: &str) -> bool {
    let code_max = digits.len().saturating_sub(POSSIBLE_MIN).min(COUNTRY_CODE_MAX);
    (0..=code_max).any(|code| is_one_digit(&digits[code..]))
}

fn validity(number: &PhoneNumber, length: usize) -> Option<Validity> {
    if number.is_valid() {
        let is_long = length >= POSSIBLE_MIN;
        return (is_long || is_of_a_subscriber(number)).then_some(Validity::Valid);
    }
    let has_length_of = |kind| {
        let length = PHONE_NUMBER_UTIL.is_possible_number_for_type_with_reason(number, kind);
        matches!(length, Ok(NumberLengthType::IsPossible))
    };
    let is_possible = length >= POSSIBLE_MIN
        && (has_length_of(PhoneNumberType::FixedLine) || has_length_of(PhoneNumberType::Mobile));
    is_possible.then_some(Validity::Possible)
}

/// Whether a short number is a line of somebody, as on small islands, and no service number.
fn is_of_a_subscriber(number: &PhoneNumber) -> bool {
    match number.get_type() {
        PhoneNumberType::FixedLine
        | PhoneNumberType::Mobile
        | PhoneNumberType::FixedLineOrMobile
        | PhoneNumberType::VoIP
        | PhoneNumberType::PersonalNumber => true,
        PhoneNumberType::TollFree
        | PhoneNumberType::PremiumRate
        | PhoneNumberType::SharedCost
        | PhoneNumberType::Pager
        | PhoneNumberType::UAN
        | PhoneNumberType::VoiceMail
        | PhoneNumberType::Unknown => false,
    }
}
