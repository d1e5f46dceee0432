//! `GET /api/v1/ledger/stream`: what happens, as server-sent events; `Last-Event-ID` goes on after that position. For everybody, of
//! what they may see.

use super::caller::Parameters;
use super::reject::{Reject, Rejected};
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::ledger::RecordError;
use crate::live::audience::Listener;
use crate::live::stream;
use crate::state::App;
use axum::extract::{RawQuery, State};
use axum::http::{Extensions, HeaderMap};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};

pub async fn handler(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    extensions: Extensions,
) -> Result<Response, Rejected> {
    open(&app, &headers, query.as_deref().unwrap_or(""))
        .await
        .map_err(|reject| Rejected(reject, request_id(&extensions)))
}

async fn open(app: &App, headers: &HeaderMap, query: &str) -> Result<Response, Reject> {
    let token = bearer(headers).ok_or(Reject::NotAuthenticated)?;
    let listener = Listener::find(app, token).await?.ok_or(Reject::NotAuthenticated)?;
    Parameters(&[]).check(query)?;
    let after = last_event_id(headers)?;
    let head = app.ledger.views().head().await.map_err(RecordError::from)?;
    if after.is_some_and(|after| after > head) {
        return Err(bad_position());
    }
    let place = app.places.take(listener.id).ok_or(Reject::TooManyListeners)?;
    let events = stream::open(app, listener, place, after);
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

fn bad_position() -> Reject {
    Reject::Invalid { loc: ["header", "Last-Event-ID"], msg: "Expected a position of the log".to_owned() }
}

/// The position after which to go on.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Reject> {
    let text = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("none").trim());
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let position = text.parse().ok().filter(|position| *position >= 0);
    position.map(Some).ok_or_else(bad_position)
}
