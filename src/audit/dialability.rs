//! Why is a lead dialed or not, now or as of some time, and which event decided it? The gates are those of next-batch;
//! a lead's state knows which of its events decided them.

use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use domain::agent::Agent;
use domain::dialing::Dialing;
use domain::dialing::gate::ClosedReason;
use domain::keys::Key;
use domain::lead::Lead;
use domain::lead::dialability::{Circumstances, LeadGate};
use domain::lead::state::Lease;
use domain::stream::{State, StreamId, StreamKind};
use domain::time::Instant;
use projections::steps::{self, Place, Step};
use std::collections::HashMap;
use uuid::Uuid;

/// A gate on the way to a call.
#[derive(Clone, Debug)]
pub struct Gate {
    pub name: &'static str,
    /// What it says, if it is closed.
    pub closed_by: Option<String>,
    /// When it opens by itself, if that is known.
    pub opens_at: Option<Instant>,
    /// The event that made it what it is; `None` where nothing ever spoke of it.
    pub decided_by: Option<Decision>,
}

/// An event that decided something.
#[derive(Clone, Debug)]
pub struct Decision {
    pub position: i64,
    pub recorded_at: Instant,
    pub event_type: String,
    pub stream: StreamId,
}

/// A stream as it was, and how it came to be so.
struct Past {
    stream: StreamId,
    steps: Vec<Step>,
    state: State,
}

impl Past {
    /// The last events that changed what is looked at.
    fn deciding<T: PartialEq, const N: usize>(
        &self,
        looked_at: impl Fn(&State) -> [T; N],
    ) -> [Option<Decision>; N] {
        steps::deciding(self.stream, &self.steps, looked_at).map(|step| {
            step.map(|step| Decision {
                position: step.position,
                recorded_at: step.recorded_at,
                event_type: step.event.name().to_owned(),
                stream: self.stream,
            })
        })
    }
}

/// What other leads of the same number mean for it.
#[derive(Default)]
struct Elsewhere {
    is_banned: bool,
    /// The event that banned the number, by stream and sequence.
    ban: Option<(StreamId, i64)>,
    leased_until: Option<Instant>,
    lease: Option<(StreamId, i64)>,
}

impl Ledger {
    /// A lead as it was once recorded up to `as_of` (`None`: as it is), deleted ones too.
    pub async fn lead_as_of(&self, id: Uuid, as_of: Option<Instant>) -> Result<State, RecordError> {
        let stream = StreamId::new(StreamKind::Lead, id);
        let Some(as_of) = as_of else { return Ok(self.current(stream).await?.state) };
        let mut conn = self.pool().acquire().await?;
        Ok(steps::state_as_of(&mut conn, stream, as_of).await?)
    }

    /// Every gate between a lead and its next call at `at`, by what was recorded up to `as_of` (`None`: all).
    pub async fn gates(
        &self,
        id: Uuid,
        at: Instant,
        as_of: Option<Instant>,
    ) -> Result<Option<Vec<Gate>>, RecordError> {
        let state = self.lead_as_of(id, as_of).await?;
        let Some(lead) = state.as_lead().filter(|lead| lead.exists() && lead.deleted_at.is_none()) else {
            return Ok(None);
        };
        let dialing = self.past(StreamId::DIALING, as_of).await?;
        let agent = match lead.agent_id {
            Some(agent_id) => Some(self.past(StreamId::new(StreamKind::Agent, agent_id.0), as_of).await?),
            None => None,
        };
        let elsewhere = self.elsewhere(id, lead, at, as_of).await?;
        let stream = StreamId::new(StreamKind::Lead, id);
        let own = LeadGate::ALL.iter().filter_map(|gate| Some((stream, lead.decided.sequence(*gate)?)));
        let wanted: Vec<_> = own.chain(elsewhere.ban).chain(elsewhere.lease).collect();
        let mut conn = self.pool().acquire().await?;
        let places = Places(steps::places(&mut conn, &wanted).await?);
        let mut gates = ledger_gates(&dialing, at);
        gates.extend(lead_gates(stream, lead, agent.as_ref(), &elsewhere, &places, at));
        Ok(Some(gates))
    }

    async fn past(&self, stream: StreamId, as_of: Option<Instant>) -> Result<Past, RecordError> {
        let mut conn = self.pool().acquire().await?;
        let steps = steps::load(&mut conn, stream, as_of).await?;
        let state = steps::fold(stream, steps.iter().cloned());
        Ok(Past { stream, steps, state })
    }

