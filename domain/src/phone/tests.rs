//! field.md K1 to K6 and K23, and the property over all countries.

use super::*;
use proptest::prelude::*;
use rlibphonenumber::{PhoneNumberFormat, PhoneNumberType};

fn read(raw: &str, region: &str) -> Phone {
    Phone::try_new(raw, region.parse().unwrap()).unwrap()
}

fn key(raw: &str, region: &str) -> Option<String> {
    read(raw, region).key()
}

fn assert_all(rows: &[(&str, &str, &str)]) {
    for (raw, region, e164) in rows {
        let phone = read(raw, region);
        assert_eq!(phone.e164.as_deref(), Some(*e164), "{raw} in {region}");
        assert_eq!(phone.raw, raw.trim());
    }
}

#[test]
fn a_national_number_is_read_in_its_region() {
    let phone = read("09123456789", "IR");
    assert_eq!((phone.e164.as_deref(), phone.validity), (Some("+989123456789"), Validity::Valid));
    assert_all(&[
        ("۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
        ("00989123456789", "IR", "+989123456789"),
        ("415-555-2672", "US", "+14155552672"),
        ("(415) 555-2673", "US", "+14155552673"),
        ("9876543210", "IN", "+919876543210"),
        ("030/23125012", "DE", "+493023125012"),
        ("0912.555.0006", "IR", "+989125550006"),
    ]);
}

#[test]
fn possible_is_enough_because_a_document_uses_such_a_number() {
    let phone = read("+44123456789", "GB");
    assert_eq!((phone.e164.as_deref(), phone.validity), (Some("+44123456789"), Validity::Possible));
    assert_eq!(read("+14155554682543", "US").validity, Validity::Invalid);
}

#[test]
fn letters_and_texts_without_digits_are_refused_and_odd_numbers_kept() {
    let us = "US".parse().unwrap();
    assert_eq!(Phone::try_new("(415) 555-CALL", us), Err(PhoneError::Letters));
    assert_eq!(Phone::try_new("9.89123E+11", us), Err(PhoneError::Letters));
    assert_eq!(Phone::try_new(" - ", us), Err(PhoneError::NoDigits));
    assert_eq!(Phone::try_new(&"1".repeat(65), us), Err(PhoneError::TooLong));
    assert_eq!(key("123456789012345678", "IR").as_deref(), Some("123456789012345678"));
    assert!(
        "XX".parse::<Region>().is_err() && "001".parse::<Region>().is_err() && "ir".parse::<Region>().is_ok()
    );
}

/// K1
#[test]
fn an_international_number_is_read_by_its_own_country_whatever_the_region() {
    let numbers = [
        ("+8613800138000", "+8613800138000"),
        ("+4917139200001", "+4917139200001"),
        ("+441632960001", "+441632960001"),
        ("+33142764978", "+33142764978"),
        ("+390669812345", "+390669812345"),
        ("+39 06 698 12346", "+390669812346"),
        ("+2250708091011", "+2250708091011"),
        ("0044 1632 960 321", "+441632960321"),
        ("+242066124567", "+242066124567"),
        ("+378 0549 886377", "+3780549886377"),
        ("+98 0912 345 6789", "+989123456789"),
        ("+7 800 555-35-35", "+78005553535"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("+00 49 171 3920001", "+491713920001"),
        ("＋81 90-1234-5678", "+819012345678"),
    ];
    for region in ["US", "GB", "IR", "IN", "IT", "DE", "RU", "CI"] {
        assert_all(&numbers.map(|(raw, e164)| (raw, region, e164)));
    }
    assert_all(&[("011 49 171 3920001", "US", "+491713920001"), ("011390669812345", "CA", "+390669812345")]);
}

/// K2
#[test]
fn a_national_number_may_begin_with_its_own_countrys_code() {
    assert_all(&[
        ("9123456780", "IN", "+919123456780"),
        ("9198765430", "IN", "+919198765430"),
        ("919876543210", "IN", "+919876543210"),
        ("3912345678", "IT", "+393912345678"),
        ("8 800 555-35-35", "RU", "+78005553535"),
        ("7 800 555-35-35", "RU", "+78005553535"),
        ("989123456789", "IR", "+989123456789"),
        ("9812345678", "IN", "+919812345678"),
        ("0499123456", "DE", "+49499123456"),
        ("1 415 555 2671", "US", "+14155552671"),
    ]);
}

/// K3
#[test]
fn a_zero_in_brackets_goes_where_the_country_has_a_trunk_zero() {
    for region in ["US", "GB", "IR", "IN", "IT"] {
        assert_all(&[
            ("+49 (0)30 23125 001", region, "+493023125001"),
            ("+44 (0)20 7946 0950", region, "+442079460950"),
            ("+44(0)2079460950", region, "+442079460950"),
            ("0044 (0) 20 7946 0950", region, "+442079460950"),
            ("+33 (0)1 42 76 49 78", region, "+33142764978"),
            ("+98 (0)912 345 6789", region, "+989123456789"),
            ("+39 (0)6 698 12345", region, "+390669812345"),
            ("+34 (0)912 345 678", region, "+34912345678"),
            ("+41 [0]44 668 18 00", region, "+41446681800"),
            ("44 (0)20 7946 0950", region, "+442079460950"),
        ]);
    }
}

/// K4
#[test]
fn a_code_in_a_field_of_its_own_says_the_country() {
    let rows = [
        ("39", "0669800002", "+390669800002"),
        ("1", "14155552671", "+14155552671"),
        ("225", "0708091012", "+2250708091012"),
        ("44", "447911123457", "+447911123457"),
        ("+44", "07911123456", "+447911123456"),
        ("0098", "9123456789", "+989123456789"),
        ("91", "9123456780", "+919123456780"),
        ("44", "+14155552671", "+14155552671"),
        ("49", "0049 171 3920001", "+491713920001"),
    ];
    for (code, raw, e164) in rows {
        let phone = Phone::with_code(code, raw, Region::default()).unwrap();
        assert_eq!(phone.e164.as_deref(), Some(e164), "{code} {raw}");
    }
    assert_eq!(Phone::with_code("999", "09123456789", Region::default()), Ok(read("09123456789", "IR")));
}

/// K5
#[test]
fn digits_of_every_script_count_and_none_is_dropped() {
    assert_all(&[
        ("０９１２０００７７８８", "IR", "+989120007788"),
        ("987651101２", "IN", "+919876511012"),
        ("९८७६५४३२१०", "IN", "+919876543210"),
        ("+٩٨٩١٢٣٤٥٦٧٨٩", "US", "+989123456789"),
        ("๐๘๑ ๒๓๔ ๕๖๗๘", "TH", "+66812345678"),
        ("𝟗𝟖𝟕𝟔𝟓𝟒𝟑𝟐𝟏𝟎", "IN", "+919876543210"),
    ]);
    for odd in ["987651101²", "98765110①2"] {
        assert_eq!(read(odd, "IN").e164, None, "{odd}");
    }
}

/// K6
#[test]
fn what_follows_a_number_is_no_part_of_it() {
    let rests = [
        " #12",
        ",12",
        ";12",
        " / 23",
        " (12)",
        ".0",
        " x12",
        " ext. 4",
        " / +49 30 23125013",
        " داخلی ۴",
        "\n12",
    ];
    for rest in rests {
        let raw = format!("+493023125012{rest}");
        let reading = Phone::read(&raw, "US".parse().unwrap()).unwrap();
        assert_eq!(reading.phone.e164.as_deref(), Some("+493023125012"), "{raw}");
        assert_eq!((reading.phone.raw, reading.is_cut), (raw, true));
    }
    assert_all(&[
        ("09125550006 / 09125550007", "IR", "+989125550006"),
        ("(415) 555-2671 x4", "US", "+14155552671"),
        ("tel:+1-415-555-2671;ext=4", "IR", "+14155552671"),
        ("9876543210.0", "IN", "+919876543210"),
    ]);
    assert!(!Phone::read("+49 (0)30/23125-012", Region::default()).unwrap().is_cut);
    // two numbers in one are too long for one, and are not guessed apart
    assert_eq!(read("09125550006 09125550007", "IR").e164, None);
    assert_eq!(read("*31#09125550006", "IR").e164, None);
}

#[test]
fn a_label_before_a_number_is_dropped() {
    assert_all(&[
        ("tel:+14155552671", "IR", "+14155552671"),
        ("whatsapp:+14155552671", "IR", "+14155552671"),
        ("p:+989123456789", "US", "+989123456789"),
        ("Tel.: 0912 345 6789", "IR", "+989123456789"),
        ("callto://+14155552671", "IR", "+14155552671"),
        ("'09123456789", "IR", "+989123456789"),
        ("=\"09123456789\"", "IR", "+989123456789"),
    ]);
}

/// K23
#[test]
fn nobodys_number_has_no_key() {
    for region in ["IR", "GB", "US", "IN", "AU", "DE"] {
        let nobodys = [
            "0000000000",
            "9999999999",
            "+11111111111",
            "999",
            "112",
            "911",
            "110",
            "0",
            "+1",
            "000",
            "123",
            "1000",
            "20000",
            "1-1-1-1-1-1-1",
            "+98 9999999999",
            "+44 999",
            "۰۰۰۰۰۰۰۰۰",
        ];
        for raw in nobodys {
            let phone = read(raw, region);
            assert_eq!((phone.key(), phone.e164), (None, None), "{raw} in {region}");
        }
    }
    assert!(!read("0", "IR").is("1", Region::default()) && read("0", "IR").is(" 0 ", Region::default()));
}

/// K1: an older release read the German number with Iran's plan.
#[test]
fn a_stored_number_that_was_read_wrong_is_right_again() {
    let stored = |raw: &str, e164: &str| {
        let json = format!(r#"{{"raw":"{raw}","e164":"{e164}","validity":"possible"}}"#);
        serde_json::from_str::<Phone>(&json).unwrap().e164
    };
    assert_eq!(stored("+390669812345", "+39669812345").as_deref(), Some("+390669812345"));
    assert_eq!(stored("0049 171 3920001", "+49713920001").as_deref(), Some("+491713920001"));
    assert_eq!(stored("9999999999", "+919999999999"), None);
    // which region a national number was read in, the event does not say: it stays as it was read then
    assert_eq!(stored("09123456789", "+989123456789").as_deref(), Some("+989123456789"));
}

#[test]
fn mexicos_old_one_goes_and_other_old_spellings_are_kin() {
    assert_all(&[
        ("+5215512345678", "US", "+525512345678"),
        ("+52 1 55 1234 5678", "IR", "+525512345678"),
        ("+525512345678", "IR", "+525512345678"),
    ]);
    assert_eq!(read("+5511987654321", "US").kin(), ["+551187654321"]);
    assert_eq!(read("+551187654321", "US").kin(), ["+5511987654321"]);
    assert_eq!(read("+5491123456789", "US").kin(), ["+541123456789"]);
    assert_eq!(read("+541123456789", "US").kin(), ["+5491123456789"]);
    assert!(read("+989123456789", "US").kin().is_empty() && read("+551133334444", "US").kin().is_empty());
}

/// Every region's example numbers, in every way to write them, are one number on every surface.
#[test]
fn the_example_numbers_of_all_countries_are_read_alike_everywhere() {
    let util = &*PHONE_NUMBER_UTIL;
    let surfaces: Vec<Region> =
        ["GB", "US", "IR", "IN", "IT", "AU", "JP", "RU"].map(|r| r.parse().unwrap()).into();
    let (mut count, mut wrong) = (0, Vec::new());
    for region in util.get_supported_regions() {
        for kind in [PhoneNumberType::FixedLine, PhoneNumberType::Mobile] {
            let Ok(number) = util.get_example_number_for_type_and_region(region, kind) else { continue };
            let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
            let spaced = number.format_as(PhoneNumberFormat::International).into_owned();
            let national = number.format_as(PhoneNumberFormat::National).into_owned();
            let international =
                [e164.clone(), spaced.clone(), format!("00{}", &e164[1..]), format!("00 {}", &spaced[1..])];
            let mut check = |raw: &str, surface: Region| {
                count += 1;
                let read = Phone::try_new(raw, surface).ok().and_then(|phone| phone.e164);
                if read.as_deref() != Some(&*e164) {
                    wrong.push(format!("{raw} in {surface}: {read:?} for {e164}"));
                }
            };
            for &surface in surfaces.iter().chain([&Region(region)]) {
                for raw in &international {
                    check(raw, surface);
                }
            }
            for nanp in ["US", "CA", "JM"] {
                check(&format!("011{}", &e164[1..]), nanp.parse().unwrap());
            }
            check(&national, Region(region));
        }
    }
    println!("{count} readings of example numbers, {} wrong", wrong.len());
    assert!(count > 10_000 && wrong.is_empty(), "{count}, wrong {}: {wrong:#?}", wrong.len());
}

proptest! {
    #[test]
    fn nothing_makes_the_parser_panic(raw in "\\PC{0,70}") {
        let _ = Phone::try_new(&raw, Region::default());
    }

    #[test]
    fn figures_and_signs_do_not_make_the_parser_panic(raw in "[0-9+()\\[\\]/.,;#x \u{660}-\u{669}-]{0,40}") {
        if let Ok(phone) = Phone::try_new(&raw, "US".parse().unwrap())
            && let Some(e164) = phone.e164
        {
            // every digit that is dialed was written, in that order
            let written: Vec<char> = raw.chars().filter_map(decimal_digit).collect();
            let mut left = written.iter();
            let national = e164.strip_prefix("+1").unwrap_or(&e164[1..]);
            prop_assert!(national.chars().all(|d| left.any(|&w| w == d)), "{} from {}", e164, raw);
        }
    }

    #[test]
    fn spaces_and_dashes_do_not_change_a_number(digits in "09[0-9]{9}") {
        let spaced = format!("{} {}-{}", &digits[..4], &digits[4..7], &digits[7..]);
        prop_assert_eq!(read(&spaced, "IR").key(), read(&digits, "IR").key());
    }

    #[test]
    fn a_number_of_a_plan_reads_as_itself(digits in "[1-9][0-9]{6,14}", region in prop::sample::select(vec!["US", "GB", "IR", "IN"])) {
        if let Some(e164) = read(&format!("+{digits}"), region).e164 {
            prop_assert_eq!(key(&e164, "IT"), Some(e164.clone()));
            prop_assert_eq!(read(&format!("{e164} #12"), region).e164, Some(e164));
        }
    }
}
