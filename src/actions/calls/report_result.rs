//! What is recorded of a report (C-17, C-18)? The attempt on its lead, the switch if the report turns it, a dead letter where
//! no lead can be found; the same report again gets the first answer.

use super::report_answer::ReportAnswer;
use super::reported_on::{self, About};
use crate::actions::dead_letters::quarantine::keep;
use crate::actions::people::machines::Machine;
use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use chrono::Duration;
use chrono_tz::Tz;
use domain::Refusal;
use domain::dead_letter::event::QuarantineReason;
use domain::dialing::set_switch::{SetSwitch, SwitchedBy};
use domain::dialing::{Dialing, DialingCommand, decide as decide_dialing};
use domain::ids::{AgentId, AnyId, AttemptId, BatchId, FactId, LeadId};
use domain::keys::{Key, TakeKey};
use domain::lead::LeadCommand;
use domain::lead::attempt::Warning;
use domain::lead::capture::CaptureLead;
use domain::lead::event::{Person, Source};
use domain::lead::report_attempt::ReportAttempt;
use domain::outcome::Outcome;
use domain::phone::{Phone, Region};
use domain::principal::Scope;
use domain::status::Stage;
use domain::stream::{StreamId, StreamKind};
use domain::time::Instant;
use domain::verdict::{FactSource, Remarks};
use std::sync::Arc;
use uuid::Uuid;

/// How long an `Idempotency-Key` keeps its answer, in days.
const IDEMPOTENCY_DAYS: i64 = 7;
/// How long an identical report without a time of its own is the same report, in seconds.
const CONTENT_SECONDS: i64 = 10;

/// What a dialer says of a call.
#[derive(Clone, Debug)]
pub struct CallReport {
    /// In any of its spellings (C-02).
    pub number_id: Option<AnyId>,
    /// As written, never blank.
    pub phone_number: Option<String>,
    pub outcome: Outcome,
    pub batch_id: Option<BatchId>,
    /// As stated; `None` if it was not, or cannot be read.
    pub attempted_at: Option<Instant>,
    /// A time is stated and cannot be read: what else is said tells this report from others (C-17).
    pub is_time_unread: bool,
    pub agent_id: Option<AnyId>,
    pub agent_phone: Option<String>,
    pub call_allowed: Option<bool>,
    pub remarks: Remarks,
    pub warnings: Vec<Warning>,
}

/// What the decision came to.
pub enum Decision {
    Answer {
        answer: ReportAnswer,
        is_replay: bool,
    },
    /// The `Idempotency-Key` came with another body before.
    KeyReused,
    /// The ledger's zone is another by now: times without an offset mean something else.
    ZoneMoved(Tz),
}

/// A report to record, and how it came.
pub struct ReportResult<'a> {
    pub machine: &'a Machine,
    /// The dialect that the report came in.
    pub dialect: &'static str,
    pub report: &'a CallReport,
    /// In which its times were read.
    pub zone: Tz,
    /// The body as it was sent.
    pub body: &'a [u8],
    pub body_hash: &'a str,
    /// The hash of the `Idempotency-Key`.
    pub key: Option<String>,
}

impl Action for ReportResult<'_> {
    type Answer = Decision;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Decision, RecordError> {
        let machine = self.machine;
        let credential = desk.credential(machine.id).await?;
        if !credential.keys.contains(&machine.fingerprint) {
            return Err(Refusal::CredentialIsUnknown.into());
        }
        let receipt = self.receipt(desk.now());
        if let Some(take) = &receipt
            && let Some(held) = desk.key(&take.key).await?
        {
            let first = held.outcome.as_ref().and_then(ReportAnswer::read);
            return Ok(match first {
                Some(answer) if held.holder == take.holder => Decision::Answer { answer, is_replay: true },
                _ => Decision::KeyReused,
            });
        }
        let region = credential.region().parse().unwrap_or_default();
        let dialing = desk.dialing().await?;
        if dialing.zone() != self.zone {
            return Ok(Decision::ZoneMoved(dialing.zone()));
        }
        let (answer, is_replay) = match reported_on::lead(desk, self.report, region).await? {
            About::Nobody(reason) => return self.quarantine(desk, &dialing, reason, receipt).await,
            About::Lead { id, warnings } => {
                match self.report_on(desk, id, warnings, &dialing, region).await {
                    Err(RecordError::Refused(Refusal::LeadIsFull)) => {
                        let reason = QuarantineReason::LeadIsFull;
                        return self.quarantine(desk, &dialing, reason, receipt).await;
                    }
                    reported => reported?,
                }
            }
            About::New { phone, mut warnings } => {
                let id = capture(desk, phone).await?;
                warnings.push(Warning::LeadCreated);
                self.report_on(desk, id, warnings, &dialing, region).await?
            }
        };
        if let (Some(take), false) = (receipt, is_replay) {
            desk.take(TakeKey { outcome: Some(answer.kept()), ..take });
        }
        Ok(Decision::Answer { answer, is_replay })
    }
}

impl ReportResult<'_> {
    /// The key under which the answer is kept, if the report has no identity of its own.
    fn receipt(&self, now: Instant) -> Option<TakeKey> {
        let credential = self.machine.id.into();
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
    ) -> Result<(ReportAnswer, bool), RecordError> {
        let lead = desk.lead(id).await?;
        let (agent, agent_warning) = reported_on::agent(desk, self.report, &lead, region).await?;
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
            return Ok((ReportAnswer::recorded(lead.num, first), true));
        }
        // Before anything is laid on the desk: a report that is refused goes to the dead letters.
        command.require_room(&lead)?;
        let (is_enabled, ignored) = self.switch(desk, dialing, Some(LeadId(id)), command.attempted_at)?;
        command.call_allowed = is_enabled;
        command.warnings.extend(ignored);
        let lead = desk.decide_lead(id, &LeadCommand::ReportAttempt(Box::new(command.clone()))).await?;
        let reported =
            command.answer(&lead).ok_or_else(|| RecordError::Internal("a report left no fact".to_owned()))?;
        Ok((ReportAnswer::recorded(lead.num, reported), false))
    }

    /// Flips the switch if the report says so and may (B-111, C-18); answers whether dialing is on.
    fn switch(
        &self,
        desk: &mut Desk<'_>,
        dialing: &Dialing,
        lead_id: Option<LeadId>,
        attempted_at: Instant,
    ) -> Result<(bool, Option<Warning>), RecordError> {
        let Some(enabled) = self.report.call_allowed else { return Ok((dialing.enabled, None)) };
        let is_permitted = self.machine.credential.has(Scope::DialerSwitch);
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
    ) -> Result<Decision, RecordError> {
        let take = receipt.unwrap_or_else(|| TakeKey {
            key: Key::content(self.machine.id.into(), self.body_hash),
            holder: self.body_hash.to_owned(),
            until: Some(desk.now() + Duration::days(IDEMPOTENCY_DAYS)),
            outcome: None,
        });
        if let Some(first) = desk.key(&take.key).await?.and_then(|held| held.outcome)
            && let Some(answer) = ReportAnswer::read(&first)
        {
            return Ok(Decision::Answer { answer, is_replay: true });
        }
        let stated = self.report.attempted_at.unwrap_or(desk.now());
        let (is_enabled, ignored) = self.switch(desk, dialing, None, stated)?;
        keep(desk, self.dialect, reason, &String::from_utf8_lossy(self.body)).await?;
        let answer = ReportAnswer::quarantined(self.report, is_enabled, ignored);
        desk.take(TakeKey { outcome: Some(answer.kept()), ..take });
        Ok(Decision::Answer { answer, is_replay: false })
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
