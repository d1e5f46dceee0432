//! `POST /agent-dashboard/leads/{num}`: an agent changes a lead and, if they say so, submits it to a qualifier (B-053).
//! Only what the agent changed is changed: a dialer may have told more since the form was made.

use super::HOME;
use super::form::{GROUPS, LeadForm};
use super::link::Link;
use super::page::{Notice, dashboard};
use super::reject::{Reject, Rejected};
use super::session::{Form, Viewer};
use super::show_lead::find;
use crate::actions::leads::work::{Work, WorkLead};
use crate::http::path::Named;
use crate::state::App;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::lead::details::{DETAIL_MAX, DetailKind};
use domain::lead::event::Person;
use domain::text::trim;
use serde_json::Value;
use std::collections::BTreeMap;

const NOT_SAVED: Notice = Notice::problem("Not saved: please look at what is marked.");

/// What a form changes.
#[derive(Debug, Default)]
struct Entered {
    person: Person,
    cleared: Vec<String>,
    note: Option<String>,
    /// What is wrong, by field.
    problems: BTreeMap<&'static str, &'static str>,
}

pub async fn handler(State(app): State<App>, Named(num): Named, form: Form) -> Result<Response, Rejected> {
    let Form { viewer, fields } = form;
    save(&app, &viewer, &num, &fields).await.map_err(|reject| viewer.reject(reject))
}

async fn save(
    app: &App,
    viewer: &Viewer,
    num: &str,
    fields: &BTreeMap<String, String>,
) -> Result<Response, Reject> {
    let (lead_id, lead) = find(app, viewer, num).await?;
    let entered = Entered::read(fields);
    if !entered.problems.is_empty() {
        let mut form = LeadForm::of(app, viewer, &lead, &Link::default()).await?;
        form.refill(fields, &entered.problems);
        let page = dashboard(app, viewer, Some(form), Some(NOT_SAVED)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let is_submitted = fields.get("then").is_some_and(|then| then == "submit");
    let Entered { person, cleared, note, .. } = entered;
    let work = Work::Change { person, cleared, note, is_submitted };
    let action = WorkLead { lead_id, by: viewer.person.id, work };
    app.ledger.record(&viewer.context(), &action).await?;
    let done = if is_submitted { "submitted" } else { "saved" };
    Ok(Redirect::to(&format!("{HOME}/leads/{}?done={done}", lead.num)).into_response())
}

impl Entered {
    fn read(fields: &BTreeMap<String, String>) -> Self {
        let mut entered = Self::default();
        for (name, _) in GROUPS.iter().flat_map(|(_, fields)| *fields) {
            let Some(now) = fields.get(*name).map(|now| lines(now)) else { continue };
            let was = fields.get(&format!("was.{name}")).map(|was| lines(was)).unwrap_or_default();
            // A browser takes line ends out of what stands in one line: that is no change of anybody's.
            let flat = |text: &str| text.replace('\n', "");
            if flat(&now) == flat(&was) {
                continue;
            }
            if now.is_empty() {
                entered.cleared.push((*name).to_owned());
                continue;
            }
            match check(name, &now) {
                Ok(value) => entered.set(name, value),
                Err(problem) => {
                    entered.problems.insert(name, problem);
                }
            }
        }
        entered.note = fields.get("note").map(|note| lines(note)).filter(|note| !note.is_empty());
        if let Some(Err(problem)) = entered.note.as_deref().map(|note| check("note", note)) {
            entered.problems.insert("note", problem);
        }
        entered
    }

    fn set(&mut self, name: &str, value: Value) {
        let text = value.as_str().map(ToOwned::to_owned);
        match name {
            "full_name" => self.person.full_name = text,
            "first_name" => self.person.first_name = text,
            "last_name" => self.person.last_name = text,
            "email" => self.person.email = text,
            other => {
                self.person.extra.insert(other.to_owned(), value);
            }
        }
    }
}

/// A text with one kind of line end and no blanks around it.
fn lines(text: &str) -> String {
    trim(&text.replace("\r\n", "\n")).to_owned()
}

fn check(name: &str, text: &str) -> Result<Value, &'static str> {
    if text.chars().count() > DETAIL_MAX {
        return Err("at most 1,000 characters");
    }
    if text.contains('\0') {
        return Err("this cannot be read");
    }
    let kind = DetailKind::of(name);
    kind.read(text).ok_or(match kind {
        DetailKind::Date => "a date is written 1980-12-31",
        DetailKind::Decimal => "an amount is written 185.50",
        DetailKind::Boolean => "yes or no",
        DetailKind::YesNoUnsure => "yes, no or unsure",
        DetailKind::Text => "this cannot be read",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(pairs: &[(&str, &str)]) -> Entered {
        Entered::read(&pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn only_what_was_changed_is_changed() {
        let entered = entered(&[
            ("city", "York"),
            ("was.city", "York"),
            ("email", ""),
            ("was.email", "a@b"),
            ("has_ev_charger", "yes"),
            ("was.has_ev_charger", ""),
            ("note", " call in May "),
            ("unknown", "x"),
        ]);
        assert_eq!(
            (entered.cleared.as_slice(), entered.note.as_deref()),
            (&["email".to_owned()][..], Some("call in May"))
        );
        assert_eq!(Value::Object(entered.person.extra), serde_json::json!({ "has_ev_charger": true }));
        assert!(entered.problems.is_empty());
    }

    #[test]
    fn line_ends_are_neither_lost_nor_counted_twice() {
        let untouched = entered(&[("comments", "after 5ask Ann"), ("was.comments", "after 5\r\nask Ann")]);
        assert_eq!((untouched.person, untouched.cleared.len()), (Person::default(), 0));
        let noted = entered(&[("note", &format!("{}\r\n{}", "x".repeat(500), "y".repeat(499)))]);
        assert!(noted.problems.is_empty());
        assert_eq!(noted.note.unwrap().chars().count(), 1_000);
    }

    #[test]
    fn what_cannot_be_read_is_told_beside_its_field() {
        let entered = entered(&[("energy_bill_amount", "a lot"), ("date_of_birth", "1980"), ("city", "Y\0")]);
        let wrong: Vec<_> = entered.problems.keys().copied().collect();
        assert_eq!(wrong, ["city", "date_of_birth", "energy_bill_amount"]);
    }
}
