//! What does a body or query say? Members by name, what is null or blank gone; all that is wrong is told together.

use super::values;
use chrono::Duration;
use chrono_tz::Tz;
use domain::agent::register::is_email;
use domain::ids::AnyId;
use domain::lead::details::DETAIL_MAX;
use domain::text::{is_blank, trim};
use domain::time::{Instant, TimeError, day_start, parse_day, parse_instant};
use serde_json::{Map, Value};

/// What is wrong with one value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// `body`, `query` or `path`, and the name.
    pub loc: [&'static str; 2],
    pub msg: String,
    pub kind: &'static str,
}

/// The longest text that is said of a call, in characters.
const TEXT_MAX: usize = 4_000;

/// A body or query being read.
pub struct Fields<'a> {
    place: &'static str,
    members: &'a Map<String, Value>,
    problems: Vec<Problem>,
}

impl<'a> Fields<'a> {
    /// The members of a body.
    pub fn of_body(members: &'a Map<String, Value>) -> Self {
        Self { place: "body", members, problems: Vec::new() }
    }

    /// The members of a query, all of them texts.
    pub fn of_query(members: &'a Map<String, Value>) -> Self {
        Self { place: "query", members, problems: Vec::new() }
    }

    /// A value that says something.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        let says_nothing = |value: &&Value| value.is_null() || value.as_str().is_some_and(is_blank);
        self.members.get(name).filter(|value| !says_nothing(value))
    }

    /// Notes what is wrong with a member.
    pub fn problem(&mut self, name: &'static str, msg: impl Into<String>, kind: &'static str) {
        self.problems.push(Problem { loc: [self.place, name], msg: msg.into(), kind });
    }

    /// A member that must be there.
    pub fn required<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        let is_told = self.problems.iter().any(|problem| problem.loc[1] == name);
        if value.is_none() && !is_told {
            self.problem(name, "Field required", "missing");
        }
        value
    }

    /// A text of at most 1,000 characters.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.text_upto(name, DETAIL_MAX)
    }

    /// A text of at most 1,000 characters that clients also write as a number: a phone, an id, a postcode.
    pub fn number_text(&mut self, name: &'static str) -> Option<String> {
        match self.value(name)?.as_number() {
            Some(number) => Some(values::number_text(number)),
            None => self.text(name),
        }
    }

    /// A text of at most 4,000 characters, as long as what is said of a call may be.
    pub fn long_text(&mut self, name: &'static str) -> Option<String> {
        self.text_upto(name, TEXT_MAX)
    }

    fn text_upto(&mut self, name: &'static str, max: usize) -> Option<String> {
        let value = self.value(name)?;
        let Some(text) = value.as_str() else {
            self.problem(name, "Input should be a valid string", "string_type");
            return None;
        };
        if text.contains('\0') {
            self.problem(name, "String should not contain NUL", "string_unicode");
            return None;
        }
        if text.chars().count() > max {
            self.problem(name, format!("String should have at most {max} characters"), "string_too_long");
            return None;
        }
        Some(trim(text).to_owned())
    }

    /// An e-mail address.
    pub fn email(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name)?;
        if !is_email(&text) {
            self.problem(name, "Please provide a valid email", "value_error");
            return None;
        }
        Some(text)
    }

    /// An id in any of its spellings.
    pub fn id(&mut self, name: &'static str) -> Option<AnyId> {
        let value = self.value(name)?;
        let id = values::text(value).and_then(|text| AnyId::parse(trim(&text)));
        if id.is_none() {
            self.problem(name, "Input should be a valid UUID", "uuid_parsing");
        }
        id
    }

    /// A point in time; without an offset it is one of the ledger's zone.
    pub fn instant(&mut self, name: &'static str, zone: Tz) -> Option<Instant> {
        let text = self.number_text(name)?;
        match parse_instant(&text, zone) {
            Ok(at) => Some(at),
            Err(error) => {
                let hint = match error {
                    TimeError::Unreadable => String::new(),
                    TimeError::Year | TimeError::Number => format!(": {error}"),
                };
                self.problem(name, format!("Input should be a valid datetime{hint}"), "datetime_parsing");
                None
            }
        }
    }

    /// Two days of `zone`, both inclusive, or instants: from when on, and before when (C-24).
    pub fn days(
        &mut self,
        from: &'static str,
        upto: &'static str,
        zone: Tz,
    ) -> (Option<Instant>, Option<Instant>) {
        let start = self.day(from, zone, Duration::zero());
        let end = self.day(upto, zone, Duration::days(1));
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            self.problem(upto, format!("{upto} must not be before {from}"), "value_error");
        }
        (start, end)
    }

    /// The beginning of a day, `after` it in days of the zone; an instant is itself.
    fn day(&mut self, name: &'static str, zone: Tz, after: Duration) -> Option<Instant> {
        let text = self.number_text(name)?;
        if let Ok(day) = parse_day(&text) {
            return Some(day_start(day + after, zone));
        }
        if let Ok(at) = parse_instant(&text, zone) {
            // "To" names an instant that still belongs.
            return Some(if after.is_zero() { at } else { at + Duration::microseconds(1) });
        }
        let msg = "Input should be a date (YYYY-MM-DD) or a time (ISO 8601), from 1900 to 2200";
        self.problem(name, msg, "date_parsing");
        None
    }

    /// One of a list of words.
    pub fn word<T: Copy>(&mut self, name: &'static str, known: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let word = known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if word.is_none() {
            let words: Vec<String> = known.iter().map(|(word, _)| format!("'{word}'")).collect();
            self.problem(name, format!("Input should be {}", words.join(", ")), "enum");
        }
        word
    }

    /// A whole number within these bounds.
    pub fn whole(&mut self, name: &'static str, bounds: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(name)?;
        let Some(number) = values::integer(value) else {
            self.problem(name, "Input should be a valid integer", "int_parsing");
            return None;
        };
        if number < *bounds.start() {
            self.problem(
                name,
                format!("Input should be greater than or equal to {}", bounds.start()),
                "greater_than_equal",
            );
            return None;
        }
        if number > *bounds.end() {
            self.problem(
                name,
                format!("Input should be less than or equal to {}", bounds.end()),
                "less_than_equal",
            );
            return None;
        }
        Some(number)
    }

    /// True or false.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        let is_so = values::boolean(value);
        if is_so.is_none() {
            self.problem(name, "Input should be a valid boolean", "bool_parsing");
        }
        is_so
    }

    /// An object.
    pub fn object(&mut self, name: &'static str) -> Option<Map<String, Value>> {
        let value = self.value(name)?;
        let members = value.as_object().filter(|_| !has_nul(value) && is_shallow(value, DEPTH_MAX));
        if members.is_none() {
            self.problem(name, "Input should be a valid dictionary", "dict_type");
        }
        members.cloned()
    }

    /// Every member whose name is none of `known`, as it was sent: to be kept for the client and given back.
    pub fn others(&mut self, known: &[&str]) -> Map<String, Value> {
        let is_other = |(name, _): &(&String, &Value)| !known.contains(&name.as_str());
        let others: Map<String, Value> =
            self.members.iter().filter(is_other).map(|(name, value)| (name.clone(), value.clone())).collect();
        let others = Value::Object(others);
        if has_nul(&others) || !is_shallow(&others, DEPTH_MAX) {
            let msg = format!("Members should not contain NUL or be nested deeper than {DEPTH_MAX} levels");
            self.problem("body", msg, "value_error");
            return Map::new();
        }
        if let Value::Object(others) = others { others } else { Map::new() }
    }

    /// Whether anything was wrong so far.
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Goes on if nothing was wrong.
    pub fn end(self) -> Result<(), Vec<Problem>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