    /// The ban and the lease that other leads of the number hold. Of now, the keys tell, which next-batch asks too.
    async fn elsewhere(
        &self,
        id: Uuid,
        lead: &Lead,
        at: Instant,
        as_of: Option<Instant>,
    ) -> Result<Elsewhere, RecordError> {
        let mut elsewhere = Elsewhere::default();
        let Some(phone) = lead.phone_key() else { return Ok(elsewhere) };
        if as_of.is_none() {
            elsewhere.is_banned = self.find_key(&Key::suppressed(&phone)).await?.is_some();
            let is_leased = lead.lease.is_none() && self.find_key(&Key::lease(&phone)).await?.is_some();
            elsewhere.leased_until = is_leased.then_some(at);
        }
        for other in self.views().leads_ever_by_phone(&phone).await? {
            if other == id {
                continue;
            }
            let state = self.lead_as_of(other, as_of).await?;
            let Some(lead) = state.as_lead().filter(|lead| lead.phone_key().as_ref() == Some(&phone)) else {
                continue;
            };
            // Decided by the later of the two: the gate's own event, or the one that gave the lead this number.
            let decided = |gate| {
                let sequences = [lead.decided.sequence(gate), lead.decided.sequence(LeadGate::Phone)];
                let sequence = sequences.into_iter().flatten().max()?;
                Some((StreamId::new(StreamKind::Lead, other), sequence))
            };
            if lead.is_suppressed() {
                elsewhere.is_banned = true;
                elsewhere.ban = elsewhere.ban.or(decided(LeadGate::Suppression));
            }
            let is_of_phone = |lease: &&Lease| lease.phone_key.as_ref() == Some(&phone);
            let until = lead.lease.as_ref().filter(is_of_phone).map(|lease| lease.expires_at);
            if let Some(until) = until.filter(|until| *until > at) {
                elsewhere.leased_until = elsewhere.leased_until.max(Some(until));
                elsewhere.lease = elsewhere.lease.or(decided(LeadGate::Lease));
            }
        }
        Ok(elsewhere)
    }
}

/// Where the deciding events stand in the log.
struct Places(HashMap<(StreamId, i64), Place>);

impl Places {
    fn decision(&self, event: Option<(StreamId, i64)>) -> Option<Decision> {
        let (stream, sequence) = event?;
        let place = self.0.get(&(stream, sequence))?.clone();
        let Place { position, recorded_at, event_type } = place;
        Some(Decision { position, recorded_at, event_type, stream })
    }
}

/// Those of the whole ledger, in the order in which they speak (C-20).
fn ledger_gates(dialing: &Past, at: Instant) -> Vec<Gate> {
    let of = |state: &State| state.as_dialing().cloned().unwrap_or_default();
    let now = of(&dialing.state);
    let [switch, holiday, window] = dialing.deciding(|state| {
        let dialing: &Dialing = &of(state);
        let zone = dialing.timezone.clone();
        [
            // Opening the ledger switched it on.
            format!("{} {}", dialing.schedule_version > 0, dialing.enabled),
            format!("{} {:?} {zone}", dialing.skip_holidays, dialing.holidays),
            format!("{:?} {zone}", dialing.windows),
        ]
    });
    let reasons = now.closed_reasons(at);
    let gate = |name, closing: &[ClosedReason], decided_by| {
        let reason = reasons.iter().find(|reason| closing.contains(reason));
        Gate { name, closed_by: reason.map(ToString::to_string), opens_at: None, decided_by }
    };
    vec![
        gate("switch", &[ClosedReason::Disabled], switch),
        gate("holiday", &[ClosedReason::Holiday], holiday),
        gate("window", &[ClosedReason::NoWindow, ClosedReason::OutsideAllowedTimeWindow], window),
    ]
}

/// Those of the lead, its number and its agent.
fn lead_gates(
    stream: StreamId,
    lead: &Lead,
    agent: Option<&Past>,
    elsewhere: &Elsewhere,
    places: &Places,
    at: Instant,
) -> Vec<Gate> {
    let hours =
        |state: &State| state.as_agent().and_then(|agent: &std::sync::Arc<Agent>| agent.hours.clone());
    let agents_hours = agent.and_then(|agent| hours(&agent.state));
    let circumstances = Circumstances {
        at,
        hours: agents_hours.as_ref(),
        is_banned_elsewhere: elsewhere.is_banned,
        is_leased_elsewhere: elsewhere.leased_until.is_some(),
    };
    let set_hours = agent.and_then(|agent| agent.deciding(|state| [hours(state)])[0].clone());
    lead.gates(&circumstances)
        .into_iter()
        .map(|(gate, refusal)| {
            let own = lead.decided.sequence(gate).map(|sequence| (stream, sequence));
            let (opens_at, decided_by) = match gate {
                LeadGate::Deletion | LeadGate::Phone | LeadGate::Attempts => (None, places.decision(own)),
                LeadGate::Suppression => {
                    (None, places.decision(elsewhere.ban.filter(|_| !lead.is_suppressed()).or(own)))
                }
                LeadGate::Due => (Some(lead.queue().due_at), places.decision(own)),
                LeadGate::Lease => {
                    let own_until =
                        lead.lease.as_ref().map(|lease| lease.expires_at).filter(|until| *until > at);
                    let decided = elsewhere.lease.filter(|_| own_until.is_none()).or(own);
                    let until = own_until.or(elsewhere.leased_until.filter(|until| *until > at));
                    (until, places.decision(decided))
                }
                // The later of the two: whose hours hold, and which they are.
                LeadGate::BusinessHours => (None, later(places.decision(own), set_hours.clone())),
            };
            Gate {
                name: gate.as_str(),
                closed_by: refusal.map(|refusal| refusal.to_string()),
                opens_at: opens_at.filter(|_| refusal.is_some()),
                decided_by,
            }
        })
        .collect()
}

/// The later of two decisions.
fn later(one: Option<Decision>, other: Option<Decision>) -> Option<Decision> {
    [one, other].into_iter().flatten().max_by_key(|decision| decision.position)
}
