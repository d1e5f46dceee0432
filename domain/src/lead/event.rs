//! What can happen to a lead? The stored shapes: a change here needs a new version and an upcaster (see [`crate::stored`]).

use crate::ids::{AgentId, BatchId, LeadId};
use crate::lead::attempt::DialPolicy;
use crate::lead::submission::{LeadSubmitted, SubmissionAnswered};
use crate::phone::Phone;
use crate::status::{Axis, Disposition, PanelStatus, Stage, words};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use super::attempt_event::{
    AttemptReported, CallDeleted, CallPlaced, CallPlanned, Direction, FactAdded, ProviderCall,
};
pub use super::sales_event::{
    AssignmentWeighed, Campaign, CampaignRecorded, Candidate, LeadGraded, LeadValued,
};

/// Everything that can happen to a lead, in the words of the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadEvent {
    LeadCaptured(Box<LeadCaptured>),
    LeadDetailsChanged(Box<LeadDetailsChanged>),
    LeadAssigned(LeadAssigned),
    LeadScheduled(LeadScheduled),
    LeadLeased(LeadLeased),
    AttemptReported(Box<AttemptReported>),
    AttemptRevised(Box<FactAdded>),
    AttemptAnnotated(Box<FactAdded>),
    StageSet(StageSet),
    NoteAdded(NoteAdded),
    PanelStatusSet(PanelStatusSet),
    SuppressionLifted(SuppressionLifted),
    LeadRequeued(LeadRequeued),
    LeadClosed(LeadClosed),
    LeadDeleted(LeadDeleted),
    LeadStatusChanged(LeadStatusChanged),
    ExternalRefAdded(ExternalRefAdded),
    InterestRecorded(InterestRecorded),
    DuplicateSuspected(DuplicateSuspected),
    LeadSubmitted(LeadSubmitted),
    SubmissionAnswered(SubmissionAnswered),
    LeadTakenUp(LeadTakenUp),
    CallPlaced(CallPlaced),
    CallPlanned(Box<CallPlanned>),
    CallDeleted(CallDeleted),
    HoursOverridden(HoursOverridden),
    LeadGraded(LeadGraded),
    CampaignRecorded(CampaignRecorded),
    AssignmentWeighed(AssignmentWeighed),
    LeadValued(LeadValued),
}

impl LeadEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LeadCaptured(_) => "lead_captured",
            Self::LeadDetailsChanged(_) => "lead_details_changed",
            Self::LeadAssigned(_) => "lead_assigned",
            Self::LeadScheduled(_) => "lead_scheduled",
            Self::LeadLeased(_) => "lead_leased",
            Self::AttemptReported(_) => "attempt_reported",
            Self::AttemptRevised(_) => "attempt_revised",
            Self::AttemptAnnotated(_) => "attempt_annotated",
            Self::StageSet(_) => "stage_set",
            Self::NoteAdded(_) => "note_added",
            Self::PanelStatusSet(_) => "panel_status_set",
            Self::SuppressionLifted(_) => "suppression_lifted",
            Self::LeadRequeued(_) => "lead_requeued",
            Self::LeadClosed(_) => "lead_closed",
            Self::LeadDeleted(_) => "lead_deleted",
            Self::LeadStatusChanged(_) => "lead_status_changed",
            Self::ExternalRefAdded(_) => "external_ref_added",
            Self::InterestRecorded(_) => "interest_recorded",
            Self::DuplicateSuspected(_) => "duplicate_suspected",
            Self::LeadSubmitted(_) => "lead_submitted",
            Self::SubmissionAnswered(_) => "submission_answered",
            Self::LeadTakenUp(_) => "lead_taken_up",
            Self::CallPlaced(_) => "call_placed",
            Self::CallPlanned(_) => "call_planned",
            Self::CallDeleted(_) => "call_deleted",
            Self::HoursOverridden(_) => "hours_overridden",
            Self::LeadGraded(_) => "lead_graded",
            Self::CampaignRecorded(_) => "campaign_recorded",
            Self::AssignmentWeighed(_) => "assignment_weighed",
            Self::LeadValued(_) => "lead_valued",
        }
    }

    /// When it happened, by the ledger's clock.
    pub fn at(&self) -> Instant {
        match self {
            Self::LeadCaptured(e) => e.at,
            Self::LeadDetailsChanged(e) => e.at,
            Self::LeadAssigned(e) => e.at,
            Self::LeadScheduled(e) => e.at,
            Self::LeadLeased(e) => e.at,
            Self::AttemptReported(e) => e.at,
            Self::AttemptRevised(e) | Self::AttemptAnnotated(e) => e.at,
            Self::StageSet(e) => e.at,
            Self::NoteAdded(e) => e.at,
            Self::PanelStatusSet(e) => e.at,
            Self::SuppressionLifted(e) => e.at,
            Self::LeadRequeued(e) => e.at,
            Self::LeadClosed(e) => e.at,
            Self::LeadDeleted(e) => e.at,
            Self::LeadStatusChanged(e) => e.at,
            Self::ExternalRefAdded(e) => e.at,
            Self::InterestRecorded(e) => e.at,
            Self::DuplicateSuspected(e) => e.at,
            Self::LeadSubmitted(e) => e.at,
            Self::SubmissionAnswered(e) => e.at,
            Self::LeadTakenUp(e) => e.at,
            Self::CallPlaced(e) => e.at,
            Self::CallPlanned(e) => e.at,
            Self::CallDeleted(e) => e.at,
            Self::HoursOverridden(e) => e.at,
            Self::LeadGraded(e) => e.at,
            Self::CampaignRecorded(e) => e.at,
            Self::AssignmentWeighed(e) => e.at,
            Self::LeadValued(e) => e.at,
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        if matches!(self, Self::LeadRequeued(_)) { "1.1" } else { "1.0" }
    }
}

