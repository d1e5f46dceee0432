//! `POST /api/numbers`: an admin adds numbers; each is new, known already, or no phone number (B-115).

use super::caller::Member;
use super::reject::{Body, LIST_MAX, Reject, Rejected};
use super::words;
use crate::actions::numbers::add::AT_ONCE;
use crate::http::written;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::lead::event::Source;
use domain::phone::{Phone, Validity};
use domain::text::trim;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The most numbers of one request.
pub const NUMBERS_MAX: usize = 100_000;
/// How many of those not added are shown.
const SAMPLES_MAX: usize = 10;

#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = NumbersAdded)]
pub struct Reply {
    inserted: usize,
    duplicates: usize,
    invalid: usize,
    samples: Samples,
    #[serde(skip)]
    position: i64,
}

#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = NotAdded)]
struct Samples {
    duplicates: Vec<String>,
    invalid: Vec<String>,
}

#[derive(ToSchema)]
#[schema(as = NewNumbers)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Request {
    /// At most 100,000.
    phone_numbers: Vec<String>,
}

#[utoipa::path(
    post, path = "/api/numbers", operation_id = "add_numbers", tag = "numbers",
    summary = "Adds numbers",
    request_body = Request,
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    admin: Member,
    body: Body<LIST_MAX>,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let numbers = numbers(&body.json).map_err(|reject| admin.reject(reject))?;
    answer(&app, &admin, numbers).await
}

/// `phone_numbers` (also `numbers`): a list, or one text with a number a line; or one `phone_number`.
fn numbers(body: &Value) -> Result<Vec<String>, Reject> {
    let field = ["phone_numbers", "numbers", "phone_number"].into_iter().find(|name| !body[*name].is_null());
    let Some(field) = field else {
        return Err(Reject::invalid("phone_numbers", "Field required", "missing"));
    };
    let numbers: Vec<String> = match &body[field] {
        Value::Array(list) => list.iter().filter_map(|value| words::text(Some(value)).0).collect(),
        Value::String(lines) => {
            let lines = lines.lines().map(trim).filter(|line| !line.is_empty());
            // One more than may be is enough to know.
            lines.take(NUMBERS_MAX + 1).map(Into::into).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            return Err(Reject::invalid("phone_numbers", "Expected a list of texts", "list_type"));
        }
    };
    if numbers.len() > NUMBERS_MAX {
        return Err(Reject::invalid("phone_numbers", "More than 100,000 numbers", "too_long"));
    }
    Ok(numbers)
}

/// Adds and answers what came of it.
pub async fn answer(
    app: &App,
    admin: &Member,
    numbers: Vec<String>,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let reply = add(app, admin, numbers).await.map_err(|error| admin.reject(error))?;
    let is_followed = app.ledger.wait_followed(reply.position).await;
    Ok((written::headers(reply.position, is_followed, false), Json(reply)))
}

async fn add(app: &App, admin: &Member, numbers: Vec<String>) -> Result<Reply, RecordError> {
    let context = admin.context();
    let mut reply = Reply::default();
    let mut numbers = numbers.into_iter();
    loop {
        let mut phones = Vec::with_capacity(AT_ONCE);
        for raw in numbers.by_ref().take(AT_ONCE) {
            match Phone::try_new(&raw, app.config.region_panel) {
                Ok(phone) if phone.validity != Validity::Invalid => phones.push(phone),
                Ok(_) | Err(_) => {
                    reply.invalid += 1;
                    sample(&mut reply.samples.invalid, &raw);
                }
            }
        }
        if phones.is_empty() && numbers.len() == 0 {
            return Ok(reply);
        }
        let added = app.ledger.add_numbers(&context, Source::Panel, phones).await?;
        reply.inserted += added.inserted;
        reply.duplicates += added.duplicates.len();
        reply.position = reply.position.max(added.position);
        for raw in &added.duplicates {
            sample(&mut reply.samples.duplicates, raw);
        }
        // The read models keep up, so that others do not wait for them afterwards.
        app.ledger.wait_followed(added.position).await;
    }
}

fn sample(samples: &mut Vec<String>, raw: &str) {
    if samples.len() < SAMPLES_MAX {
        samples.push(raw.chars().take(64).collect());
    }
}
