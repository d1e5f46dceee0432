//! `POST /api/v1/dialer/batches {size}`: what `GET next-batch` does, by a method that says that it has an effect (C-19).

use super::caller::Dialer;
use super::next_batch::{self, Reply};
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::body;
use crate::http::json::{self, Fault};
use crate::state::App;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;
use utoipa::ToSchema;

/// The largest body, in bytes.
const BODY_MAX: usize = 64 << 10;

#[derive(ToSchema)]
#[schema(as = BatchRequest)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Wanted {
    /// How many numbers; may be asked for in the query as well. Absent: as the service is configured.
    #[schema(minimum = 1)]
    size: Option<i64>,
}

#[utoipa::path(
    post, path = "/api/v1/dialer/batches", operation_id = "request_batch", tag = "dialer",
    summary = "Numbers to dial, leased for a while",
    params(("size" = Option<i64>, Query, minimum = 1), ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = Option<Wanted>),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(State(app): State<App>, dialer: Dialer, request: Request) -> Result<Response, Rejected> {
    let headers = request.headers().clone();
    let query = request.uri().query().map(ToOwned::to_owned);
    let size = size(query.as_deref(), request, app.config.batch_size).await;
    let size = size.map_err(|reject| dialer.reject(reject))?;
    next_batch::answer(&app, &dialer, size, &headers).await
}

/// The size that the body asks for, else the query, else `default`. A body is not needed.
async fn size(query: Option<&str>, request: Request, default: u32) -> Result<i64, Reject> {
    let bytes = body::read(request.into_body(), BODY_MAX).await.map_err(Reject::Body)?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return next_batch::size(query, default);
    }
    let members = json::parse(&bytes).map_err(|fault| match fault {
        Fault::Malformed { line, column } => {
            let msg = format!("JSON decode error at line {line} column {column}");
            Reject::invalid("body", msg, "json_invalid")
        }
        Fault::Bound(msg) => Reject::invalid("body", msg, "json_invalid"),
    })?;
    let Value::Object(members) = members else {
        return Err(Reject::invalid("body", "Expected a JSON object", "dict_type"));
    };
    match members.get("size") {
        None | Some(Value::Null) => next_batch::size(query, default),
        Some(given) => words::count(given).ok_or_else(|| next_batch::no_size("body")),
    }
}
