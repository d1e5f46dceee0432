//! `GET /api/v1/ledger/restatements?since=&userId=`: figures of days that were over when something was said of them: what they were,
//! what they are, and where it was said. `since` is a position, or a time or day; go on with the answer's `position`.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use crate::audit::restatements::{Restatement, Since, TooMany};
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

/// The longest text of digits that is a position.
const DIGITS_MAX: usize = 18;

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Members(query): Members,
) -> Result<Json<Value>, Rejected> {
    list(&app, &query).await.map(Json).map_err(|reject| reader.reject(reject))
}

async fn list(app: &App, query: &Map<String, Value>) -> Result<Value, Reject> {
    let zone = app.ledger.dialing().await?.zone();
    let mut fields = Fields::of_query(query);
    let user = fields.id("userId");
    let position = fields
        .text("since")
        .filter(|text| text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit()));
    let since = match position.and_then(|text| text.parse().ok()) {
        Some(position) => Some(Since::Position(position)),
        None => fields.days("since", "until", zone).0.map(Since::Time),
    };
    let since = fields.required("since", since);
    fields.end()?;
    let Some(since) = since else { return Err(Reject::NotFound("Time")) };
    let user = app.ledger.views().agent_meant(user).await.map_err(RecordError::from)?;
    let position = app.hub.position();
    let restated = app.ledger.restatements(since, user).await?.map_err(|TooMany| {
        let msg = "More was restated than one answer holds; ask for a later time".to_owned();
        Reject::Invalid { loc: ["query", "since"], msg }
    })?;
    Ok(json!({
        "position": position, "timezone": zone.name(),
        "restatements": restated.iter().map(item).collect::<Vec<_>>(),
    }))
}

fn item(restated: &Restatement) -> Value {
    json!({
        "metric": restated.figure.as_str(), "day": restated.day, "old": restated.old, "new": restated.new,
        "positions": restated.positions,
    })
}
