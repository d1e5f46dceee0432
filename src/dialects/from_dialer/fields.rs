//! What does the dialer say of the lead? Members by their own names, blanks gone, typed where the document types them.

use super::intake::Sent;
use super::reject::Reject;
use super::words;
use crate::http::values::number_text;
use chrono_tz::Tz;
use domain::credential::event::Profile;
use domain::external_id::external_id;
use domain::lead::details::{DETAIL_MAX, DetailKind};
use domain::lead::event::Person;
use domain::lead::name::NAME_PARTS;
use domain::phone::{Phone, Region, with_lost_plus};
use domain::text::{ascii_digits, trim};
use domain::time::{Instant, from_unix, parse_moment};
use serde_json::{Map, Value};

/// The most members of one request.
pub const FIELDS_MAX: usize = 300;

/// Everything said, by our names.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Map<String, Value>);

impl Fields {
    /// Reads what was sent. Unknown members are kept; only values that cannot be what their field is are refused.
    pub fn read(sent: &Sent, profile: Profile) -> Result<Self, Reject> {
        let mut fields = Map::new();
        for (name, value) in &sent.fields {
            if words::is_dropped(name) {
                continue;
            }
            if let Some(value) = read(name, value, sent.is_text)? {
                fields.insert(name.clone(), value);
            }
        }
        for (name, value) in fields.clone() {
            // The document's own name wins; a second value stays under the name it came by.
            if let Some(ours) = words::alias(&name, profile)
                && (fields.get(ours) == Some(&value) || !fields.contains_key(ours))
            {
                fields.remove(&name);
                fields.insert(ours.to_owned(), value);
            }
        }
        Ok(Self(fields))
    }

    /// An id of another system, if it names anything (C-46).
    pub fn id(&self, name: &str) -> Option<&str> {
        external_id(self.text(name)?)
    }

    /// A field's text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The lead as it is described, and whether its `full_name` was `agent_name`, which is not the lead's name (C-05). A
    /// `full_name` that is not given is built from the lead's parts, of which this click may name only some.
    pub fn person(&self, region: Region, agent_name: &str) -> (Person, bool) {
        let given = self.text("full_name");
        let has_parts = NAME_PARTS.iter().any(|part| self.text(part).is_some());
        let is_agents = has_parts && given.is_some_and(|given| given == agent_name);
        let full_name = given.filter(|_| !is_agents).map(ToOwned::to_owned);
        let mut extra = self.0.clone();
        for own in ["full_name", "first_name", "last_name", "email", "notes", "lead_id"] {
            extra.remove(own);
        }
        let phone = self.text("phone").and_then(|raw| self.phone(raw, region));
        if phone.is_some() {
            // What is no number stays as it was sent.
            extra.remove("phone");
        }
        let person = Person {
            phone,
            full_name,
            first_name: self.text("first_name").map(ToOwned::to_owned),
            last_name: self.text("last_name").map(ToOwned::to_owned),
            email: self.text("email").map(ToOwned::to_owned),
            extra,
        };
        (person, is_agents)
    }

    /// A number, kept as written; a national one is read with the dialer's `phone_code`, if one is given (C-47).
    fn phone(&self, raw: &str, region: Region) -> Option<Phone> {
        Phone::with_code(self.text("phone_code").unwrap_or_default(), raw, region).ok()
    }

    /// Whether the phone holds more than the number that is taken: an extension, or a second number (C-47).
    pub fn has_cut_phone(&self, region: Region) -> bool {
        self.text("phone").is_some_and(|raw| Phone::read(raw, region).is_ok_and(|reading| reading.is_cut))
    }

    /// The call that the click belongs to: `uniqueid`, or `session_id` with `epoch` (C-25).
    pub fn call(&self) -> Option<String> {
        if let Some(id) = self.id("uniqueid") {
            return Some(format!("uniqueid:{id}"));
        }
        Some(format!("session:{}:{}", self.id("session_id")?, self.id("epoch")?))
    }

    /// When that call was: `epoch`; else `SQLdate`, a local time of `zone`; else the seconds that a `uniqueid` of
    /// Asterisk begins with (C-49).
    pub fn called_at(&self, zone: Tz) -> Option<Instant> {
        let unix = |text: &str| from_unix(ascii_digits(trim(text)).parse().ok()?).ok();
        let of_uniqueid = |id: &str| unix(id.split('.').next()?.rsplit('-').next()?);
        let epoch = self.text("epoch").and_then(unix);
        epoch
            .or_else(|| parse_moment(self.text("SQLdate")?, zone).ok())
            .or_else(|| of_uniqueid(self.text("uniqueid")?))
    }

    /// The members that state a time of the call and cannot be read as one.
    pub fn unread_times(&self, zone: Tz) -> Vec<&'static str> {
        let is_unread = |name: &str| {
            let only = |text: &str| Self([(name.to_owned(), Value::from(text))].into_iter().collect());
            self.id(name).is_some_and(|text| only(text).called_at(zone).is_none())
        };
        ["epoch", "SQLdate"].into_iter().filter(|name| is_unread(name)).collect()
    }
}

