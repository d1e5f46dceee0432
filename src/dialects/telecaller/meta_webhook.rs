//! `GET` and `POST /api/meta/webhook`: Meta asks whether it is us, and brings the leads of its advertisements, signed over the raw
//! bytes; flat as the document shows it, or nested as Meta sends it (B-152 to B-155, C-29). News of other things than leads are
//! answered "ignored".

use super::lead::{is_test, name};
use super::meta_lead::{Changes, changes, read};
use super::reject::{Reject, Rejected};
use super::user::Name;
use crate::actions::dead_letters::quarantine::Quarantine;
use crate::actions::people::machines::sha256_hex;
use crate::http::body;
use crate::http::json;
use crate::http::query::Members;
use crate::http::request::request_id;
use crate::http::signatures::is_metas;
use crate::ledger::{Context, RecordError};
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::dead_letter::event::QuarantineReason;
use domain::ids::oid;
use domain::principal::Principal;
use projections::lead::LeadRow;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

/// The largest body, in bytes; how many leads it may hold follows from that.
const BODY_MAX: usize = 256 << 10;

/// Meta shows the token it was given, and is given back its challenge.
pub async fn challenge(
    State(app): State<App>,
    Members(query): Members,
    request: Request,
) -> Result<Response, Rejected> {
    let text = |name: &str| query.get(name).and_then(Value::as_str).unwrap_or("");
    let secret = app.config.meta.verify_token.as_ref().map_or("", |secret| secret.0.as_str());
    let is_known: bool = secret.as_bytes().ct_eq(text("hub.verify_token").as_bytes()).into();
    if secret.is_empty() || !is_known || text("hub.mode") != "subscribe" {
        return Err(Rejected(Reject::BadSignature, request_id(request.extensions())));
    }
    Ok(text("hub.challenge").to_owned().into_response())
}

pub async fn handler(State(app): State<App>, request: Request) -> Result<Json<Value>, Rejected> {
    let id = request_id(request.extensions());
    take(&app, request, &id).await.map(Json).map_err(|reject| Rejected(reject, id))
}

async fn take(app: &App, request: Request, request_id: &str) -> Result<Value, Reject> {
    let signature = request.headers().get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    let signature = signature.map(ToOwned::to_owned);
    let bytes = body::read(request.into_body(), BODY_MAX).await.map_err(Reject::Body)?;
    let is_signed = match &app.config.meta.app_secret {
        Some(secret) => signature.is_some_and(|signature| is_metas(&secret.0, &bytes, &signature)),
        // Nothing is signed while developing without a secret.
        None => !app.config.is_production,
    };
    if !is_signed {
        return Err(Reject::Unsigned);
    }
    let sent = json::parse(&bytes).map_err(|_| Reject::Malformed)?;
    let members = sent.as_object().ok_or(Reject::Malformed)?;
    let context = Context {
        principal: Principal::System,
        dialect: "telecaller",
        request_id: request_id.to_owned(),
        body_hash: Some(sha256_hex(&bytes)),
    };
    let Changes { leads, ignored } = changes(members);
    let mut processed = Vec::new();
    let mut pending = 0;
    for lead in leads {
        if let Some(lead) = read(app.config.region_telecaller, &lead) {
            let row = app.ledger.record(&context, &lead).await?.answer;
            processed.push(told(app, &row).await?);
        } else {
            let body = Value::Object(lead).to_string();
            let (reason, digest) = (QuarantineReason::FieldsMissing, sha256_hex(&body));
            let kept = Quarantine { dialect: "telecaller", reason, digest, body };
            app.ledger.record(&context, &kept).await?;
            pending += 1;
        }
    }
    let message = message(processed.len(), pending);
    let mut reply = json!({ "success": true, "message": message, "pending": pending, "ignored": ignored });
    if let Some(first) = processed.first() {
        reply["lead"] = first["lead"].clone();
        reply["assignment"] = first["assignment"].clone();
    }
    if processed.len() > 1 {
        reply["leads"] = Value::Array(processed);
    }
    Ok(reply)
}

/// What became of it, in words. Only what was made a lead is called processed (K21).
fn message(processed: usize, pending: u32) -> String {
    match (processed, pending) {
        (0, 0) => "ignored".to_owned(),
        (_, 0) => "Lead processed successfully".to_owned(),
        (0, _) => "Lead put aside: it has no name, phone number or email yet".to_owned(),
        (_, _) => format!("{processed} processed, {pending} put aside without a name, phone number or email"),
    }
}

/// B-153
async fn told(app: &App, row: &LeadRow) -> Result<Value, RecordError> {
    let agents = app.ledger.views().agents_by_id(row.agent_id.as_slice()).await?;
    let assignment = match agents.first().map(Name::from) {
        Some(Name { oid, name }) => json!({ "success": true, "telecaller": { "id": oid, "name": name } }),
        None if is_test(row) => json!({ "success": false, "reason": "test_lead" }),
        None => json!({ "success": false, "reason": "no_active_telecaller" }),
    };
    Ok(
        json!({ "lead": { "_id": oid(row.id), "name": name(row), "email": row.email }, "assignment": assignment }),
    )
}
