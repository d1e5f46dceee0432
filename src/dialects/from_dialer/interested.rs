//! `POST` and `GET /api/leads/from-dialer`: an agent clicked "Interested" (B-013 to B-054, C-15).

use super::caller::{self, Caller, Shown};
use super::fields::Fields;
use super::intake;
use super::reject::{Reject, Rejected, request_id};
use super::reply::Told;
use super::signature::canonical;
use crate::http::written;
use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::machines::sha256_hex;
use crate::ledger::record::Action;
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Duration};
use domain::agent::Agent;
use domain::ids::{AgentId, AttemptId, FactId, LeadId};
use domain::keys::{Key, TakeKey};
use domain::lead::LeadCommand;
use domain::lead::capture::CaptureLead;
use domain::lead::event::{ExternalRef, Person, ResolvedVia, Source};
use domain::lead::record_interest::RecordInterest;
use domain::lead::report_attempt::ReportAttempt;
use domain::outcome::Outcome;
use domain::phone::Region;
use domain::status::Stage;
use domain::stream::{StreamId, StreamKind};
use domain::verdict::{FactSource, Remarks};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// How long an `Idempotency-Key` keeps its answer, in days.
const IDEMPOTENCY_DAYS: i64 = 7;
/// How long an identical click that names neither lead nor phone is the same click, in seconds.
const CONTENT_SECONDS: i64 = 10;

pub async fn handler(State(app): State<App>, request: Request) -> Result<Response, Rejected> {
    let id = request_id(request.extensions());
    take(&app, request, &id).await.map_err(|reject| Rejected(reject, id))
}

async fn take(app: &App, request: Request, request_id: &str) -> Result<Response, Reject> {
    let headers = request.headers().clone();
    let is_prefetch = ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        headers.get(*name).and_then(|value| value.to_str().ok()).is_some_and(|text| text.contains("prefetch"))
    });
    if is_prefetch {
        return Err(Reject::Prefetch);
    }
    let caller = caller::admit(app, Shown::of(app, &request), request_id).await?;
    let sent = intake::read(request).await?;
    let caller = caller.check_signature(app, &headers, &sent)?;
    let fields = Fields::read(&sent)?;
    let digest = sha256_hex(canonical(&fields.0));
    let key = headers.get("idempotency-key").map(|value| sha256_hex(value.as_bytes()));
    let click = Click { caller: &caller, fields: &fields, digest: &digest, key };
    let recorded = app.ledger.record(&caller.context(&digest), &click).await?;
    let told = recorded.answer?;
    let headers = written::headers(recorded.position, recorded.is_followed, told.is_replay);
    Ok((StatusCode::CREATED, headers, Json(told.body())).into_response())
}

struct Click<'a> {
    caller: &'a Caller,
    fields: &'a Fields,
    /// SHA-256 of everything said.
    digest: &'a str,
    /// The hash of the `Idempotency-Key`.
    key: Option<String>,
}

