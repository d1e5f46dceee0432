//! What Twilio says of a call: `POST` or `GET /api/calls/status-callback` and `/api/calls/recording-status`, signed, in any order, as
//! often as it likes (B-145, B-146, B-173, C-30). Every one that is signed is answered 200; what no call is known for is kept.
//!
//! Decided where nothing is written:
//! - By `GET` the members lie in the query, and the signature is over the whole URL.
//! - `answered`, as `SignalWire` says it, is a call that goes on. Words are read in any case, with `_` or `-`.
//! - Who picked up (`AnsweredBy`, after `MachineDetectionDuration` milliseconds) is kept with the call as its reason, whether
//!   it comes with a status or by itself. A machine or a fax is no answer of a person: the call counts as not answered,
//!   whatever its status says.

use super::reject::{Reject, Rejected};
use crate::actions::calls::report_call::{ReportCall, Told};
use crate::actions::dead_letters::quarantine::Quarantine;
use crate::actions::people::machines::sha256_hex;
use crate::http::body;
use crate::http::decode;
use crate::http::request::{WrittenUri, request_id};
use crate::http::signatures::is_twilios;
use crate::ledger::{Context, RecordError};
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::Method;
use domain::Refusal;
use domain::dead_letter::event::QuarantineReason;
use domain::ids::AnyId;
use domain::keys::Key;
use domain::lead::event::ProviderCall;
use domain::outcome::Outcome;
use domain::principal::Principal;
use domain::verdict::{FactSource, Remarks};
use serde_json::{Value, json};
use uuid::Uuid;

/// The largest callback, in bytes.
const BODY_MAX: usize = 64 << 10;
/// The longest text of a member that is kept, in characters.
const TEXT_MAX: usize = 1_000;
/// The providers whose calls have ids of this form.
const PROVIDERS: [&str; 2] = ["twilio", "simulated"];

/// A signed callback.
struct Callback {
    fields: Vec<(String, String)>,
    /// Our own id of the call, which we gave Twilio with the URL.
    call: Option<Uuid>,
    body: String,
    request_id: String,
}

pub async fn status(State(app): State<App>, request: Request) -> Result<Json<Value>, Rejected> {
    let id = request_id(request.extensions());
    take(&app, request, Said::Status).await.map(Json).map_err(|reject| Rejected(reject, id))
}

pub async fn recording(State(app): State<App>, request: Request) -> Result<Json<Value>, Rejected> {
    let id = request_id(request.extensions());
    take(&app, request, Said::Recording).await.map(Json).map_err(|reject| Rejected(reject, id))
}

/// What a callback is about.
#[derive(Clone, Copy)]
enum Said {
    Status,
    Recording,
}

async fn take(app: &App, request: Request, said: Said) -> Result<Value, Reject> {
    let callback = read(app, request).await?;
    let context = Context {
        principal: Principal::System,
        dialect: "telecaller",
        request_id: callback.request_id.clone(),
        body_hash: Some(sha256_hex(&callback.body)),
    };
    let fact = match find(app, &callback).await? {
        None => Err(QuarantineReason::UnknownCall),
        Some((lead_id, attempt_id)) => fact(&callback, said, lead_id, attempt_id),
    };
    let is_kept = match fact {
        Ok(None) => false,
        Ok(Some(fact)) => match app.ledger.record(&context, &fact).await {
            Ok(_) => false,
            Err(RecordError::Refused(Refusal::AttemptIsUnknown)) => {
                quarantine(app, &context, &callback, QuarantineReason::UnknownCall).await?;
                true
            }
            Err(RecordError::Refused(Refusal::LeadIsFull)) => {
                quarantine(app, &context, &callback, QuarantineReason::LeadIsFull).await?;
                true
            }
            Err(error) => return Err(error.into()),
        },
        Err(reason) => {
            quarantine(app, &context, &callback, reason).await?;
            true
        }
    };
    Ok(json!({ "success": true, "quarantined": is_kept }))
}

