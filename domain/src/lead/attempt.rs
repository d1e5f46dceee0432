//! What is known of one call attempt? Its facts, the answer given to each, and their verdict.

use super::event::{Direction, ProviderCall};
use crate::ids::{AttemptId, BatchId};
use crate::outcome::Outcome;
use crate::status::{PanelStatus, words};
use crate::time::Instant;
use crate::verdict::{Fact, Verdict, verdict};
use chrono::Duration;
use serde::{Deserialize, Serialize};

/// A stated time further ahead of the ledger's clock than this is taken for a wrong clock (C-17).
const CLOCK_SKEW_SECONDS_MAX: i64 = 300;

/// How often and how soon a lead is dialed again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DialPolicy {
    pub max_attempts: u32,
    pub retry_delay_minutes: u32,
}

impl Default for DialPolicy {
    fn default() -> Self {
        Self { max_attempts: 3, retry_delay_minutes: 60 }
    }
}

impl DialPolicy {
    /// The pause between attempts.
    pub fn retry_delay(self) -> Duration {
        Duration::minutes(i64::from(self.retry_delay_minutes))
    }
}

words! {
    /// What a report did to the lease of the lead.
    LeaseAnswer {
        Matched = "matched",
        Expired = "expired",
        None = "none",
    }
}

words! {
    /// What was odd about a report that was kept all the same.
    Warning {
        NumberIdPhoneMismatch = "number_id_phone_mismatch",
        LeadCreated = "lead_created",
        LeadDeleted = "lead_deleted",
        AgentUnresolved = "agent_unresolved",
        AgentInactive = "agent_inactive",
        ClockSkew = "clock_skew",
        Outranked = "outranked",
        OlderThanNewest = "older_than_newest",
        TextTruncated = "text_truncated",
        SwitchLocked = "switch_locked",
        SwitchNotPermitted = "switch_not_permitted",
        SwitchOutdated = "switch_outdated",
        /// The number must not be dialed: the report moves its status and not that (C-44).
        Suppressed = "suppressed",
        /// More than one number, or an extension: what comes first was taken (C-47).
        PhoneCut = "phone_cut",
        /// Present, and not to be read as a time: the report counts as made when it first came (C-17).
        AttemptedAtUnreadable = "attempted_at_unreadable",
        NumberIdUnreadable = "number_id_unreadable",
        BatchIdUnreadable = "batch_id_unreadable",
        AgentIdUnreadable = "agent_id_unreadable",
        CallAllowedUnreadable = "call_allowed_unreadable",
    }
}

/// What the reporter was told. Kept with the fact, so that the same report gets the same answer for ever.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answered {
    pub status: PanelStatus,
    /// Finished attempts of the lead, this one included.
    pub attempts: u32,
    pub lease: LeaseAnswer,
    /// Whether dialing was switched on.
    pub call_allowed: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// A fact and the answer its reporter got.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AnsweredFact {
    pub fact: Fact,
    pub answered: Answered,
}

/// One call attempt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub id: AttemptId,
    pub batch_id: Option<BatchId>,
    /// As stated by the reporter.
    pub attempted_at: Instant,
    /// When the ledger first heard of it.
    pub recorded_at: Instant,
    pub policy: DialPolicy,
    pub facts: Vec<AnsweredFact>,
    /// The verdict's outcome, kept because every status asks for it.
    pub outcome: Outcome,
    /// Its name at the provider that placed it.
    pub call: Option<ProviderCall>,
    pub direction: Direction,
    /// When a person took it out of the lists; it counts all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Instant>,
}

impl Attempt {
    /// The time that orders attempts: the stated one, unless the reporter's clock runs ahead.
    pub fn ordered_at(&self) -> Instant {
        ordered_at(self.attempted_at, self.recorded_at)
    }

    /// What all its facts amount to.
    pub fn verdict(&self) -> Verdict {
        match self.facts.as_slice() {
            [only] => verdict(std::slice::from_ref(&only.fact)),
            several => verdict(&several.iter().map(|f| f.fact.clone()).collect::<Vec<_>>()),
        }
    }

    /// Takes in a further fact.
    pub fn push(&mut self, fact: AnsweredFact) {
        self.facts.push(fact);
        self.outcome = self.verdict().outcome.unwrap_or(self.outcome);
    }
}

/// Whether a stated time is too far ahead of the ledger's clock to be believed.
pub fn is_skewed(attempted_at: Instant, recorded_at: Instant) -> bool {
    attempted_at > recorded_at + Duration::seconds(CLOCK_SKEW_SECONDS_MAX)
}

/// The stated time, or the ledger's where the stated one is skewed.
pub fn ordered_at(attempted_at: Instant, recorded_at: Instant) -> Instant {
    if is_skewed(attempted_at, recorded_at) { recorded_at } else { attempted_at }
}
