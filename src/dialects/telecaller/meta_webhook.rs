//! `GET` and `POST /api/meta/webhook`: Meta asks whether it is us, and brings the leads of its advertisements, signed over the raw
//! bytes; flat as the document shows it, or nested as Meta sends it (B-152 to B-155, C-29).

use super::lead::name;
use super::reject::{Reject, Rejected};
use super::user::Name;
use crate::http::body;
use crate::http::json;
use crate::http::query::Members;
use crate::http::request::request_id;
use crate::http::signatures::is_metas;
use crate::http::values::number_text;
use crate::ledger::machines::sha256_hex;
use crate::ledger::quarantine::Quarantine;
use crate::ledger::sell_leads::Said;
use crate::ledger::take_ad_lead::TakeAdLead;
use crate::ledger::{Context, RecordError};
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use chrono_tz::Tz;
use domain::agent::event::split_name;
use domain::dead_letter::event::QuarantineReason;
use domain::external_id::means_none;
use domain::ids::oid;
use domain::lead::event::{Campaign, ExternalRef, Person, Source};
use domain::phone::Phone;
use domain::principal::Principal;
use domain::text::trim;
use domain::time::parse_moment;
use projections::lead::LeadRow;
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;

/// The largest body, in bytes; how many leads it may hold follows from that.
const BODY_MAX: usize = 256 << 10;
/// The longest id, in bytes.
const ID_MAX: usize = 200;
/// The longest value that is kept, in characters.
const TEXT_MAX: usize = 1_000;

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
    let mut processed = Vec::new();
    let mut pending = 0;
    for lead in leads(members) {
        if let Some(lead) = read(app, &lead) {
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
    let mut reply = json!({ "success": true, "message": "Lead processed successfully", "pending": pending });
    if let Some(first) = processed.first() {
        reply["lead"] = first["lead"].clone();
        reply["assignment"] = first["assignment"].clone();
    }
    if processed.len() > 1 {
        reply["leads"] = Value::Array(processed);
    }
    Ok(reply)
}

/// The leads of a body: itself, or what is nested in it.
fn leads(members: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let Some(entries) = members.get("entry").and_then(Value::as_array) else { return vec![members.clone()] };
    let changes = entries.iter().filter_map(|entry| entry["changes"].as_array()).flatten();
    let values = changes.filter_map(|change| change["value"].as_object());
    let platform = members.get("object").cloned();
    let with_platform = |value: &Map<String, Value>| {
        let mut value = value.clone();
        if let Some(platform) = platform.clone() {
            value.entry("platform").or_insert(platform);
        }
        value
    };
    values.map(with_platform).collect()
}

/// A text, or a number as one, without what the database cannot keep.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.chars().filter(|c| *c != '\0').take(TEXT_MAX).collect::<String>(),
        Value::Number(number) => number_text(number),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let text = trim(&text).to_owned();
    (!text.is_empty()).then_some(text)
}

/// A lead as Meta tells of it; `None`: it has no id, or nothing that the person filled in.
fn read(app: &App, sent: &Map<String, Value>) -> Option<TakeAdLead> {
    let id_of = |name: &str| text(sent.get(name)).filter(|id| id.len() <= ID_MAX && !means_none(id));
    let id = id_of("lead_id").or_else(|| id_of("leadgen_id"))?;
    let mut filled: Map<String, Value> = Map::new();
    for field in sent.get("field_data").and_then(Value::as_array).into_iter().flatten() {
        let values = field["values"].as_array().into_iter().flatten();
        let joined = values.filter_map(|value| text(Some(value))).collect::<Vec<_>>().join(", ");
        if let (Some(name), false) = (text(field.get("name")), joined.is_empty()) {
            filled.insert(name, joined.into());
        }
    }
    for name in ["full_name", "phone_number", "email", "first_name", "last_name"] {
        if let Some(value) = text(sent.get(name)) {
            filled.insert(name.to_owned(), value.into());
        }
    }
    let mut take = |name: &str| filled.remove(name).and_then(|value| text(Some(&value)));
    let (first, last, full) = (take("first_name"), take("last_name"), take("full_name"));
    let raw = take("phone_number").or_else(|| take("phone"));
    let email = take("email");
    let full = full.or_else(|| {
        let joined = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        (!joined.is_empty()).then_some(joined)
    });
    if full.is_none() && raw.is_none() && email.is_none() {
        return None;
    }
    let phone = raw.as_deref().and_then(|raw| Phone::try_new(raw, app.config.region_telecaller).ok());
    if let (None, Some(raw)) = (&phone, raw) {
        filled.insert("phone".to_owned(), raw.into());
    }
    let names = full.as_deref().map(split_name);
    let person = Person {
        phone,
        full_name: full,
        first_name: first.or_else(|| names.as_ref().map(|(first, _)| first.clone())),
        last_name: last.or_else(|| names.map(|(_, last)| last)).filter(|last| !last.is_empty()),
        email,
        extra: filled,
    };
    let is_instagram = text(sent.get("platform")).is_some_and(|word| ["ig", "instagram"].contains(&&*word));
    // Unix seconds, or ISO 8601 with an offset such as +0000.
    let created = text(sent.get("created_time"));
    Some(TakeAdLead {
        source: if is_instagram { Source::Instagram } else { Source::Facebook },
        external_ref: ExternalRef { source: "meta".to_owned(), id },
        campaign: Campaign {
            campaign_id: text(sent.get("campaign_id")),
            ad_id: text(sent.get("ad_id")),
            form_id: text(sent.get("form_id")),
        },
        stated_at: created.and_then(|written| parse_moment(&written, Tz::UTC).ok()),
        said: Said { person, ..Said::default() },
    })
}

/// B-153
async fn told(app: &App, row: &LeadRow) -> Result<Value, RecordError> {
    let agents = app.ledger.views().agents_by_id(row.agent_id.as_slice()).await?;
    let assignment = match agents.first().map(Name::from) {
        Some(Name { oid, name }) => json!({ "success": true, "telecaller": { "id": oid, "name": name } }),
        None => json!({ "success": false, "reason": "no_active_telecaller" }),
    };
    Ok(
        json!({ "lead": { "_id": oid(row.id), "name": name(row), "email": row.email }, "assignment": assignment }),
    )
}
