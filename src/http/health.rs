//! `GET /healthz`, `/readyz`, `/metrics`: is it alive, can it serve, how is it doing?

use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use metrics::gauge;
use serde_json::json;

/// Read models may be this many positions behind and still be called ready.
const LAG_MAX: i64 = 100_000;

/// Alive: answers as long as the process does.
pub async fn alive() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready: the database answers and the read models are not far behind. Tells positions, lag and what is paused.
pub async fn ready(State(app): State<App>) -> Response {
    let views = app.ledger.views();
    let (head, checkpoints) = match (views.head().await, views.checkpoints().await) {
        (Ok(head), Ok(checkpoints)) => (head, checkpoints),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%error, "not ready");
            let body = json!({ "status": "unavailable", "problem": "the database does not answer" });
            return (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response();
        }
    };
    let running = checkpoints.iter().filter(|checkpoint| checkpoint.paused_by.is_none());
    let followed = running.map(|checkpoint| checkpoint.position).min().unwrap_or(head);
    let paused: Vec<_> = checkpoints
        .iter()
        .filter(|checkpoint| checkpoint.paused_by.is_some())
        .map(|checkpoint| json!({ "projection": checkpoint.projection, "position": checkpoint.position }))
        .collect();
    let lag = (head - followed).max(0);
    let is_ready = lag <= LAG_MAX;
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = if !is_ready {
        "behind"
    } else if paused.is_empty() {
        "ready"
    } else {
        "degraded"
    };
    let body =
        json!({ "status": word, "position": head, "followed": followed, "lag": lag, "paused": paused });
    (status, Json(body)).into_response()
}

/// Figures for Prometheus.
pub async fn figures(State(app): State<App>) -> Response {
    gauge!("ledger_queue_depth").set(app.ledger.queue_depth() as f64);
    if let Ok(head) = app.ledger.views().head().await {
        let followed = app.ledger.followed().position.min(head);
        gauge!("ledger_head_position").set(head as f64);
        gauge!("ledger_follower_lag").set((head - followed) as f64);
    }
    let text = crate::telemetry::metrics().render();
    ([("content-type", "text/plain; version=0.0.4")], text).into_response()
}
