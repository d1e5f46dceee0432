//! `POST /api/dialer/report-result`: what came of a call (B-101 to B-112, C-17, C-18).

use super::caller::{DIALECT, Dialer};
use super::reject::{Body, Reject, Rejected};
use super::report::Report;
use super::resolve::{self, About};
use super::words;
use crate::http::{idempotency, written};
use crate::ledger::desk::Desk;
use crate::ledger::machines::sha256_hex;
use crate::ledger::quarantine::keep;
use crate::ledger::record::Action;
use crate::ledger::{Context, RecordError};
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::Duration;
use chrono_tz::Tz;
use domain::Refusal;
use domain::dead_letter::event::QuarantineReason;
use domain::dialing::set_switch::{SetSwitch, SwitchedBy};
use domain::dialing::{Dialing, DialingCommand, decide as decide_dialing};
use domain::ids::{AgentId, AttemptId, FactId, LeadId};
use domain::keys::{Key, TakeKey};
use domain::lead::LeadCommand;
use domain::lead::attempt::{Answered, LeaseAnswer, Warning};
use domain::lead::capture::CaptureLead;
use domain::lead::event::{Person, Source};
use domain::lead::report_attempt::{ReportAttempt, Reported};
use domain::phone::{Phone, Region};
use domain::principal::Scope;
use domain::status::Stage;
use domain::stream::{StreamId, StreamKind};
use domain::verdict::FactSource;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// How long an `Idempotency-Key` keeps its answer, in days.
const IDEMPOTENCY_DAYS: i64 = 7;
/// How long an identical report without a time of its own is the same report, in seconds.
const CONTENT_SECONDS: i64 = 10;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Reported)]
struct Reply {
    id: Option<i64>,
    status: String,
    ok: bool,
    number_id: Option<i64>,
    attempt_id: Option<Uuid>,
    attempts: u32,
    #[schema(value_type = String)]
    lease: LeaseAnswer,
    call_allowed: bool,
    #[schema(value_type = Vec<String>)]
    warnings: Vec<Warning>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    quarantined: bool,
}

#[derive(ToSchema)]
#[schema(as = Report)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// This, `phone_number`, or both.
    number_id: Option<i64>,
    phone_number: Option<String>,
    #[schema(
        pattern = "^(CONNECTED|FAILED|NOT_INTERESTED|MISSED|HANGUP|DISCONNECTED|BUSY|POWER_OFF|BANNED|UNKNOWN)$"
    )]
    status: String,
    reason: Option<String>,
    user_message: Option<String>,
    /// ISO 8601 with an offset.
    attempted_at: Option<String>,
    batch_id: Option<String>,
    agent_id: Option<i64>,
    agent_phone: Option<String>,
    /// Switches dialing on or off for all.
    call_allowed: Option<bool>,
}

#[utoipa::path(
    post, path = "/api/dialer/report-result", operation_id = "report_result", tag = "dialer",
    summary = "What came of a call",
    params(("Idempotency-Key" = Option<String>, Header)),
    request_body = Request,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    dialer: Dialer,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Rejected> {
    let body_hash = sha256_hex(&body.bytes);
    let context = Context { body_hash: Some(body_hash.clone()), ..dialer.context() };
    let key = idempotency::key(&headers).map(sha256_hex);
    let dialing = app.ledger.dialing_lately().await.map_err(|error| dialer.reject(error))?;
    let mut zone = dialing.zone();
    loop {
        let report = Report::read(&body.json, zone).map_err(|reject| dialer.reject(reject))?;
        let (dialer, body, body_hash) = (&dialer, &body, &*body_hash);
        let action = Record { dialer, report: &report, zone, body, body_hash, key: key.clone() };
        let recorded = app.ledger.record(&context, &action).await.map_err(|error| dialer.reject(error))?;
        let (reply, is_replay) = match recorded.answer {
            Told::Reply { reply, is_replay } => (reply, is_replay),
            Told::KeyReused => return Err(dialer.reject(Reject::IdempotencyKeyReused)),
            Told::ZoneMoved(zone_now) => {
                zone = zone_now;
                continue;
            }
        };
        let written = written::headers(recorded.position, recorded.is_followed, is_replay);
        return Ok((written, Json(reply)).into_response());
    }
}

/// What the decision came to.
enum Told {
    Reply {
        reply: Reply,
        is_replay: bool,
    },
    /// The `Idempotency-Key` came with another body before.
    KeyReused,
    /// The ledger's zone is another by now: times without an offset mean something else.
    ZoneMoved(Tz),
}

struct Record<'a> {
    dialer: &'a Dialer,
    report: &'a Report,
    /// In which its times were read.
    zone: Tz,
    body: &'a Body,
    body_hash: &'a str,
    /// The hash of the `Idempotency-Key`.
    key: Option<String>,
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
            About::New { phone } => {
                let id = capture(desk, phone).await?;
                self.report_on(desk, id, vec![Warning::LeadCreated], &dialing, region).await?
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
            return Ok((reply(lead.num, first), true));
        }
        // Before anything is laid on the desk: a report that is refused goes to the dead letters.
        command.require_room(&lead)?;
        let (is_enabled, ignored) = self.switch(desk, dialing, Some(LeadId(id)), command.attempted_at)?;
        command.call_allowed = is_enabled;
        command.warnings.extend(ignored);
        let lead = desk.decide_lead(id, &LeadCommand::ReportAttempt(Box::new(command.clone()))).await?;
        let told =
            command.answer(&lead).ok_or_else(|| RecordError::Internal("a report left no fact".to_owned()))?;
        Ok((reply(lead.num, told), false))
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
        let status = self.report.outcome.panel_status().map_or("UNKNOWN", words::status);
        let reply = Reply {
            id: self.report.number_id,
            status: status.to_owned(),
            ok: true,
            number_id: self.report.number_id,
            attempt_id: None,
            attempts: 0,
            lease: LeaseAnswer::None,
            call_allowed: is_enabled,
            warnings: self.report.warnings.iter().copied().chain(ignored).collect(),
            quarantined: true,
        };
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

fn reply(num: i64, Reported { attempt_id, answered }: Reported) -> Reply {
    let Answered { status, attempts, lease, call_allowed, warnings } = answered;
    Reply {
        id: Some(num),
        status: words::status(status).to_owned(),
        ok: true,
        number_id: Some(num),
        attempt_id: Some(attempt_id.0),
        attempts,
        lease,
        call_allowed,
        warnings,
        quarantined: false,
    }
}