/// How deep an object may be: stored inside an event it must still be read back.
const DEPTH_MAX: usize = 32;

fn is_shallow(value: &Value, left: usize) -> bool {
    match value {
        Value::Array(items) => left > 0 && items.iter().all(|item| is_shallow(item, left - 1)),
        Value::Object(members) => left > 0 && members.values().all(|value| is_shallow(value, left - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Whether a text or name anywhere in it holds what the database cannot keep.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_null_or_blank_is_not_there_and_all_problems_are_told_together() {
        let body =
            json!({ "first_name": " ", "agent_id": null, "schedule_at": "soon", "custom_fields": [1] });
        let mut fields = Fields::of_body(body.as_object().unwrap());
        let (name, id) = (fields.text("first_name"), fields.id("agent_id"));
        assert!(fields.required("first_name", name).is_none() && fields.required("agent_id", id).is_none());
        assert!(fields.instant("schedule_at", Tz::UTC).is_none() && fields.object("custom_fields").is_none());
        let Err(problems) = fields.end() else { panic!("nothing was wrong") };
        let told: Vec<_> = problems.iter().map(|problem| (problem.loc[1], problem.kind)).collect();
        let expected = [
            ("first_name", "missing"),
            ("agent_id", "missing"),
            ("schedule_at", "datetime_parsing"),
            ("custom_fields", "dict_type"),
        ];
        assert_eq!(told, expected);
    }
}
