//! What does Meta say of a lead? The names of form fields are folded (`FULL NAME`, `full-name` and `full_name` are one), numbers and
//! texts are read alike, and what is left over is kept under the name that it came by (K21).
//!
//! Decided where nothing is written:
//! - `phone_number` counts before `work_phone_number`, and that before `whatsapp_number`; e-mail addresses alike.
//! - An id that means none (0, `null`, `undefined`, ...) is none (C-46). A lead without an id is known again by all that it says.
//! - A test lead (`is_test`, dummy values, the ids of Meta's testing tool) is marked, is given to nobody, and its phone is
//!   a text only: it is never dialed and never joins a lead of that number.

use super::lead::IS_TEST;
use crate::actions::leads::sell::Said;
use crate::actions::leads::take_ad_lead::TakeAdLead;
use crate::actions::people::machines::sha256_hex;
use crate::http::values::{boolean, number_text};
use chrono_tz::Tz;
use domain::agent::event::split_name;
use domain::external_id::means_none;
use domain::lead::event::{Campaign, ExternalRef, Person, Source};
use domain::phone::{Phone, Region};
use domain::text::trim;
use domain::time::{Instant, parse_moment};
use serde_json::{Map, Value};

/// The longest id, in bytes.
const ID_MAX: usize = 200;
/// The longest value that is kept, in characters.
const TEXT_MAX: usize = 1_000;

/// The folded names of what people fill in, the first that is there counts.
const FULL_NAME: &[&str] = &["fullname", "name", "yourname"];
const FIRST_NAME: &[&str] = &["firstname", "givenname"];
const LAST_NAME: &[&str] = &["lastname", "surname", "familyname"];
const EMAIL: &[&str] = &["email", "emailaddress", "workemail", "workemailaddress", "businessemail"];
const PHONE: &[&str] = &[
    "phonenumber",
    "phone",
    "mobile",
    "mobilenumber",
    "mobilephone",
    "telephone",
    "workphonenumber",
    "workphone",
    "whatsappnumber",
    "whatsappphonenumber",
    "whatsapp",
];

/// What a body holds.
#[derive(Debug, Default, PartialEq)]
pub struct Changes {
    pub leads: Vec<Map<String, Value>>,
    /// Changes of other fields (`feed`, `messages`, ...), and other news of a page.
    pub ignored: u32,
}

/// The leads of a body: itself, or what is nested in it.
pub fn changes(members: &Map<String, Value>) -> Changes {
    let mut found = Changes::default();
    let platform = members.get("object");
    if let Some(entries) = members.get("entry") {
        for entry in each(entries) {
            match entry.get("changes") {
                Some(changes) => each(changes).for_each(|change| found.add(change, platform)),
                None => found.ignored += 1,
            }
        }
        // An empty list is news of nothing.
        found.ignored += u32::from(found.leads.is_empty() && found.ignored == 0);
    } else if let Some(sample) = members.get("sample") {
        found.add(sample, platform);
    } else if members.contains_key("field") && members.contains_key("value") {
        found.add(&Value::Object(members.clone()), platform);
    } else {
        found.leads.push(members.clone());
    }
    found
}

/// The items of a list; what is no list is the one item.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

impl Changes {
    fn add(&mut self, change: &Value, platform: Option<&Value>) {
        let is_leadgen = |field: &Value| field.as_str().map(fold).as_deref() == Some(LEADGEN);
        let is_of_leads = change.get("field").is_none_or(is_leadgen);
        let Some(Value::Object(value)) = change.get("value").filter(|_| is_of_leads) else {
            self.ignored += 1;
            return;
        };
        let mut value = value.clone();
        if let Some(platform) = platform {
            value.entry("platform").or_insert(platform.clone());
        }
        self.leads.push(value);
    }
}

const LEADGEN: &str = "leadgen";

/// A name without case, blanks and marks.
fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A text, or a number as one, without what the database cannot keep.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.chars().filter(|c| *c != '\0').take(TEXT_MAX).collect::<String>(),
        Value::Number(number) => number_text(number),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let text = trim(&text).to_owned();
    (!text.is_empty()).then_some(text)
}

/// What people filled in: each name as it was sent, and its value.
struct Filled(Vec<(String, String)>);

impl Filled {
    fn of(sent: &Map<String, Value>) -> Self {
        let mut filled = Self(Vec::new());
        for field in sent.get("field_data").into_iter().flat_map(each) {
            let values = field.get("values").or_else(|| field.get("value"));
            let values = values.into_iter().flat_map(each).filter_map(|value| text(Some(value)));
            let joined = values.collect::<Vec<_>>().join(", ");
            if let (Some(name), false) = (text(field.get("name")), joined.is_empty()) {
                filled.put(name, joined);
            }
        }
        let known = [FULL_NAME, FIRST_NAME, LAST_NAME, EMAIL, PHONE];
        for (name, value) in sent {
            let is_known = known.iter().any(|names| names.contains(&fold(name).as_str()));
            if let Some(value) = text(Some(value)).filter(|_| is_known) {
                filled.put(name.clone(), value);
            }
        }
        filled
    }

