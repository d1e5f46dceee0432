//! `POST` and `GET /api/leads/from-dialer`: an agent clicked "Interested" (B-013 to B-054, C-15).

use super::caller::{self, Caller, Shown};
use super::fields::{FIELDS_MAX, Fields};
use super::intake;
use super::reject::{Reject, Rejected};
use super::reply::Told;
use super::resolve;
use super::signature::canonical;
use crate::actions::people::machines::sha256_hex;
use crate::http::request::is_prefetch;
use crate::http::request::request_id;
use crate::http::{idempotency, written};
use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono_tz::Tz;
use domain::agent::Agent;
use domain::credential::event::CanonicalForm;
use domain::ids::{AgentId, AttemptId, FactId};
use domain::keys::{Key, TakeKey};
use domain::lead::LeadCommand;
use domain::lead::capture::CaptureLead;
use domain::lead::event::{ExternalRef, Person, Source};
use domain::lead::record_interest::{EXTERNAL_REFS_MAX, RecordInterest};
use domain::lead::report_attempt::ReportAttempt;
use domain::outcome::Outcome;
use domain::phone::Region;
use domain::principal::Scope;
use domain::status::Stage;
use domain::stream::{StreamId, StreamKind};
use domain::verdict::{FactSource, Remarks};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is answered; whatever else was said of the lead is in `lead` too.
#[derive(ToSchema)]
#[schema(as = Clicked)]
#[expect(dead_code, reason = "told to clients; made in `reply`")]
pub struct Reply {
    success: bool,
    lead: Lead,
    message: String,
    redirect_url: String,
    handoff: Option<String>,
    handoff_url: Option<String>,
    warnings: Vec<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "told to clients; made in `reply`")]
struct Lead {
    id: i64,
    full_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    /// The newest note.
    notes: Option<String>,
    /// Every note, oldest first: `text`, and `at` (ISO 8601) when it was added.
    note_list: Vec<Note>,
    status: String,
    assigned_agent_name: Option<String>,
    assigned_agent_username: Option<String>,
    dialer_lead_id: Option<String>,
    #[schema(required = true)]
    vendor_id: Option<serde_json::Value>,
    #[schema(required = true)]
    list_id: Option<serde_json::Value>,
    created_at: String,
    updated_at: String,
}

#[derive(ToSchema)]
#[schema(as = Note)]
#[expect(dead_code, reason = "told to clients; made in `reply`")]
struct Note {
    text: String,
    at: String,
}

/// What a dialer may say; other members are kept too.
#[derive(ToSchema)]
#[schema(as = Click)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// This or `user` names the agent.
    #[schema(example = "CalebG")]
    dialer_user_id: Option<String>,
    #[schema(example = "CalebG")]
    user: Option<String>,
    full_name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    notes: Option<String>,
    /// The dialer's own id of the lead.
    lead_id: Option<String>,
    uniqueid: Option<String>,
    session_id: Option<String>,
    epoch: Option<String>,
    address1: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
}

#[utoipa::path(
    post, path = "/api/leads/from-dialer", operation_id = "click", tag = "clicks",
    summary = "An agent clicked Interested",
    request_body(content((Request = "application/json"), (Request = "application/x-www-form-urlencoded"))),
    responses((status = 201, body = Reply)),
)]
pub async fn handler(State(app): State<App>, request: axum::extract::Request) -> Result<Response, Rejected> {
    let id = request_id(request.extensions());
    take(&app, request, &id).await.map_err(|reject| Rejected(reject, id))
}

async fn take(app: &App, request: axum::extract::Request, request_id: &str) -> Result<Response, Reject> {
    let headers = request.headers().clone();
    if is_prefetch(&headers) {
        return Err(Reject::Prefetch);
    }
    let caller = caller::admit(app, Shown::of(&request), request_id).await?;
    let sent = intake::read(request).await?;
    if sent.fields.len() > FIELDS_MAX {
        return Err(Reject::Malformed);
    }
    let caller = caller.check_signature(app, &headers, &sent)?;
    let fields = Fields::read(&sent, caller.machine.credential.configuration.profile)?;
    let digest = sha256_hex(canonical(&fields.0, CanonicalForm::Js));
    let key = idempotency::key(&headers).map(sha256_hex);
    let click = Click { caller: &caller, fields: &fields, digest: &digest, key };
    let recorded = app.ledger.record(&caller.context(&digest), &click).await?;
    let told = recorded.answer?;
    let headers = written::headers(recorded.position, recorded.is_followed, told.is_replay);
    Ok((StatusCode::CREATED, headers, Json(told.body(app))).into_response())
}

pub(super) struct Click<'a> {
    pub caller: &'a Caller,
    pub fields: &'a Fields,
    /// SHA-256 of everything said.
    pub digest: &'a str,
    /// The hash of the `Idempotency-Key`.
    pub key: Option<String>,
}

