//! `GET /healthz`, `/readyz`, `/metrics`: is it alive, can it serve, how is it doing?

use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use metrics::gauge;
use serde_json::json;

/// Alive: answers as long as the process does.
pub async fn alive() -> Json<serde_json::Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready: appends go through, the read models run and keep up. 503 with every reason where they do not.
pub async fn ready(State(app): State<App>) -> Response {
    match app.ledger.readiness().await {
        Ok(readiness) => {
            let is_ready = readiness.problems.is_empty();
            let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, Json(readiness)).into_response()
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let problem = format!(
                "the database at {} does not answer; start it, or correct DATABASE_URL and start again",
                app.database_place()
            );
            let body = json!({ "status": "unavailable", "problem": problem, "problems": [problem] });
            (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response()
        }
    }
}

/// Figures for Prometheus.
pub async fn figures(State(app): State<App>) -> Response {
    gauge!("ledger_queue_depth").set(app.ledger.queue_depth() as f64);
    for (pool, usage) in app.ledger.pools() {
        gauge!("ledger_pool_connections", "pool" => pool, "state" => "busy").set(f64::from(usage.busy));
        gauge!("ledger_pool_connections", "pool" => pool, "state" => "idle").set(f64::from(usage.idle));
        gauge!("ledger_pool_connections_max", "pool" => pool).set(f64::from(usage.max));
    }
    let views = app.ledger.views();
    if let Ok(head) = views.head().await {
        let followed = app.ledger.followed().min(head);
        gauge!("ledger_head_position").set(head as f64);
        gauge!("ledger_follower_lag").set((head - followed) as f64);
    }
    if let Ok(lag) = views.lag().await {
        gauge!("ledger_oldest_unfollowed_seconds").set(lag.unwrap_or_default().as_secs_f64());
    }
    let text = crate::telemetry::metrics().render();
    ([("content-type", "text/plain; version=0.0.4")], text).into_response()
}
