//! What does the form of a lead hold? Every detail that an agent may change, what the dialer's link says otherwise, and
//! what only the dialer knows. A field that the ledger knows nothing for is filled from the link, marked and not saved
//! (document 001; F15).

use super::link::Link;
use super::page::local;
use super::reject::Reject;
use super::session::Viewer;
use crate::state::App;
use domain::lead::Lead;
use domain::lead::access::Access;
use domain::lead::details::DetailKind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The details that people may change: name and label, in groups.
pub const GROUPS: [(&str, &[(&str, &str)]); 4] = [
    (
        "Person",
        &[
            ("title", "Title"),
            ("first_name", "First name"),
            ("middle_initial", "Middle initial"),
            ("last_name", "Last name"),
            ("full_name", "Full name"),
            ("date_of_birth", "Date of birth"),
            ("gender", "Gender"),
        ],
    ),
    ("Contact", &[("email", "E-mail"), ("alt_phone", "Other phone"), ("security_phrase", "Security phrase")]),
    (
        "Address",
        &[
            ("address1", "Address"),
            ("address2", "Address, second line"),
            ("address3", "Address, third line"),
            ("city", "City"),
            ("state", "State"),
            ("province", "Province"),
            ("postal_code", "Postcode"),
            ("country_code", "Country"),
        ],
    ),
    (
        "Energy",
        &[
            ("energy_bill_amount", "Energy bill"),
            ("has_ev_charger", "Has an EV charger"),
            ("day_night_rate", "Day and night rate"),
            ("has_previous_quotes", "Has previous quotes"),
            ("previous_quotes_details", "What quotes"),
            ("comments", "Comments"),
        ],
    ),
];

/// Details that may have several lines.
const LONG: [&str; 2] = ["previous_quotes_details", "comments"];
/// What a link may carry and nobody wants to read.
const SECRET: [&str; 5] = ["api_key", "signature", "pass", "orig_pass", "phone_pass"];

/// A lead on the page.
pub struct LeadForm {
    pub num: i64,
    pub title: String,
    pub stage: &'static str,
    pub phone: String,
    /// What the link says instead.
    pub link_phone: Option<String>,
    pub latest_note: Option<String>,
    pub link_note: Option<String>,
    /// What stands in the field for a further note.
    pub note: String,
    /// Whether that is the link's.
    pub is_note_filled: bool,
    /// The notes before the one that is shown, the newest first.
    pub earlier_notes: Vec<String>,
    pub note_problem: Option<&'static str>,
    pub groups: Vec<Group>,
    /// What the dialer told besides; people do not change it.
    pub told: Vec<Told>,
    pub access: Access,
    pub may_submit: bool,
    /// Where the last submission stands, in words.
    pub submission: Option<String>,
    pub answer_note: Option<String>,
}

pub struct Group {
    pub name: &'static str,
    pub fields: Vec<Field>,
}

/// One detail.
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    /// What it was when the form was made: only what differs from it is changed.
    pub was: String,
    pub link: Option<String>,
    /// Whether the value is the link's, and not saved: the ledger knows none.
    pub is_filled: bool,
    pub problem: Option<&'static str>,
    pub input: Input,
}

/// How a detail is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    Text,
    /// Several lines.
    Lines,
    Date,
    Decimal,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// Something that only the dialer says.
pub struct Told {
    pub name: String,
    pub value: String,
    pub link: Option<String>,
}

