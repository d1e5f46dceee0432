//! What is answered to a report, and how its receipt keeps the answer?

use super::report_result::CallReport;
use domain::ids::{AnyId, AttemptId};
use domain::lead::attempt::{Answered, LeaseAnswer, Warning};
use domain::lead::report_attempt::Reported;
use domain::status::PanelStatus;
use serde_json::{Value, json};

/// What is answered to a report. It is kept with the report's receipt, so that the same report gets the first answer.
#[derive(Clone, PartialEq, Debug)]
pub struct ReportAnswer {
    /// The integer id of the lead, or the one that was stated where no lead was found.
    pub num: Option<i64>,
    pub status: PanelStatus,
    /// `None`: the report was kept as a dead letter.
    pub attempt_id: Option<AttemptId>,
    pub attempts: u32,
    pub lease: LeaseAnswer,
    pub call_allowed: bool,
    pub warnings: Vec<Warning>,
}

impl ReportAnswer {
    /// A report that stands in a lead's history.
    pub fn recorded(num: i64, Reported { attempt_id, answered }: Reported) -> Self {
        let Answered { status, attempts, lease, call_allowed, warnings } = answered;
        let (num, attempt_id) = (Some(num), Some(attempt_id));
        Self { num, status, attempt_id, attempts, lease, call_allowed, warnings }
    }

    /// A report that was kept as a dead letter.
    pub fn quarantined(report: &CallReport, call_allowed: bool, ignored: Option<Warning>) -> Self {
        let num = match report.number_id {
            Some(AnyId::Num(num)) => Some(num),
            Some(AnyId::Uuid(_) | AnyId::Oid { .. }) | None => None,
        };
        Self {
            num,
            status: report.outcome.panel_status().unwrap_or(PanelStatus::Unknown),
            attempt_id: None,
            attempts: 0,
            lease: LeaseAnswer::None,
            call_allowed,
            warnings: report.warnings.iter().copied().chain(ignored).collect(),
        }
    }

    /// The answer as a receipt keeps it: the members that the first release answered.
    pub fn kept(&self) -> Value {
        let mut kept = json!({
            "id": self.num, "status": self.status.as_str().to_uppercase(), "ok": true, "number_id": self.num,
            "attempt_id": self.attempt_id, "attempts": self.attempts, "lease": self.lease,
            "call_allowed": self.call_allowed, "warnings": self.warnings,
        });
        if self.attempt_id.is_none() {
            kept["quarantined"] = true.into();
        }
        kept
    }

    /// The answer that a receipt has kept; `None` where it is none.
    pub fn read(kept: &Value) -> Option<Self> {
        let warnings = kept.get("warnings")?;
        Some(Self {
            num: kept.get("id")?.as_i64(),
            status: PanelStatus::from_word(&kept.get("status")?.as_str()?.to_lowercase())?,
            attempt_id: serde_json::from_value(kept.get("attempt_id")?.clone()).ok()?,
            attempts: u32::try_from(kept.get("attempts")?.as_u64()?).ok()?,
            lease: serde_json::from_value(kept.get("lease")?.clone()).ok()?,
            call_allowed: kept.get("call_allowed")?.as_bool()?,
            warnings: serde_json::from_value(warnings.clone()).ok()?,
        })
    }
}
