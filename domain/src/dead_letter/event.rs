//! What can happen to a dead letter?

use crate::ids::LeadId;
use crate::status::words;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterEvent {
    ReportQuarantined(Box<ReportQuarantined>),
    ReportResolved(ReportResolved),
}

impl DeadLetterEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ReportQuarantined(_) => "report_quarantined",
            Self::ReportResolved(_) => "report_resolved",
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        "1.0"
    }
}

words! {
    /// Why a report could not be given to a lead.
    QuarantineReason {
        UnknownNumber = "unknown_number",
        UnreadablePhone = "unreadable_phone",
        /// A provider speaks of a call that the ledger does not know.
        UnknownCall = "unknown_call",
        /// A provider says what the ledger has no word for.
        UnknownStatus = "unknown_status",
        /// An advertisement's lead came without what the person filled in.
        FieldsMissing = "fields_missing",
        /// The lead has all the attempts, or the call all the reports, that are kept.
        LeadIsFull = "lead_is_full",
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReportQuarantined {
    pub at: Instant,
    pub num: i64,
    /// Which surface took it.
    pub dialect: String,
    pub reason: QuarantineReason,
    pub person: Quarantined,
}

/// The report as it was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Quarantined {
    pub body: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReportResolved {
    pub at: Instant,
    /// The lead it turned out to be about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_id: Option<LeadId>,
    pub person: Resolution,
}

/// What a person decided, in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Resolution {
    pub text: String,
}
