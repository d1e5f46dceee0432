//! What holds of an attempt when several reports speak of it? A pure function of the facts, not of their order (C-43).

use crate::ids::{AgentId, FactId};
use crate::outcome::Outcome;
use crate::status::words;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// Who says it. A person's word outranks any machine's.
    FactSource {
        Machine = "machine",
        Person = "person",
    }
}

/// Words and names in a report: personal, so they live in the event's `person` member.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Remarks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcript_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

impl Remarks {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One statement about an attempt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fact {
    pub id: FactId,
    pub source: FactSource,
    /// When the ledger took it.
    pub at: Instant,
    pub outcome: Outcome,
    pub agent_id: Option<AgentId>,
    pub duration_seconds: Option<u32>,
    pub remarks: Remarks,
}

impl Fact {
    /// What orders facts: person over machine; then for persons the time, for machines the rank; then the id.
    fn weight(&self) -> (FactSource, Instant, Outcome, FactId) {
        // That a call goes on is no verdict, whoever says so: its end is still to come.
        if self.source == FactSource::Person && self.outcome.is_final() {
            (FactSource::Person, self.at, self.outcome, self.id)
        } else {
            (FactSource::Machine, Instant::UNIX_EPOCH, self.outcome, self.id)
        }
    }
}

/// What the facts amount to: the outcome of the greatest, and every other field from the greatest that has it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verdict {
    pub outcome: Option<Outcome>,
    pub agent_id: Option<AgentId>,
    pub duration_seconds: Option<u32>,
    pub remarks: Remarks,
}

/// The verdict over the facts of one attempt, in whatever order they came.
pub fn verdict(facts: &[Fact]) -> Verdict {
    if let [only] = facts {
        return Verdict {
            outcome: Some(only.outcome),
            agent_id: only.agent_id,
            duration_seconds: only.duration_seconds,
            remarks: only.remarks.clone(),
        };
    }
    let mut by_weight: Vec<&Fact> = facts.iter().collect();
    by_weight.sort_by_key(|fact| std::cmp::Reverse(fact.weight()));
    let first =
        |pick: fn(&Remarks) -> &Option<String>| by_weight.iter().find_map(|f| pick(&f.remarks).clone());
    Verdict {
        outcome: by_weight.first().map(|fact| fact.outcome),
        agent_id: by_weight.iter().find_map(|fact| fact.agent_id),
        duration_seconds: by_weight.iter().find_map(|fact| fact.duration_seconds),
        remarks: Remarks {
            reason: first(|r| &r.reason),
            user_message: first(|r| &r.user_message),
            recording_url: first(|r| &r.recording_url),
            transcript_url: first(|r| &r.transcript_url),
            summary: first(|r| &r.summary),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn fact() -> impl Strategy<Value = Fact> {
        let remarks = (proptest::option::of("[a-c]"), proptest::option::of("[d-f]"));
        (
            any::<u128>(),
            any::<bool>(),
            0i64..5,
            0..Outcome::ALL.len(),
            proptest::option::of(0u128..3),
            remarks,
        )
            .prop_map(|(id, person, at, outcome, agent, (reason, user_message))| Fact {
                id: FactId(Uuid::from_u128(id)),
                source: if person { FactSource::Person } else { FactSource::Machine },
                at: Instant::from_timestamp(at, 0).unwrap(),
                outcome: Outcome::ALL[outcome],
                agent_id: agent.map(|id| AgentId(Uuid::from_u128(id))),
                duration_seconds: None,
                remarks: Remarks { reason, user_message, ..Remarks::default() },
            })
    }

    proptest! {
        #[test]
        fn any_order_of_the_same_facts_gives_the_same_verdict(
            (facts, shuffled) in proptest::collection::vec(fact(), 1..7)
                .prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))
        ) {
            prop_assert_eq!(verdict(&facts), verdict(&shuffled));
        }

        #[test]
        fn a_fact_is_never_outranked_by_a_machine_that_knows_less(facts in proptest::collection::vec(fact(), 1..7)) {
            let outcome = verdict(&facts).outcome.unwrap();
            if facts.iter().all(|fact| fact.source == FactSource::Machine) {
                prop_assert!(facts.iter().all(|fact| fact.outcome <= outcome));
            }
        }
    }
}
