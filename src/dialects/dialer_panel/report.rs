//! A report as the panel's dialers write it: read as far as it can be, refused only where C-17 says so.

use super::reject::Reject;
use super::words;
use chrono_tz::Tz;
use domain::ids::BatchId;
use domain::lead::attempt::Warning;
use domain::outcome::Outcome;
use domain::time::{Instant, parse_instant};
use domain::verdict::Remarks;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a dialer says of a call.
#[derive(Clone, Debug)]
pub struct Report {
    pub number_id: Option<i64>,
    /// As written, never blank.
    pub phone_number: Option<String>,
    pub outcome: Outcome,
    pub batch_id: Option<BatchId>,
    /// As stated; `None` if it was not, or cannot be read.
    pub attempted_at: Option<Instant>,
    pub agent_id: Option<i64>,
    pub agent_phone: Option<String>,
    pub call_allowed: Option<bool>,
    pub remarks: Remarks,
    pub warnings: Vec<Warning>,
}

impl Report {
    /// Reads a body. `zone` applies to times without an offset.
    pub fn read(body: &Value, zone: Tz) -> Result<Self, Reject> {
        let empty = Map::new();
        let fields = body.as_object().unwrap_or(&empty);
        let field = |name: &str| fields.get(name);
        let outcome = match field("status") {
            Some(Value::String(word)) => words::outcome(word.trim()).ok_or_else(|| {
                Reject::invalid("status", "Not one of the ten statuses of a report", "enum")
            })?,
            Some(Value::Null) | None => return Err(Reject::invalid("status", "Field required", "missing")),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                return Err(Reject::invalid("status", "Expected a text", "string_type"));
            }
        };
        let (phone_number, _) = words::text(field("phone_number"));
        let number_id = words::integer(field("number_id"));
        if phone_number.is_none() && number_id.is_none() {
            return Err(Reject::invalid(
                "phone_number",
                "Field required where number_id is missing",
                "missing",
            ));
        }
        let (reason, is_reason_cut) = words::text(field("reason"));
        let (user_message, is_message_cut) = words::text(field("user_message"));
        let (batch_id, _) = words::text(field("batch_id"));
        let (attempted_at, _) = words::text(field("attempted_at"));
        let warnings =
            if is_reason_cut || is_message_cut { vec![Warning::TextTruncated] } else { Vec::new() };
        Ok(Self {
            number_id,
            phone_number: phone_number.map(|raw| raw.trim().to_owned()),
            outcome,
            batch_id: batch_id.and_then(|id| Uuid::try_parse(id.trim()).ok()).map(BatchId),
            attempted_at: attempted_at.and_then(|text| parse_instant(&text, zone).ok()),
            agent_id: words::integer(field("agent_id")),
            agent_phone: words::text(field("agent_phone")).0,
            call_allowed: words::boolean(field("call_allowed")),
            remarks: Remarks { reason, user_message, ..Remarks::default() },
            warnings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(body: &Value) -> Result<Report, Reject> {
        Report::read(body, Tz::Asia__Tehran)
    }

    /// B-102, B-104, B-105, B-106
    #[test]
    fn the_documents_own_payload_is_read() {
        let report = read(&json!({
            "number_id": 1, "phone_number": "0912...", "status": "POWER_OFF", "reason": "optional text",
            "attempted_at": "2025-03-01T11:30:00+03:30", "call_allowed": true, "agent_id": 5,
            "agent_phone": "0912...", "user_message": "customer message/comment"
        }))
        .unwrap();
        assert_eq!((report.number_id, report.agent_id, report.call_allowed), (Some(1), Some(5), Some(true)));
        assert_eq!(report.outcome, Outcome::PowerOff);
        assert_eq!(report.attempted_at, Some("2025-03-01T08:00:00Z".parse().unwrap()));
    }

    #[test]
    fn nulls_and_blanks_say_nothing() {
        let report = read(&json!({
            "number_id": 1, "phone_number": "", "status": "BUSY", "reason": null, "user_message": "  ",
            "agent_id": null, "agent_phone": "", "batch_id": null
        }))
        .unwrap();
        assert_eq!((report.phone_number, report.batch_id, report.remarks), (None, None, Remarks::default()));
    }

    #[test]
    fn only_a_bad_status_or_no_number_at_all_is_refused() {
        let loc = |body: Value| match read(&body) {
            Err(Reject::Invalid { loc, .. }) => loc[1],
            other => panic!("{other:?}"),
        };
        assert_eq!(loc(json!({ "number_id": 1 })), "status");
        assert_eq!(loc(json!({ "number_id": 1, "status": "IN_QUEUE" })), "status");
        assert_eq!(loc(json!({ "number_id": 1, "status": 5 })), "status");
        assert_eq!(loc(json!({ "number_id": null, "phone_number": "", "status": "BUSY" })), "phone_number");
        assert!(
            read(&json!({ "number_id": "7", "status": "BUSY", "reason": [1], "attempted_at": {} })).is_ok()
        );
    }

    proptest! {
        #[test]
        fn values_of_any_type_are_taken(
            reason in prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), ".*".prop_map(Value::from)],
            attempted_at in prop_oneof![Just(json!({})), any::<f64>().prop_map(Value::from), ".*".prop_map(Value::from)],
        ) {
            let body = json!({ "number_id": 1, "status": "BUSY", "reason": reason, "attempted_at": attempted_at });
            prop_assert!(read(&body).is_ok());
        }
    }
}
