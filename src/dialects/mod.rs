//! Which path belongs to whom? All dialects in one tree, and what surrounds them. Only here do they meet.
//!
//! Every dialect has the same four files: its `mod` (quirks and routes), `caller` (who calls), `reject` (every "no" in
//! its words), `words` (its vocabulary and ours), and one file for each operation.

pub mod dialer_panel;
pub mod docs;
pub mod from_dialer;
pub mod native;
pub mod scheduling;
pub mod telecaller;

use crate::http::{health, request};
use crate::state::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;

/// The whole service.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::figures))
        .merge(dialer_panel::routes())
        .merge(from_dialer::routes())
        .merge(native::routes())
        .merge(scheduling::routes())
        .merge(telecaller::routes())
        .merge(crate::ui::routes())
        .merge(docs::routes())
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(telecaller::reject::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), request::surround))
        .with_state(app)
}