fn read(name: &str, value: &Value, is_text: bool) -> Result<Option<Value>, Reject> {
    let invalid = || Reject::Invalid { field: shown(name), is_too_long: false };
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.clone(),
        Value::Number(number) => number_text(number),
        Value::Bool(is_so) => is_so.to_string(),
        // Kept as it is where nobody knows better.
        Value::Array(_) | Value::Object(_) if DetailKind::of(name) == DetailKind::Text => value.to_string(),
        Value::Array(_) | Value::Object(_) => return Err(invalid()),
    };
    if text.contains('\0') {
        return Err(invalid());
    }
    if text.chars().count() > DETAIL_MAX {
        return Err(Reject::Invalid { field: shown(name), is_too_long: true });
    }
    if words::is_absent(&text) || words::is_no_id(name, &text) {
        return Ok(None);
    }
    if is_text && words::PHONES.contains(&name) {
        return Ok(Some(with_lost_plus(&text).into()));
    }
    DetailKind::of(name).read(&text).map(Some).ok_or_else(invalid)
}

/// A field's name in an answer: a client's own may be anything.
fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use proptest::prelude::*;
    use serde_json::json;

    fn sent(fields: &Value, is_text: bool) -> Sent {
        let fields = fields.as_object().unwrap().clone();
        Sent { fields, is_text, body: Bytes::new(), path_and_query: String::new(), is_get: is_text }
    }

    fn fields(value: &Value) -> Map<String, Value> {
        Fields::read(&sent(value, false), Profile::Generic).unwrap().0
    }

    /// B-022 to B-033
    #[test]
    fn members_are_kept_by_their_own_names_and_blanks_and_secrets_are_not() {
        let read = fields(&json!({ "SQLdate": "2024-01-15 10:30:00", "SIPexten": "8001", "lead_id": 67770,
            "title": "", "city": "--A--city--B--", "date_of_birth": "0000-00-00", "pass": "secret",
            "orig_pass": "s", "phone_pass": "s", "api_key": "k", "signature": "s", "colour": "red",
            "energy_bill_amount": 185.5, "has_ev_charger": "yes", "day_night_rate": "Unsure" }));
        let expected = json!({ "SQLdate": "2024-01-15 10:30:00", "SIPexten": "8001", "lead_id": "67770",
            "colour": "red", "energy_bill_amount": "185.5", "has_ev_charger": true, "day_night_rate": "unsure" });
        assert_eq!(Value::Object(read), expected);
    }

    /// B-019, B-024, B-027
    #[test]
    fn other_names_mean_the_same_and_a_name_is_built_from_its_parts() {
        let read = Fields(fields(&json!({ "fullname": "John Smith", "phone_number": "+44123456789",
            "recording_filename": "r.wav" })));
        assert_eq!(
            (read.text("full_name"), read.text("recording_file")),
            (Some("John Smith"), Some("r.wav"))
        );
        let (person, _) = read.person(Region::default(), "");
        assert_eq!(person.phone.unwrap().raw, "+44123456789");
        let parts = json!({ "first_name": "John", "middle_initial": "A", "last_name": "Smith", "fullname": "Caleb Galloway" });
        let (person, is_agents) = Fields(fields(&parts)).person(Region::default(), "Caleb Galloway");
        assert_eq!(
            (person.built_name().as_deref(), person.full_name, is_agents),
            (Some("John A Smith"), None, true)
        );
    }

    /// C-05: in VICIdial's own words `fullname` is the agent, and never the lead.
    #[test]
    fn the_agents_name_of_vicidial_is_not_the_leads() {
        let form = json!({ "fullname": "Caleb Galloway", "first_name": "John", "last_name": "Smith" });
        let read = Fields::read(&sent(&form, true), Profile::Vicidial).unwrap();
        assert_eq!(read.text("agent_display_name"), Some("Caleb Galloway"));
        assert_eq!(read.person(Region::default(), "").0.built_name().as_deref(), Some("John Smith"));
    }

    /// C-24
    #[test]
    fn a_local_time_counts_only_where_no_epoch_is_given() {
        let at = |fields: &Value| Fields(self::fields(fields)).called_at(chrono_tz::Europe::London);
        let local = json!({ "SQLdate": "2025-07-01 10:30:00", "uniqueid": "pbx" });
        assert_eq!(at(&local).unwrap().to_rfc3339(), "2025-07-01T09:30:00+00:00");
        let both = json!({ "SQLdate": "2025-07-01 10:30:00", "epoch": "1740817000" });
        assert_eq!(at(&both).unwrap().timestamp(), 1_740_817_000);
        assert_eq!(at(&json!({ "SQLdate": "yesterday" })), None);
    }

    #[test]
    fn a_value_that_cannot_be_what_its_field_is_names_the_field() {
        for (name, value) in [
            ("date_of_birth", json!("yesterday")),
            ("energy_bill_amount", json!("a lot")),
            ("has_ev_charger", json!("maybe")),
            ("day_night_rate", json!("always")),
            ("city", json!("Lon\0don")),
            ("has_previous_quotes", json!([true])),
        ] {
            let refused = Fields::read(&sent(&json!({ name: value }), false), Profile::Generic);
            assert_eq!(refused.unwrap_err(), Reject::Invalid { field: name.to_owned(), is_too_long: false });
        }
        let long = Fields::read(&sent(&json!({ "comments": "x".repeat(1_001) }), false), Profile::Generic);
        assert_eq!(long.unwrap_err(), Reject::Invalid { field: "comments".to_owned(), is_too_long: true });
    }

    /// B-021
    #[test]
    fn a_plus_that_became_a_blank_is_a_plus_again() {
        let read =
            Fields::read(&sent(&json!({ "phone": " 44123456789", "city": " York" }), true), Profile::Generic)
                .unwrap();
        assert_eq!((read.text("phone"), read.text("city")), (Some("+44123456789"), Some("York")));
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_makes_the_reader_panic(name in ".{0,20}", text in ".{0,40}", is_text: bool) {
            let _ = Fields::read(&sent(&json!({ name: text }), is_text), Profile::Generic);
        }
    }
}
