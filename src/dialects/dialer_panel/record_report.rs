//! What is recorded of a report (C-17, C-18)? The attempt on its lead, the switch if the report turns it, a dead letter where
//! no lead can be found; the same report again gets the first answer.

use super::caller::{DIALECT, Dialer};
use super::reject::Body;
use super::report::Report;
use super::report_result::Reply;
use super::resolve::{self, About};
use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::quarantine::keep;
use crate::ledger::record::Action;
use chrono::Duration;
use chrono_tz::Tz;
use domain::Refusal;
use domain::dead_letter::event::QuarantineReason;
use domain::dialing::set_switch::{SetSwitch, SwitchedBy};
use domain::dialing::{Dialing, DialingCommand, decide as decide_dialing};
use domain::ids::{AgentId, AttemptId, FactId, LeadId};
use domain::keys::{Key, TakeKey};
use domain::lead::LeadCommand;
use domain::lead::attempt::Warning;
use domain::lead::capture::CaptureLead;
use domain::lead::event::{Person, Source};
use domain::lead::report_attempt::ReportAttempt;
use domain::phone::{Phone, Region};
use domain::principal::Scope;
use domain::status::Stage;
use domain::stream::{StreamId, StreamKind};
use domain::verdict::FactSource;
use std::sync::Arc;
use uuid::Uuid;

/// How long an `Idempotency-Key` keeps its answer, in days.
const IDEMPOTENCY_DAYS: i64 = 7;
/// How long an identical report without a time of its own is the same report, in seconds.
const CONTENT_SECONDS: i64 = 10;

/// What the decision came to.
pub enum Told {
    Reply {
        reply: Reply,
        is_replay: bool,
    },
    /// The `Idempotency-Key` came with another body before.
    KeyReused,
    /// The ledger's zone is another by now: times without an offset mean something else.
    ZoneMoved(Tz),
}

/// A report to record, and how it came.
pub struct Record<'a> {
    pub dialer: &'a Dialer,
    pub report: &'a Report,
    /// In which its times were read.
    pub zone: Tz,
    pub body: &'a Body,
    pub body_hash: &'a str,
    /// The hash of the `Idempotency-Key`.
    pub key: Option<String>,
}

impl Action for Record<'_> {
    type Answer = Told;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Told, RecordError> {
        let machine = &self.dialer.machine;
        let credential = desk.credential(machine.id).await?;
        if !credential.keys.contains(&machine.fingerprint) {
            return Err(Refusal::CredentialIsUnknown.into());
        }
        let receipt = self.receipt(desk.now());
        if let Some(take) = &receipt
            && let Some(held) = desk.key(&take.key).await?
        {
            let first = held.outcome.and_then(|outcome| serde_json::from_value(outcome).ok());
            return Ok(match first {
                Some(reply) if held.holder == take.holder => Told::Reply { reply, is_replay: true },
                _ => Told::KeyReused,
            });
        }
        let region = credential.region().parse().unwrap_or_default();
        let dialing = desk.dialing().await?;
        if dialing.zone() != self.zone {
            return Ok(Told::ZoneMoved(dialing.zone()));
        }
        let (reply, is_replay) = match resolve::lead(desk, self.report, region).await? {
            About::Nobody(reason) => return self.quarantine(desk, &dialing, reason, receipt).await,
            About::Lead { id, warnings } => {
                match self.report_on(desk, id, warnings, &dialing, region).await {
                    Err(RecordError::Refused(Refusal::LeadIsFull)) => {
                        let reason = QuarantineReason::LeadIsFull;
                        return self.quarantine(desk, &dialing, reason, receipt).await;
                    }
                    told => told?,
                }
            }
            About::New { phone, mut warnings } => {
                let id = capture(desk, phone).await?;
                warnings.push(Warning::LeadCreated);
                self.report_on(desk, id, warnings, &dialing, region).await?
            }
        };
        if let (Some(take), false) = (receipt, is_replay) {
            desk.take(TakeKey { outcome: serde_json::to_value(&reply).ok(), ..take });
        }
        Ok(Told::Reply { reply, is_replay })
    }
}