async fn read(app: &App, request: Request) -> Result<Callback, Reject> {
    let request_id = request_id(request.extensions());
    let signature = request.headers().get("x-twilio-signature").and_then(|value| value.to_str().ok());
    let signature = signature.map(ToOwned::to_owned);
    let written = request.extensions().get::<WrittenUri>().map(|uri| uri.0.clone());
    let uri = written.unwrap_or_else(|| request.uri().clone());
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let url = format!("{}{path}", app.config.public_url);
    let is_query = request.method() == Method::GET;
    let bytes = body::read(request.into_body(), BODY_MAX).await.map_err(Reject::Body)?;
    let sent = decode::pairs(&bytes);
    let asked = decode::pairs(uri.query().unwrap_or("").as_bytes());
    let is_signed = match &app.config.twilio_auth_token {
        Some(secret) => signature.is_some_and(|signature| is_twilios(&secret.0, &url, &sent, &signature)),
        // Nothing is signed while developing without a secret.
        None => !app.config.is_production,
    };
    if !is_signed {
        return Err(Reject::BadSignature);
    }
    let call = asked.iter().find(|(name, _)| name == "call");
    let call = call.and_then(|(_, id)| Uuid::try_parse(id).ok());
    let body = if is_query { uri.query().unwrap_or("").to_owned() } else { lossy(&bytes) };
    Ok(Callback { fields: if is_query { asked } else { sent }, call, body, request_id })
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Callback {
    /// A member that says something, without what the database cannot keep.
    fn text(&self, name: &str) -> Option<String> {
        let (_, text) = self.fields.iter().find(|(known, _)| known == name)?;
        let text: String = text.chars().filter(|c| *c != '\0').take(TEXT_MAX).collect();
        (!text.trim().is_empty()).then_some(text)
    }
}

/// The call's lead and our id of it: by Twilio's id, else by ours.
async fn find(app: &App, callback: &Callback) -> Result<Option<(Uuid, Uuid)>, Reject> {
    let views = app.ledger.views();
    if let Some(sid) = callback.text("CallSid") {
        for provider in PROVIDERS {
            let held = app.ledger.find_key(&Key::call(provider, &sid)).await?;
            if let Some(lead_id) = held.and_then(|held| held.holder.parse::<Uuid>().ok()) {
                let lead = app.ledger.lead_as_of(lead_id, None).await?;
                let call = ProviderCall { provider: provider.to_owned(), id: sid };
                let attempt = lead.as_lead().and_then(|lead| lead.attempts.find_call(&call));
                return Ok(attempt.map(|attempt| (lead_id, attempt.id.0)));
            }
        }
    }
    match callback.call {
        Some(id) => Ok(views.find_call(AnyId::Uuid(id)).await.map_err(RecordError::from)?),
        None => Ok(None),
    }
}

/// What it says, as a fact; none if it says nothing that matters.
fn fact(
    callback: &Callback,
    said: Said,
    lead_id: Uuid,
    attempt_id: Uuid,
) -> Result<Option<ReportCall>, QuarantineReason> {
    let seconds = |name: &str| callback.text(name).and_then(|text| text.trim().parse::<u32>().ok());
    let (outcome, duration_seconds, recording_url) = match said {
        Said::Status => {
            let told = status_told(callback)?;
            (told, seconds("CallDuration"), callback.text("RecordingUrl"))
        }
        Said::Recording => {
            let is_there = callback.text("RecordingStatus").is_none_or(|status| status == "completed");
            match callback.text("RecordingUrl").filter(|_| is_there) {
                Some(url) => (Told::Nothing, None, Some(url)),
                None => return Ok(None),
            }
        }
    };
    Ok(Some(ReportCall {
        lead_id,
        attempt_id,
        source: FactSource::Machine,
        outcome,
        agent_id: None,
        duration_seconds,
        remarks: Remarks { recording_url, reason: picked_up(callback), ..Remarks::default() },
    }))
}

/// What the status and who picked up come to.
fn status_told(callback: &Callback) -> Result<Told, QuarantineReason> {
    let by = callback.text("AnsweredBy").map(|by| by.trim().to_ascii_lowercase());
    let is_machine = by.as_ref().is_some_and(|by| by.starts_with("machine") || by == "fax");
    match callback.text("CallStatus") {
        Some(word) => {
            let outcome = outcome(&word).ok_or(QuarantineReason::UnknownStatus)?;
            let is_picked_up = matches!(outcome, Outcome::Connected | Outcome::InProgress);
            Ok(Told::Outcome(if is_picked_up && is_machine { Outcome::AnsweringMachine } else { outcome }))
        }
        None if is_machine => Ok(Told::Outcome(Outcome::AnsweringMachine)),
        None if by.is_some() => Ok(Told::Nothing),
        None => Err(QuarantineReason::UnknownStatus),
    }
}

/// Who picked up, in a sentence of the ledger's.
fn picked_up(callback: &Callback) -> Option<String> {
    let by = callback.text("AnsweredBy")?;
    let after = callback.text("MachineDetectionDuration");
    Some(match after {
        Some(milliseconds) => format!("answered by {by}, detected after {milliseconds} ms"),
        None => format!("answered by {by}"),
    })
}

/// The words of Twilio (C-16), and those of others who speak its language.
fn outcome(word: &str) -> Option<Outcome> {
    let word = word.trim().to_ascii_lowercase().replace('_', "-");
    Some(match word.as_str() {
        "queued" => Outcome::Queued,
        "initiated" => Outcome::Initiated,
        "ringing" => Outcome::Ringing,
        "in-progress" | "answered" => Outcome::InProgress,
        "completed" => Outcome::Connected,
        "busy" => Outcome::Busy,
        "failed" => Outcome::Failed,
        "no-answer" => Outcome::NoAnswer,
        "canceled" | "cancelled" => Outcome::Canceled,
        _ => return None,
    })
}

async fn quarantine(
    app: &App,
    context: &Context,
    callback: &Callback,
    reason: QuarantineReason,
) -> Result<(), Reject> {
    let (digest, body) = (sha256_hex(&callback.body), callback.body.clone());
    app.ledger.record(context, &Quarantine { dialect: "telecaller", reason, digest, body }).await?;
    Ok(())
}
