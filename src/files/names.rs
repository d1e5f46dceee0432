//! What does the name of a column say? Names are compared by their words: case, blanks, `_`, `-` and what cannot be seen make
//! no difference, in English and in Persian.

use domain::text::is_blank_char;

/// Words for a phone that one carries.
const MOBILE: [&str; 18] = [
    "mobile",
    "mobiles",
    "cell",
    "cells",
    "cellphone",
    "cellular",
    "gsm",
    "handy",
    "msisdn",
    "whatsapp",
    "mobilenumber",
    "mobilephone",
    "mobileno",
    "موبایل",
    "همراه",
    "گوشی",
    "واتساپ",
    "جوال",
];
/// Words for any phone.
const PHONE: [&str; 18] = [
    "phone",
    "phones",
    "phonenumber",
    "phonenumbers",
    "phoneno",
    "telephone",
    "telephonenumber",
    "tel",
    "telno",
    "telefon",
    "telefono",
    "teléfono",
    "telefone",
    "téléphone",
    "تلفن",
    "تلفنها",
    "هاتف",
    "الهاتف",
];
/// Words that mean a phone number only when nothing else stands in the name.
const NUMBER: [&str; 9] =
    ["number", "numbers", "no", "contact", "contacts", "contactnumber", "شماره", "شمارهها", "تماس"];
/// Words that make of a phone's name the name of something about it.
const ABOUT: [&str; 56] = [
    "id",
    "code",
    "type",
    "kind",
    "status",
    "state",
    "date",
    "time",
    "count",
    "ext",
    "extension",
    "model",
    "brand",
    "os",
    "verified",
    "valid",
    "validity",
    "name",
    "owner",
    "email",
    "row",
    "order",
    "index",
    "address",
    "country",
    "region",
    "operator",
    "carrier",
    "provider",
    "network",
    "plan",
    "price",
    "cost",
    "bill",
    "note",
    "notes",
    "label",
    "consent",
    "timezone",
    "prefix",
    "last",
    "کد",
    "نوع",
    "تاریخ",
    "وضعیت",
    "نام",
    "ردیف",
    "سفارش",
    "مدل",
    "اپراتور",
    "زمان",
    "ساعت",
    "تعداد",
    "آدرس",
    "داخلی",
    "توضیحات",
];
const FIRST_NAME: [&str; 8] =
    ["firstname", "givenname", "forename", "fname", "نام", "نامکوچک", "اسم", "اسمکوچک"];
const SCHEDULE_AT: [&str; 5] = ["scheduleat", "scheduledat", "schedule", "scheduled", "زمانتماس"];

/// How clearly a name says that its column holds phone numbers; the larger, the clearer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Says {
    Nothing,
    /// A phone's name with a word about it, such as "phone type" or "phone id": only its cells can tell.
    SomethingAboutPhones,
    /// "number", "contact"
    Numbers,
    Phones,
    Mobiles,
    /// `phone`, as the documents write it.
    Phone,
}

/// What a name says of phone numbers.
pub fn phones(name: &str) -> Says {
    let words = words(name);
    let whole = words.concat();
    if whole == "phone" {
        return Says::Phone;
    }
    let is = |list: &[&str], word: &str| list.contains(&word);
    let has = |list: &[&str]| is(list, &whole) || words.iter().any(|word| is(list, word));
    let said = if has(&MOBILE) {
        Says::Mobiles
    } else if has(&PHONE) {
        Says::Phones
    } else if !words.is_empty() && words.iter().all(|word| is(&NUMBER, word)) {
        // "contact number" and its like mean a phone; "number" alone may be any.
        return if words.len() > 1 { Says::Phones } else { Says::Numbers };
    } else {
        return Says::Nothing;
    };
    if words.iter().any(|word| is(&ABOUT, word)) { Says::SomethingAboutPhones } else { said }
}

pub fn is_first_name(name: &str) -> bool {
    FIRST_NAME.contains(&folded(name).as_str())
}

pub fn is_schedule_at(name: &str) -> bool {
    SCHEDULE_AT.contains(&folded(name).as_str())
}

/// A name in which two spellings of one name are equal.
pub fn folded(name: &str) -> String {
    words(name).concat()
}

/// The words of a name, lower-case. `MobilePhone` is two; an Arabic letter is its Persian sister; a tatweel is none.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if c == '\u{640}' || (is_blank_char(c) && !c.is_whitespace() && c != '\u{200c}') {
            continue;
        }
        if !c.is_alphanumeric() || (was_lower && c.is_uppercase()) {
            words.push(String::new());
        }
        was_lower = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase().map(persian));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn persian(c: char) -> char {
    match c {
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K12, K25
    #[test]
    fn a_name_says_phone_in_the_languages_of_the_users() {
        for (name, expected) in [
            ("phone", Says::Phone),
            ("PHONE ", Says::Phone),
            ("\u{200b}phone", Says::Phone),
            ("Phone Number", Says::Phones),
            ("phone_number", Says::Phones),
            ("phone-e164", Says::Phones),
            ("Customer Tel.", Says::Phones),
            ("contact number", Says::Phones),
            ("شماره تماس", Says::Phones),
            ("تلفن", Says::Phones),
            ("mobile_number", Says::Mobiles),
            ("MobilePhone", Says::Mobiles),
            ("Cell Phone", Says::Mobiles),
            ("شماره موبایل", Says::Mobiles),
            ("شماره\u{200c}موبايل", Says::Mobiles),
            ("تلفن همراه", Says::Mobiles),
            ("Number", Says::Numbers),
            ("شماره", Says::Numbers),
            ("phone_code", Says::SomethingAboutPhones),
            ("Mobile OS", Says::SomethingAboutPhones),
            ("phone_id", Says::SomethingAboutPhones),
            ("نوع تلفن", Says::SomethingAboutPhones),
            ("id", Says::Nothing),
            ("Order Number", Says::Nothing),
            ("national number", Says::Nothing),
            ("شماره ردیف", Says::Nothing),
            ("تاریخ تماس", Says::Nothing),
            ("telegram", Says::Nothing),
            ("phonetic", Says::Nothing),
            ("ردیف", Says::Nothing),
            ("", Says::Nothing),
        ] {
            assert_eq!(phones(name), expected, "{name}");
        }
    }

    #[test]
    fn spellings_of_one_name_are_one_name() {
        for name in
            ["first_name", "First Name", "FIRST-NAME", "firstName", "\u{feff}first_name", "Given name", "نام"]
        {
            assert!(is_first_name(name), "{name}");
        }
        for name in ["name", "last_name", "نام خانوادگی", ""] {
            assert!(!is_first_name(name), "{name}");
        }
        assert!(is_schedule_at("Schedule At") && is_schedule_at("schedule_at") && !is_schedule_at("at"));
        assert_eq!(folded("Notes "), folded("notes"));
    }
}