impl Action for Click<'_> {
    /// A "no" that is no refusal of the domain is an answer too: nothing is stored with it.
    type Answer = Result<Told, Reject>;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Self::Answer, RecordError> {
        let receipts = self.receipts(desk.now());
        for receipt in &receipts {
            if let Some(held) = desk.key(&receipt.take.key).await? {
                return if held.holder == receipt.take.holder {
                    replay(desk, held.outcome.unwrap_or_default()).await.map(Ok)
                } else {
                    Ok(Err(receipt.clash.clone()))
                };
            }
        }
        let credential = desk.credential(self.caller.machine.id).await?;
        let machine = &self.caller.machine;
        if !credential.keys.contains(&machine.fingerprint) || !credential.has(Scope::FromDialer) {
            return Ok(Err(Reject::BadKey));
        }
        let (agent_id, agent, resolved_via) = match resolve::agent(desk, self.fields).await? {
            Ok(found) => found,
            Err(reject) => return Ok(Err(reject)),
        };
        let region: Region = credential.region().parse().unwrap_or_default();
        let (mut person, is_agents) = self.fields.person(region, &agent.person.name());
        let mut warnings = Vec::new();
        if is_agents {
            warnings.push("fullname is the agent's name; the lead's name is built from its parts".to_owned());
        }
        let external_ref = self
            .fields
            .text("lead_id")
            .map(|id| ExternalRef { source: credential.name.clone(), id: id.to_owned() });
        let meant = resolve::meant(desk, external_ref.as_ref(), agent_id, &mut person).await?;
        warnings.extend(meant.warning.map(ToOwned::to_owned));
        let known = meant.known;
        warnings.extend(self.phone_warning(region, &person));
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
            external_ref: external_ref.clone(),
            duplicates: meant.duplicates,
        };
        let mut lead = desk.decide_lead(id, &LeadCommand::RecordInterest(Box::new(interest))).await?;
        if external_ref.is_some_and(|given| !lead.external_refs.contains(&given)) {
            warnings.push(format!("the lead has {EXTERNAL_REFS_MAX} ids already; this lead_id is not kept"));
        }
        let attempt = self.attempt(desk, agent_id, &agent).await?;
        warnings.extend(self.unread_times(desk).await?);
        // The interest is recorded whether or not the lead has room for one attempt more.
        if let Some(attempt) = attempt.filter(|attempt| attempt.require_room(&lead).is_ok()) {
            lead = desk.decide_lead(id, &LeadCommand::ReportAttempt(Box::new(attempt))).await?;
        }
        let is_new = known.is_none();
        let source = credential.name.clone();
        let sequence = desk.stream(StreamId::new(StreamKind::Lead, id)).await?.sequence;
        let outcome = json!({ "lead_id": id, "sequence": sequence, "is_new": is_new, "source": source, "warnings": warnings });
        for receipt in receipts {
            desk.take(TakeKey { outcome: Some(outcome.clone()), ..receipt.take });
        }
        Ok(Ok(Told { lead, sequence, agent: Some(agent), source, is_new, is_replay: false, warnings }))
    }
}

impl Click<'_> {
    /// What the sender should know of the phone.
    fn phone_warning(&self, region: Region, person: &Person) -> Option<String> {
        if person.extra.contains_key("phone") {
            return Some("phone could not be read as a number; it is kept as it was sent".to_owned());
        }
        let is_cut = self.fields.has_cut_phone(region);
        is_cut.then(|| "phone holds more than one number; the first was taken".to_owned())
    }

    /// The zone of the dialer's local times: its credential's, else the ledger's.
    async fn zone(&self, desk: &mut Desk<'_>) -> Result<Tz, RecordError> {
        let configured = self.caller.machine.credential.configuration.timezone.as_deref();
        match configured.and_then(|zone| zone.parse().ok()) {
            Some(zone) => Ok(zone),
            None => Ok(desk.dialing().await?.zone()),
        }
    }

    /// Names the times of a named call that cannot be read.
    async fn unread_times(&self, desk: &mut Desk<'_>) -> Result<Vec<String>, RecordError> {
        if self.fields.call().is_none() {
            return Ok(Vec::new());
        }
        let unread = self.fields.unread_times(self.zone(desk).await?).into_iter();
        let told = |name| format!("{name} could not be read as a time; it is kept as it was sent");
        Ok(unread.map(told).collect())
    }

    /// The call that the click names, as an attempt. Whatever else a later click says of it, it is the same call (C-25).
    async fn attempt(
        &self,
        desk: &mut Desk<'_>,
        agent_id: AgentId,
        agent: &Agent,
    ) -> Result<Option<ReportAttempt>, RecordError> {
        let Some(call) = self.fields.call() else { return Ok(None) };
        let now = desk.now();
        let key = Key::content(self.caller.machine.id.into(), &format!("attempt:{}", sha256_hex(call)));
        let known = desk.key(&key).await?.and_then(|held| held.outcome);
        let known = known.and_then(|outcome| serde_json::from_value(outcome["attempted_at"].clone()).ok());
        let zone = self.zone(desk).await?;
        let attempted_at = known.or_else(|| self.fields.called_at(zone)).unwrap_or(now);
        if known.is_none() {
            let outcome = Some(json!({ "attempted_at": attempted_at }));
            desk.take(TakeKey { key, holder: agent_id.to_string(), until: None, outcome });
        }
        Ok(Some(ReportAttempt {
            at: now,
            attempt_id: AttemptId(desk.new_id()),
            fact_id: FactId(desk.new_id()),
            batch_id: None,
            attempted_at,
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
        }))
    }
}

/// The answer that was given before, from the lead as it was then.
async fn replay(desk: &mut Desk<'_>, outcome: Value) -> Result<Told, RecordError> {
    let gone = || RecordError::Internal("a receipt names no lead".to_owned());
    let id = outcome["lead_id"].as_str().and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(gone)?;
    let sequence = outcome["sequence"].as_i64().unwrap_or(0);
    let lead = desk.lead_at(id, sequence).await?;
    let agent = match lead.agent_id {
        Some(agent_id) => Some(desk.agent(agent_id.0).await?),
        None => None,
    };
    let warnings = serde_json::from_value(outcome["warnings"].clone()).unwrap_or_default();
    let source = outcome["source"].as_str().unwrap_or("").to_owned();
    Ok(Told { lead, sequence, agent, source, is_new: outcome["is_new"] == true, is_replay: true, warnings })
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
        person: person.clone().with_built_name(),
    }));
    desk.decide_lead(id, &command).await?;
    Ok(id)
}
