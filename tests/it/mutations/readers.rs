//! Every reader of what clients send, for any bytes: the fuzz targets under `.fuzz/` call the same functions.

use chrono::Datelike;
use chrono_tz::Tz;
use domain::external_id::{external_id, means_none};
use domain::phone::{Phone, Region};
use domain::search::{fold, like, phone_digits};
use domain::text::{boolean_word, integer_word, is_blank, trim};
use domain::time::{parse_day, parse_instant, parse_moment};
use lead_ledger::dialects::dialer_panel::report;
use lead_ledger::dialects::telecaller::meta_lead;
use lead_ledger::http::fields::Fields;
use lead_ledger::http::{decode, json, signatures, values};
use serde_json::{Map, Value};

/// Zones with a half-hour, with summer time, and far from Greenwich.
const ZONES: [Tz; 4] = [Tz::Asia__Tehran, Tz::Europe__London, Tz::Pacific__Apia, Tz::America__Santiago];
/// Regions whose plans differ most.
const REGIONS: [&str; 8] = ["GB", "US", "IR", "IN", "IT", "RU", "CI", "MX"];

pub fn instants(bytes: &[u8]) {
    let text = decode::text(bytes);
    for zone in ZONES {
        if let Ok(at) = parse_instant(&text, zone) {
            assert!((1899..=2201).contains(&at.year()), "{text}: {at}");
            assert_eq!(parse_instant(&at.to_rfc3339(), zone), Ok(at), "{text}");
        }
        let _ = parse_moment(&text, zone);
    }
    let _ = parse_day(&text);
}

pub fn phones(bytes: &[u8]) {
    let text = decode::text(bytes);
    for region in REGIONS {
        let Ok(region) = region.parse::<Region>() else { continue };
        let Ok(phone) = Phone::try_new(&text, region) else { continue };
        if let Some(e164) = &phone.e164 {
            let digits = e164.strip_prefix('+').unwrap_or("");
            let is_good = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            assert!(is_good && !digits.starts_with('0'), "{text}: {e164}");
            let again = Phone::try_new(e164, region).map(|phone| phone.e164);
            assert_eq!(again, Ok(Some(e164.clone())), "{text}");
        }
        assert!(phone.is(&text, region), "{text}");
    }
}

pub fn json_bodies(bytes: &[u8]) {
    let Ok(value) = json::parse(bytes) else { return };
    let _ = report::read(&value, ZONES[0]);
    if let Value::Object(members) = &value {
        read_members(members);
    }
}

pub fn forms(bytes: &[u8]) {
    let pairs = decode::pairs(bytes);
    texts(&pairs);
    let members: Map<String, Value> = pairs.into_iter().map(|(name, text)| (name, text.into())).collect();
    read_members(&members);
    let _ = report::read(&Value::Object(members), ZONES[1]);
}

pub fn meta(bytes: &[u8]) {
    let _ = signatures::is_metas("a secret", bytes, &decode::text(bytes));
    let Ok(value) = json::parse(bytes) else { return };
    each_value(&value);
    let Value::Object(members) = &value else { return };
    for lead in meta_lead::changes(members).leads {
        let _ = meta_lead::read(Region::default(), &lead);
    }
}

pub fn twilio(bytes: &[u8]) {
    let pairs = decode::pairs(bytes);
    texts(&pairs);
    let _ = signatures::is_twilios("a secret", &decode::text(bytes), &pairs, &decode::text(bytes));
}

/// Reads every member as everything that a member may be.
fn read_members(members: &Map<String, Value>) {
    let mut fields = Fields::of_body(members);
    for name in [
        "id",
        "lead_id",
        "phone",
        "status",
        "schedule_at",
        "page",
        "search",
        "is_active",
        "custom_fields",
        "email",
    ] {
        let _ = (fields.text(name), fields.number_text(name), fields.long_text(name), fields.email(name));
        let _ = (fields.id(name), fields.instant(name, ZONES[2]), fields.whole(name, 0..=100));
        let _ = (fields.boolean(name), fields.object(name), fields.days(name, name, ZONES[3]));
    }
    let _ = fields.end();
    members.values().for_each(each_value);
}

fn each_value(value: &Value) {
    let _ = (values::integer(value), values::boolean(value));
    if let Some(text) = values::text(value) {
        words(&text);
    }
    match value {
        Value::Array(items) => items.iter().for_each(each_value),
        Value::Object(members) => members.values().for_each(each_value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn texts(pairs: &[(String, String)]) {
    for (name, text) in pairs {
        words(name);
        words(text);
    }
}

fn words(text: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "{text:?}");
    assert_eq!(external_id(text).is_none(), means_none(text), "{text:?}");
    assert_eq!(is_blank(text), trim(text).is_empty(), "{text:?}");
    let _ = (like(&folded), phone_digits(text), integer_word(text), boolean_word(text));
}
