//! A report as the panel's dialers write it: read as far as it can be, refused only where C-17 says so.

use super::reject::Reject;
use super::words;
use crate::actions::calls::report_result::CallReport;
use crate::http::values;
use chrono_tz::Tz;
use domain::external_id::external_id;
use domain::ids::BatchId;
use domain::lead::attempt::Warning;
use domain::text::trim;
use domain::time::parse_moment;
use domain::verdict::Remarks;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Reads a body. `zone` applies to times without an offset.
pub fn read(body: &Value, zone: Tz) -> Result<CallReport, Reject> {
    let empty = Map::new();
    let fields = body.as_object().unwrap_or(&empty);
    let field = |name: &str| fields.get(name);
    let outcome = match field("status") {
        Some(Value::String(word)) => words::outcome(trim(word))
            .ok_or_else(|| Reject::invalid("status", "Not one of the ten statuses of a report", "enum"))?,
        Some(Value::Null) | None => return Err(Reject::invalid("status", "Field required", "missing")),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            return Err(Reject::invalid("status", "Expected a text", "string_type"));
        }
    };
    let mut warnings = Vec::new();
    let (phone_number, _) = words::text(field("phone_number"));
    let number_id = named(field("number_id"), Warning::NumberIdUnreadable, &mut warnings, words::id);
    if phone_number.is_none() && number_id.is_none() {
        return Err(Reject::invalid("phone_number", "Field required where number_id is missing", "missing"));
    }
    let (reason, is_reason_cut) = words::text(field("reason"));
    let (user_message, is_message_cut) = words::text(field("user_message"));
    let batch_id = named(field("batch_id"), Warning::BatchIdUnreadable, &mut warnings, |value| {
        Uuid::try_parse(trim(value.as_str()?)).ok().map(BatchId)
    });
    let agent_id = named(field("agent_id"), Warning::AgentIdUnreadable, &mut warnings, words::id);
    let (call_allowed, is_switch_unread) = member(field("call_allowed"), values::boolean);
    let (attempted_at, is_time_unread) = member(field("attempted_at").filter(|at| !says_nothing(at)), |at| {
        parse_moment(&values::text(at)?, zone).ok()
    });
    let unread = [
        (is_switch_unread, Warning::CallAllowedUnreadable),
        (is_time_unread, Warning::AttemptedAtUnreadable),
        (is_reason_cut || is_message_cut, Warning::TextTruncated),
    ];
    warnings.extend(unread.into_iter().filter(|(is_so, _)| *is_so).map(|(_, warning)| warning));
    Ok(CallReport {
        number_id,
        phone_number: phone_number.map(|raw| trim(&raw).to_owned()),
        outcome,
        batch_id,
        attempted_at,
        is_time_unread,
        agent_id,
        agent_phone: words::text(field("agent_phone")).0,
        call_allowed,
        remarks: Remarks { reason, user_message, ..Remarks::default() },
        warnings,
    })
}

/// Whether a value is a place-holder for none: null, blank, zero, or a word for nothing (C-46).
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => external_id(text).is_none(),
        Value::Number(_) => values::integer(value) == Some(0),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// An id that may be a place-holder for none; one that is present and cannot be read adds its warning.
fn named<T>(
    value: Option<&Value>,
    unread: Warning,
    warnings: &mut Vec<Warning>,
    how: impl Fn(&Value) -> Option<T>,
) -> Option<T> {
    let is_negative = |value: &&Value| values::integer(value).is_some_and(|number| number < 0);
    let value = value.filter(|value| !says_nothing(value) && !is_negative(value));
    let (id, is_unread) = member(value, how);
    warnings.extend(is_unread.then_some(unread));
    id
}