    fn put(&mut self, name: String, value: String) {
        self.0.retain(|(known, _)| fold(known) != fold(&name));
        self.0.push((name, value));
    }

    fn take(&mut self, names: &[&str]) -> Option<String> {
        let place =
            names.iter().find_map(|name| self.0.iter().position(|(known, _)| fold(known) == *name))?;
        Some(self.0.remove(place).1)
    }

    fn is_dummy(&self) -> bool {
        self.0.iter().any(|(_, value)| value.to_lowercase().starts_with("<test lead:"))
    }

    /// The rest, under the names that they came by; `requirements` is a name of the ledger's own.
    fn into_extra(self) -> Map<String, Value> {
        let own = |name: String| if fold(&name) == "requirements" { "requirements".to_owned() } else { name };
        self.0.into_iter().map(|(name, value)| (own(name), value.into())).collect()
    }
}

/// The lead's id at Meta, if it has one.
fn id(sent: &Map<String, Value>) -> Option<String> {
    let named = ["lead_id", "leadgen_id", "id"].into_iter();
    let mut ids = named.filter_map(|name| text(sent.get(name)));
    ids.find(|id| id.len() <= ID_MAX && !means_none(id))
}

/// Whether the platform sent it for a trial: it says so, or it has the ids of the testing tool (`444444444444`).
fn is_trial(sent: &Map<String, Value>, id: Option<&str>) -> bool {
    let says_so = sent.get("is_test").and_then(boolean) == Some(true);
    says_so || id.is_some_and(|id| id.len() >= 9 && id.bytes().all(|digit| digit == b'4'))
}

/// When the person filled in the form: Unix seconds, or ISO 8601.
fn created(sent: &Map<String, Value>) -> Option<Instant> {
    parse_moment(&text(sent.get("created_time"))?, Tz::UTC).ok()
}

/// A lead as Meta tells of it; `None`: it has nothing that the person filled in, or not yet.
pub fn read(region: Region, sent: &Map<String, Value>) -> Option<TakeAdLead> {
    let id = id(sent);
    let mut filled = Filled::of(sent);
    let is_test = is_trial(sent, id.as_deref()) || filled.is_dummy();
    let full = filled.take(FULL_NAME);
    let (first, last) = (filled.take(FIRST_NAME), filled.take(LAST_NAME));
    let (raw, email) = (filled.take(PHONE), filled.take(EMAIL));
    let full = full.or_else(|| {
        let joined = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        (!joined.is_empty()).then_some(joined)
    });
    if full.is_none() && raw.is_none() && email.is_none() {
        return None;
    }
    let phone = raw.as_deref().filter(|_| !is_test).and_then(|raw| Phone::try_new(raw, region).ok());
    let mut extra = filled.into_extra();
    if let (None, Some(raw)) = (&phone, raw) {
        extra.insert("phone".to_owned(), raw.into());
    }
    if is_test {
        extra.insert(IS_TEST.to_owned(), true.into());
    }
    let names = full.as_deref().map(split_name);
    let person = Person {
        phone,
        full_name: full,
        first_name: first.or_else(|| names.as_ref().map(|(first, _)| first.clone())),
        last_name: last.or_else(|| names.map(|(_, last)| last)).filter(|last| !last.is_empty()),
        email,
        extra,
    };
    let is_instagram = text(sent.get("platform"))
        .is_some_and(|word| ["ig", "instagram"].contains(&word.to_lowercase().as_str()));
    let named = |name: &str| text(sent.get(name)).filter(|id| !means_none(id));
    Some(TakeAdLead {
        source: if is_instagram { Source::Instagram } else { Source::Facebook },
        external_ref: ExternalRef { source: "meta".to_owned(), id: id.unwrap_or_else(|| content_id(sent)) },
        campaign: Campaign {
            campaign_id: named("campaign_id"),
            ad_id: named("ad_id"),
            form_id: named("form_id"),
        },
        stated_at: created(sent),
        is_test,
        said: Said { person, ..Said::default() },
    })
}

/// What a lead without an id is known again by, when Meta sends it once more: all that it says.
fn content_id(sent: &Map<String, Value>) -> String {
    let said = Value::Object(sent.clone()).to_string();
    format!("content:{}", &sha256_hex(said.as_bytes())[..32])
}

#[cfg(test)]
#[path = "meta_lead_tests.rs"]
mod tests;