impl Action for Click<'_> {
    /// A "no" that is no refusal of the domain is an answer too: nothing is stored with it.
    type Answer = Result<Told, Reject>;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Self::Answer, RecordError> {
        let receipts = self.receipts(desk.now());
        for receipt in &receipts {
            if let Some(held) = desk.key(&receipt.key).await? {
                return if held.holder == receipt.holder {
                    replay(desk, held.outcome.unwrap_or_default()).await.map(Ok)
                } else {
                    Ok(Err(Reject::IdempotencyKeyReused))
                };
            }
        }
        let credential = desk.credential(self.caller.machine.id).await?;
        let (agent_id, agent, resolved_via) = match self.agent(desk).await? {
            Ok(found) => found,
            Err(reject) => return Ok(Err(reject)),
        };
        let region: Region = credential.region.parse().unwrap_or_default();
        let (mut person, is_agents) = self.fields.person(region, &agent.person.name());
        let mut warnings = Vec::new();
        if is_agents {
            warnings.push("fullname is the agent's name; the lead's name is built from its parts".to_owned());
        }
        let external_ref = self
            .fields
            .text("lead_id")
            .map(|id| ExternalRef { source: credential.name.clone(), id: id.to_owned() });
        let meant = meant(desk, external_ref.as_ref(), &mut person).await?;
        warnings.extend(meant.warning.map(ToOwned::to_owned));
        let known = meant.known;
        let id = match known {
            Some(id) => {
                desk.wait_turn(StreamId::new(StreamKind::Lead, id)).await;
                id
            }
            None => capture(desk, agent_id, &person).await?,
        };
        let interest = RecordInterest {
            at: desk.now(),
            agent_id,
            resolved_via,
            person,
            note: self.fields.text("notes").map(ToOwned::to_owned),
            external_ref,
            duplicates: meant.duplicates,
        };
        let mut lead = desk.decide_lead(id, &LeadCommand::RecordInterest(Box::new(interest))).await?;
        if let Some(attempt) = self.attempt(desk, agent_id, &agent) {
            lead = desk.decide_lead(id, &LeadCommand::ReportAttempt(Box::new(attempt))).await?;
        }
        let is_new = known.is_none();
        let sequence = desk.stream(StreamId::new(StreamKind::Lead, id)).await?.sequence;
        let outcome = json!({ "lead_id": id, "sequence": sequence, "is_new": is_new, "warnings": warnings });
        for receipt in receipts {
            desk.take(TakeKey { outcome: Some(outcome.clone()), ..receipt });
        }
        Ok(Ok(Told { lead, agent: Some(agent), is_new, is_replay: false, warnings }))
    }
}

impl Click<'_> {
    /// By what a repeat is known (C-15): its key, its signature, its call, or for a moment its content.
    fn receipts(&self, now: domain::time::Instant) -> Vec<TakeKey> {
        let credential = self.caller.machine.id.into();
        let receipt = |key, until| TakeKey { key, holder: self.digest.to_owned(), until, outcome: None };
        let mut receipts = Vec::new();
        if let Some(digest) = &self.key {
            let until = Some(now + Duration::days(IDEMPOTENCY_DAYS));
            receipts.push(receipt(Key::idempotency(credential, digest), until));
        }
        if let Some(signature) = &self.caller.signature {
            let digest = sha256_hex(signature);
            receipts.push(receipt(Key::content(credential, &format!("signature:{digest}")), None));
        }
        if self.fields.call().is_some() {
            receipts.push(receipt(Key::content(credential, &format!("call:{}", self.digest)), None));
        } else if self.fields.text("phone").is_none() && self.fields.text("lead_id").is_none() {
            let until = Some(now + Duration::seconds(CONTENT_SECONDS));
            receipts.push(receipt(Key::content(credential, self.digest), until));
        }
        receipts
    }

    /// The agent by `dialer_user_id`, else by `user` (C-04). Who is not active is nobody.
    async fn agent(
        &self,
        desk: &mut Desk<'_>,
    ) -> Result<Result<(AgentId, Arc<Agent>, ResolvedVia), Reject>, RecordError> {
        let named = self.fields.text("dialer_user_id");
        let user = self.fields.text("user");
        let tries = [
            named.map(|name| (Key::dialer_user_id(name), ResolvedVia::DialerUserId)),
            user.map(|name| (Key::username(name), ResolvedVia::Username)),
            user.map(|name| (Key::dialer_user_id(name), ResolvedVia::DialerUserId)),
        ];
        for (key, via) in tries.into_iter().flatten() {
            if let Some(id) = holder(desk, &key).await? {
                let agent = desk.agent(id).await?;
                if agent.is_there() && agent.is_active {
                    return Ok(Ok((AgentId(id), agent, via)));
                }
            }
        }
        Ok(Err(match (named, user) {
            (Some(name), _) => Reject::AgentUnknown { field: "dialer_user_id", name: name.to_owned() },
            (None, Some(name)) => Reject::AgentUnknown { field: "user", name: name.to_owned() },
            (None, None) => Reject::AgentMissing,
        }))
    }

    /// The call that the click names, as an attempt (C-25).
    fn attempt(&self, desk: &Desk<'_>, agent_id: AgentId, agent: &Agent) -> Option<ReportAttempt> {
        self.fields.call()?;
        let now = desk.now();
        let stated = self.fields.call_epoch().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        Some(ReportAttempt {
            at: now,
            attempt_id: AttemptId(desk.new_id()),
            fact_id: FactId(desk.new_id()),
            batch_id: None,
            attempted_at: stated.unwrap_or(now),
            source: FactSource::Machine,
            outcome: Outcome::Interested,
            agent_id: Some(agent_id),
            duration_seconds: None,
            policy: agent.policy,
            call_allowed: true,
            warnings: Vec::new(),
            remarks: Remarks {
                recording_url: self.fields.text("recording_file").map(ToOwned::to_owned),
                ..Remarks::default()
            },
        })
    }
}