/// A value, and whether it is present and cannot be read.
fn member<T>(value: Option<&Value>, how: impl Fn(&Value) -> Option<T>) -> (Option<T>, bool) {
    let is_blank = |value: &&Value| value.is_null() || value.as_str().is_some_and(domain::text::is_blank);
    let Some(value) = value.filter(|value| !is_blank(value)) else { return (None, false) };
    let read = how(value);
    let is_unread = read.is_none();
    (read, is_unread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::AnyId;
    use domain::outcome::Outcome;
    use domain::time::Instant;
    use proptest::prelude::*;
    use serde_json::json;

    fn report(body: &Value) -> Result<CallReport, Reject> {
        read(body, Tz::Asia__Tehran)
    }

    /// B-102, B-104, B-105, B-106
    #[test]
    fn the_documents_own_payload_is_read() {
        let read = report(&json!({
            "number_id": 1, "phone_number": "0912...", "status": "POWER_OFF", "reason": "optional text",
            "attempted_at": "2025-03-01T11:30:00+03:30", "call_allowed": true, "agent_id": 5,
            "agent_phone": "0912...", "user_message": "customer message/comment"
        }))
        .unwrap();
        assert_eq!(
            (read.number_id, read.agent_id, read.call_allowed),
            (Some(AnyId::Num(1)), Some(AnyId::Num(5)), Some(true))
        );
        assert_eq!(read.outcome, Outcome::PowerOff);
        assert_eq!(read.attempted_at, Some("2025-03-01T08:00:00Z".parse().unwrap()));
    }

    #[test]
    fn nulls_and_blanks_say_nothing() {
        let read = report(&json!({
            "number_id": 1, "phone_number": "", "status": "BUSY", "reason": null, "user_message": "  ",
            "agent_id": null, "agent_phone": "", "batch_id": null
        }))
        .unwrap();
        assert_eq!((read.phone_number, read.batch_id, read.remarks), (None, None, Remarks::default()));
    }

    /// C-02
    #[test]
    fn a_number_is_named_by_any_of_its_ids() {
        let id = "0190f0de-dd29-7a6b-9450-b6556ef3e623";
        let oid = domain::ids::oid(id.parse().unwrap());
        for (written, expected) in [
            (json!(7), AnyId::Num(7)),
            (json!("7"), AnyId::Num(7)),
            (json!(7.0), AnyId::Num(7)),
            (json!(id), AnyId::Uuid(id.parse().unwrap())),
            (json!(format!(" {id} ")), AnyId::Uuid(id.parse().unwrap())),
            (json!(oid), AnyId::parse(&oid).unwrap()),
        ] {
            let body = json!({ "number_id": written, "phone_number": null, "status": "BUSY" });
            assert_eq!(report(&body).unwrap().number_id, Some(expected), "{body}");
        }
        for none in [json!(0), json!(-1), json!("0"), json!("nobody"), json!(1.5), json!([1]), json!(true)] {
            let body = json!({ "number_id": none, "phone_number": "09123456789", "status": "BUSY" });
            assert_eq!(report(&body).unwrap().number_id, None, "{body}");
        }
    }

    #[test]
    fn only_a_bad_status_or_no_number_at_all_is_refused() {
        let loc = |body: Value| match report(&body) {
            Err(Reject::Invalid { loc, .. }) => loc[1],
            other => panic!("{other:?}"),
        };
        assert_eq!(loc(json!({ "number_id": 1 })), "status");
        assert_eq!(loc(json!({ "number_id": 1, "status": "IN_QUEUE" })), "status");
        assert_eq!(loc(json!({ "number_id": 1, "status": 5 })), "status");
        assert_eq!(loc(json!({ "number_id": null, "phone_number": "", "status": "BUSY" })), "phone_number");
        assert!(
            report(&json!({ "number_id": "7", "status": "BUSY", "reason": [1], "attempted_at": {} })).is_ok()
        );
    }

    /// K20, K22, C-46: an id that cannot be read is named, and a place-holder is none.
    #[test]
    fn ids_are_read_in_every_spelling_and_what_cannot_be_read_is_named() {
        let body = |member: &str, value: Value| {
            let mut body = json!({ "phone_number": "09123456789", "status": "BUSY" });
            body[member] = value;
            report(&body).unwrap()
        };
        for value in [json!(5), json!(5.0), json!("5"), json!("5.0"), json!("۵"), json!(" 5\u{200b}")] {
            assert_eq!(body("number_id", value.clone()).number_id, Some(AnyId::Num(5)), "{value}");
            assert_eq!(body("agent_id", value.clone()).agent_id, Some(AnyId::Num(5)), "{value}");
        }
        for value in [
            json!(null),
            json!(""),
            json!(0),
            json!("0"),
            json!(-1),
            json!("undefined"),
            json!("None"),
            json!("{{id}}"),
        ] {
            for member in ["number_id", "agent_id", "batch_id"] {
                let read = body(member, value.clone());
                assert_eq!(
                    (read.number_id, read.agent_id, read.batch_id),
                    (None, None, None),
                    "{member} {value}"
                );
                assert_eq!(read.warnings, [], "{member} {value}");
            }
        }
        for (member, value, warning) in [
            ("number_id", json!("five"), Warning::NumberIdUnreadable),
            ("number_id", json!([5]), Warning::NumberIdUnreadable),
            ("agent_id", json!(2.5), Warning::AgentIdUnreadable),
            ("agent_id", json!({}), Warning::AgentIdUnreadable),
            ("batch_id", json!("b-1"), Warning::BatchIdUnreadable),
            ("batch_id", json!(17), Warning::BatchIdUnreadable),
            ("call_allowed", json!("maybe"), Warning::CallAllowedUnreadable),
            ("attempted_at", json!("soon"), Warning::AttemptedAtUnreadable),
            ("attempted_at", json!("20261120"), Warning::AttemptedAtUnreadable),
            ("attempted_at", json!(46562.5833), Warning::AttemptedAtUnreadable),
            ("attempted_at", json!({}), Warning::AttemptedAtUnreadable),
            ("attempted_at", json!("1405-01-01T10:00:00"), Warning::AttemptedAtUnreadable),
        ] {
            assert_eq!(body(member, value.clone()).warnings, [warning], "{member} {value}");
        }
        for nothing in [json!(null), json!(""), json!(0), json!("N/A"), json!("0000-00-00 00:00:00")] {
            let read = body("attempted_at", nothing);
            assert_eq!((read.attempted_at, read.is_time_unread, read.warnings.len()), (None, false, 0));
        }
        let at: Instant = "2026-11-20T06:30:00Z".parse().unwrap();
        for value in [
            json!("2026-11-20T10:00+03:30"),
            json!(1_795_156_200),
            json!(1_795_156_200_000_i64),
            json!("1795156200.0"),
            json!("2026-11-20 10:00"),
        ] {
            assert_eq!(body("attempted_at", value.clone()).attempted_at, Some(at), "{value}");
        }
    }

    proptest! {
        #[test]
        fn values_of_any_type_are_taken(
            reason in prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), ".*".prop_map(Value::from)],
            attempted_at in prop_oneof![Just(json!({})), any::<f64>().prop_map(Value::from), ".*".prop_map(Value::from)],
        ) {
            let body = json!({ "number_id": 1, "status": "BUSY", "reason": reason, "attempted_at": attempted_at });
            prop_assert!(report(&body).is_ok());
        }
    }
}