impl LeadForm {
    /// The form of a lead that the viewer may see.
    pub async fn of(app: &App, viewer: &Viewer, lead: &Lead, link: &Link) -> Result<Self, Reject> {
        let person = &lead.person;
        let access = viewer.access(lead);
        let phone = person.phone.as_ref().map(|phone| phone.raw.clone());
        let phone =
            phone.or_else(|| Some(person.extra.get("phone")?.as_str()?.to_owned())).unwrap_or_default();
        let note = lead.shown_note().map(ToOwned::to_owned);
        let differs = |name: &str, known: &str| link.said.get(name).filter(|said| *said != known).cloned();
        let submission = match &lead.submission {
            None => None,
            Some(last) => Some(match &last.answer {
                None => format!("waits for a qualifier since {}", local(app, last.at).await?),
                Some(answer) => {
                    format!("{} by a qualifier on {}", answer.verdict, local(app, answer.at).await?)
                }
            }),
        };
        let link_note = differs("notes", note.as_deref().unwrap_or(""));
        let filled_note = link_note.clone().filter(|_| note.is_none() && access.may_change);
        let earlier_notes = lead.notes.iter().rev().skip(1).map(|note| note.text.clone()).collect();
        let answer = lead.submission.as_ref().and_then(|last| last.answer.as_ref());
        Ok(Self {
            num: lead.num,
            title: person.full_name.clone().unwrap_or_else(|| format!("Lead {}", lead.num)),
            stage: lead.stage.as_str(),
            link_phone: differs("phone", &phone),
            phone,
            link_note: link_note.filter(|_| filled_note.is_none()),
            latest_note: note,
            is_note_filled: filled_note.is_some(),
            note: filled_note.unwrap_or_default(),
            earlier_notes,
            note_problem: None,
            groups: groups(lead, link, access.may_change),
            told: told(lead, link),
            access,
            may_submit: access.may_change
                && lead.stage == domain::status::Stage::Interested
                && lead.waiting_submission().is_none(),
            submission,
            answer_note: answer.and_then(|answer| answer.person.as_ref()).map(|note| note.text.clone()),
        })
    }

    /// The same form as somebody filled it in, with what is wrong in it.
    pub fn refill(
        &mut self,
        entered: &BTreeMap<String, String>,
        problems: &BTreeMap<&'static str, &'static str>,
    ) {
        for field in self.groups.iter_mut().flat_map(|group| &mut group.fields) {
            field.problem = problems.get(field.name).copied();
            if let Some(value) = entered.get(field.name) {
                field.value.clone_from(value);
            }
            if let Some(was) = entered.get(&format!("was.{}", field.name)) {
                field.was.clone_from(was);
            }
        }
        self.note = entered.get("note").cloned().unwrap_or_default();
        self.is_note_filled = false;
        self.note_problem = problems.get("note").copied();
    }
}

fn groups(lead: &Lead, link: &Link, may_change: bool) -> Vec<Group> {
    let field = |(name, label): &(&'static str, &'static str)| {
        let kind = DetailKind::of(name);
        let was = known(lead, name);
        // As the ledger would keep it: `1` is no other answer than `yes`.
        let readable = link.said.get(*name).and_then(|said| kind.read(said)).map(|value| shown(&value));
        let filled = readable.clone().filter(|_| was.is_empty() && may_change);
        let is_filled = filled.is_some();
        let said = readable.or_else(|| link.said.get(*name).cloned());
        let input = match kind {
            DetailKind::Text if LONG.contains(name) => Input::Lines,
            DetailKind::Text => Input::Text,
            DetailKind::Date => Input::Date,
            DetailKind::Decimal => Input::Decimal,
            DetailKind::Boolean => Input::Choice(&["yes", "no"]),
            DetailKind::YesNoUnsure => Input::Choice(&["yes", "no", "unsure"]),
        };
        let link = said.filter(|said| *said != was && !is_filled);
        let value = filled.unwrap_or_else(|| was.clone());
        Field { name, label, value, was, link, is_filled, problem: None, input }
    };
    GROUPS.iter().map(|(name, fields)| Group { name, fields: fields.iter().map(field).collect() }).collect()
}

/// What the ledger knows of a detail, as a form shows it.
fn known(lead: &Lead, name: &str) -> String {
    let person = &lead.person;
    let own = match name {
        "full_name" => person.full_name.clone(),
        "first_name" => person.first_name.clone(),
        "last_name" => person.last_name.clone(),
        "email" => person.email.clone(),
        other => person.extra.get(other).map(shown),
    };
    own.unwrap_or_default()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// What only the dialer says, in the ledger or in the link.
fn told(lead: &Lead, link: &Link) -> Vec<Told> {
    let is_field = |name: &str| GROUPS.iter().any(|(_, fields)| fields.iter().any(|(own, _)| *own == name));
    let is_elsewhere = |name: &str| ["phone", "notes"].contains(&name) || SECRET.contains(&name);
    let names: BTreeSet<&String> = lead.person.extra.keys().chain(link.said.keys()).collect();
    let names = names.into_iter().filter(|name| !is_field(name) && !is_elsewhere(name));
    names
        .map(|name| {
            let value = lead.person.extra.get(name).map(shown).unwrap_or_default();
            let link = link.said.get(name).filter(|said| **said != value).cloned();
            Told { name: name.clone(), value, link }
        })
        .collect()
}