impl Record<'_> {
    /// The key under which the answer is kept, if the report has no identity of its own.
    fn receipt(&self, now: domain::time::Instant) -> Option<TakeKey> {
        let credential = self.dialer.machine.id.into();
        let (key, until) = match &self.key {
            Some(digest) => {
                (Key::idempotency(credential, digest), Some(now + Duration::days(IDEMPOTENCY_DAYS)))
            }
            // A time that cannot be read still tells this report from others: sent again, it is this one for ever.
            None if self.report.is_time_unread => (Key::content(credential, self.body_hash), None),
            None if self.report.attempted_at.is_none() => {
                (Key::content(credential, self.body_hash), Some(now + Duration::seconds(CONTENT_SECONDS)))
            }
            None => return None,
        };
        Some(TakeKey { key, holder: self.body_hash.to_owned(), until, outcome: None })
    }

    async fn report_on(
        &self,
        desk: &mut Desk<'_>,
        id: Uuid,
        mut warnings: Vec<Warning>,
        dialing: &Arc<Dialing>,
        region: Region,
    ) -> Result<(Reply, bool), RecordError> {
        let lead = desk.lead(id).await?;
        let (agent, agent_warning) = resolve::agent(desk, self.report, &lead, region).await?;
        warnings.extend(&self.report.warnings);
        warnings.extend(agent_warning);
        let responsible = match (&agent, lead.agent_id) {
            (Some((_, agent)), _) => Some(agent.clone()),
            (None, Some(agent_id)) => Some(desk.agent(agent_id.0).await?),
            (None, None) => None,
        };
        let mut command = ReportAttempt {
            at: desk.now(),
            attempt_id: AttemptId(desk.new_id()),
            fact_id: FactId(desk.new_id()),
            batch_id: self.report.batch_id,
            attempted_at: self.report.attempted_at.unwrap_or(desk.now()),
            source: FactSource::Machine,
            outcome: self.report.outcome,
            agent_id: agent.map(|(id, _)| AgentId(id)),
            duration_seconds: None,
            policy: responsible.map_or(dialing.policy, |agent| agent.policy),
            call_allowed: dialing.enabled,
            warnings,
            remarks: self.report.remarks.clone(),
        };
        if let Some(first) = command.answer(&lead) {
            return Ok((Reply::recorded(lead.num, first), true));
        }
        // Before anything is laid on the desk: a report that is refused goes to the dead letters.
        command.require_room(&lead)?;
        let (is_enabled, ignored) = self.switch(desk, dialing, Some(LeadId(id)), command.attempted_at)?;
        command.call_allowed = is_enabled;
        command.warnings.extend(ignored);
        let lead = desk.decide_lead(id, &LeadCommand::ReportAttempt(Box::new(command.clone()))).await?;
        let told =
            command.answer(&lead).ok_or_else(|| RecordError::Internal("a report left no fact".to_owned()))?;
        Ok((Reply::recorded(lead.num, told), false))
    }

    /// Flips the switch if the report says so and may (B-111, C-18); answers whether dialing is on.
    fn switch(
        &self,
        desk: &mut Desk<'_>,
        dialing: &Dialing,
        lead_id: Option<LeadId>,
        attempted_at: domain::time::Instant,
    ) -> Result<(bool, Option<Warning>), RecordError> {
        let Some(enabled) = self.report.call_allowed else { return Ok((dialing.enabled, None)) };
        let is_permitted = self.dialer.machine.credential.has(Scope::DialerSwitch);
        let by = SwitchedBy::Report { attempted_at, lead_id, is_permitted };
        let command = SetSwitch { at: desk.now(), enabled, by };
        let ignored = command.ignored(dialing);
        desk.append(StreamId::DIALING, decide_dialing(dialing, &DialingCommand::SetSwitch(command))?);
        Ok((if ignored.is_some() { dialing.enabled } else { enabled }, ignored))
    }

    /// Keeps a report that no lead can be found for, or whose lead is full. Sent again, it is the same report for a week.
    async fn quarantine(
        &self,
        desk: &mut Desk<'_>,
        dialing: &Dialing,
        reason: QuarantineReason,
        receipt: Option<TakeKey>,
    ) -> Result<Told, RecordError> {
        let take = receipt.unwrap_or_else(|| TakeKey {
            key: Key::content(self.dialer.machine.id.into(), self.body_hash),
            holder: self.body_hash.to_owned(),
            until: Some(desk.now() + Duration::days(IDEMPOTENCY_DAYS)),
            outcome: None,
        });
        if let Some(first) = desk.key(&take.key).await?.and_then(|held| held.outcome)
            && let Ok(reply) = serde_json::from_value(first)
        {
            return Ok(Told::Reply { reply, is_replay: true });
        }
        let stated = self.report.attempted_at.unwrap_or(desk.now());
        let (is_enabled, ignored) = self.switch(desk, dialing, None, stated)?;
        keep(desk, DIALECT, reason, &String::from_utf8_lossy(&self.body.bytes)).await?;
        let reply = Reply::quarantined(self.report, is_enabled, ignored);
        desk.take(TakeKey { outcome: serde_json::to_value(&reply).ok(), ..take });
        Ok(Told::Reply { reply, is_replay: false })
    }
}

/// A lead that nobody told us of before its first call.
async fn capture(desk: &mut Desk<'_>, phone: Phone) -> Result<Uuid, RecordError> {
    let id = desk.begin(StreamKind::Lead);
    let command = LeadCommand::Capture(Box::new(CaptureLead {
        at: desk.now(),
        num: desk.num(StreamKind::Lead).await?,
        source: Source::DialerReport,
        stage: Stage::New,
        agent_id: None,
        priority: 0,
        schedule_at: None,
        person: Person { phone: Some(phone), ..Person::default() },
    }));
    desk.decide_lead(id, &command).await?;
    Ok(id)
}