/// The answer that was given before, from the lead as it was then.
async fn replay(desk: &mut Desk<'_>, outcome: Value) -> Result<Told, RecordError> {
    let gone = || RecordError::Internal("a receipt names no lead".to_owned());
    let id = outcome["lead_id"].as_str().and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(gone)?;
    let lead = desk.lead_at(id, outcome["sequence"].as_i64().unwrap_or(0)).await?;
    let agent = match lead.agent_id {
        Some(agent_id) => Some(desk.agent(agent_id.0).await?),
        None => None,
    };
    let warnings = serde_json::from_value(outcome["warnings"].clone()).unwrap_or_default();
    Ok(Told { lead, agent, is_new: outcome["is_new"] == true, is_replay: true, warnings })
}

/// Which lead a click is about.
struct Meant {
    known: Option<Uuid>,
    duplicates: Vec<LeadId>,
    warning: Option<&'static str>,
}

/// The lead that the dialer's own id names, else the phone's. Where those are two, the id decides and the phone stays
/// where it is (C-15).
async fn meant(
    desk: &Desk<'_>,
    external_ref: Option<&ExternalRef>,
    person: &mut Person,
) -> Result<Meant, RecordError> {
    let by_ref = match external_ref {
        Some(known) => holder(desk, &Key::external_ref(&known.source, &known.id)).await?,
        None => None,
    };
    let by_phone = match &person.phone {
        Some(phone) => holder(desk, &Key::phone(&phone.key())).await?,
        None => None,
    };
    match (by_ref, by_phone) {
        (Some(lead), Some(other)) if lead != other => {
            person.phone = None;
            let warning = Some("another lead has this phone; the lead with this lead_id was updated");
            Ok(Meant { known: by_ref, duplicates: vec![LeadId(other)], warning })
        }
        _ => Ok(Meant { known: by_ref.or(by_phone), duplicates: Vec::new(), warning: None }),
    }
}

/// Whoever holds a key.
async fn holder(desk: &Desk<'_>, key: &Key) -> Result<Option<Uuid>, RecordError> {
    Ok(desk.key(key).await?.and_then(|held| Uuid::try_parse(&held.holder).ok()))
}

async fn capture(desk: &mut Desk<'_>, agent_id: AgentId, person: &Person) -> Result<Uuid, RecordError> {
    let id = desk.begin(StreamKind::Lead);
    let command = LeadCommand::Capture(Box::new(CaptureLead {
        at: desk.now(),
        num: desk.num(StreamKind::Lead).await?,
        source: Source::FromDialer,
        stage: Stage::Interested,
        agent_id: Some(agent_id),
        priority: 0,
        schedule_at: None,
        person: person.clone(),
    }));
    desk.decide_lead(id, &command).await?;
    Ok(id)
}
