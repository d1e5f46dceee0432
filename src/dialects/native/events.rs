//! `GET /api/v1/ledger/events?from=&limit=`: the log from a position on, a line an event (NDJSON). Go on with the position of
//! the header `Ledger-Next`. Supervisors get the events of their team, of what is nobody's, and of dialing.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use crate::audit::replay::LIMIT_MAX;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::http::values;
use crate::state::App;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};

/// Events answered where no limit is given.
const LIMIT: i64 = 1_000;

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Members(query): Members,
) -> Result<Response, Rejected> {
    let number = |name: &'static str, default: i64, max: i64| match Fields::of_query(&query).value(name) {
        None => Ok(default),
        Some(value) => values::integer(value).filter(|n| (1..=max).contains(n)).ok_or_else(|| {
            let msg = format!("Expected a whole number from 1 to {max}");
            reader.reject(Reject::Invalid { loc: ["query", name], msg })
        }),
    };
    let from = number("from", 1, i64::MAX)?;
    let limit = number("limit", LIMIT, LIMIT_MAX)?;
    let head = app.ledger.views().head().await.map_err(|error| reader.failed(error))?;
    let upto = from.saturating_add(limit - 1).min(head);
    let lines = app.ledger.replay(&app.tasks, from - 1, upto, reader.reach, super::words::line);
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (HEAD, head.to_string()),
        (NEXT, from.max(upto.saturating_add(1)).to_string()),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// The last position of the log.
const HEAD: HeaderName = HeaderName::from_static("ledger-head");
/// The position to go on from, whether or not the last event before it may be told.
const NEXT: HeaderName = HeaderName::from_static("ledger-next");