words! {
    /// Where a lead came from.
    Source {
        DialerReport = "dialer_report",
        FromDialer = "from_dialer",
        Panel = "panel",
        Import = "import",
        Scheduling = "scheduling",
        Manual = "manual",
        Website = "website",
        Facebook = "facebook",
        Instagram = "instagram",
    }
}

impl Source {
    /// Whether it came by the telecaller CRM, where one number may have several leads.
    pub const fn is_sale(self) -> bool {
        match self {
            Self::Manual | Self::Website | Self::Facebook | Self::Instagram => true,
            Self::DialerReport | Self::FromDialer | Self::Panel | Self::Import | Self::Scheduling => false,
        }
    }
}

/// The personal values of a lead. Absent members say nothing.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whatever else a client gave, by the client's own names.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadCaptured {
    pub at: Instant,
    pub num: i64,
    pub source: Source,
    pub stage: Stage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    #[serde(default)]
    pub priority: i16,
    /// When to dial first; `None` = at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_at: Option<Instant>,
    pub person: Person,
}

/// Members of `person` that are present replace what was known; `cleared` names those that are no longer known.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadDetailsChanged {
    pub at: Instant,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cleared: Vec<String>,
    pub person: Person,
}

words! {
    /// What made somebody responsible for a lead.
    AssignmentCause {
        Attempt = "attempt",
        Interest = "interest",
        Person = "person",
        Automatic = "automatic",
    }
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadAssigned {
    pub at: Instant,
    /// `None`: nobody.
    pub agent_id: Option<AgentId>,
    pub cause: AssignmentCause,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadScheduled {
    pub at: Instant,
    pub due_at: Instant,
    /// Higher is dialed first.
    pub priority: i16,
}

/// Its next call may be made outside its agent's business hours, because somebody says so (C-21).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct HoursOverridden {
    pub at: Instant,
    pub person: OverrideReason,
}

/// Why, in somebody's own words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OverrideReason {
    pub reason: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadLeased {
    pub at: Instant,
    pub batch_id: BatchId,
    pub expires_at: Instant,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StageSet {
    pub at: Instant,
    pub stage: Stage,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NoteAdded {
    pub at: Instant,
    pub person: Note,
}

/// Free text about a lead.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    pub text: String,
}

/// People set MISSED, BUSY, POWER_OFF or BANNED; IN_QUEUE is [`LeadRequeued`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PanelStatusSet {
    pub at: Instant,
    pub status: PanelStatus,
    pub policy: DialPolicy,
}

/// Back to the queue, with all attempts to spend again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadRequeued {
    pub at: Instant,
    /// Whether a panel user said so, which lifts the suppression (C-44). Version 1.0 does not say: each requeue lifted
    /// it then. A default turns 1.0 into 1.1, and not a turned payload, because stock `postgres-es` reads it too; a
    /// release that knows only 1.0 refuses 1.1 and does not lift what must stay.
    #[serde(default = "LeadRequeued::lifted_ever")]
    pub lifts_suppression: bool,
}

impl LeadRequeued {
    const fn lifted_ever() -> bool {
        true
    }
}

/// The number may be dialed again, because a person says so (C-44).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SuppressionLifted {
    pub at: Instant,
    pub person: OverrideReason,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadClosed {
    pub at: Instant,
    pub disposition: Disposition,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadDeleted {
    pub at: Instant,
}

/// A record of what people see moving; folds ignore it, `verify` checks it against them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadStatusChanged {
    pub at: Instant,
    /// The stored type of the event that moved it.
    pub cause: String,
    pub changes: Vec<StatusChange>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StatusChange {
    pub axis: Axis,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A lead's id in another system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExternalRef {
    /// Which system: the name of the credential that its ids come by.
    pub source: String,
    pub id: String,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ExternalRefAdded {
    pub at: Instant,
    pub external_ref: ExternalRef,
}

words! {
    /// By which of its names an agent was found.
    ResolvedVia {
        DialerUserId = "dialer_user_id",
        Username = "username",
    }
}

/// An agent clicked "Interested".
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct InterestRecorded {
    pub at: Instant,
    pub agent_id: AgentId,
    pub resolved_via: ResolvedVia,
}

/// Another lead may be the same person; nothing is merged by itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DuplicateSuspected {
    pub at: Instant,
    pub lead_ids: Vec<LeadId>,
}

/// A person works on it again: no longer closed, and not queued for the dialer as a new one either (C-22).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeadTakenUp {
    pub at: Instant,
}
