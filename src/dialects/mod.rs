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

use crate::http::{figures, health, request};
use crate::state::App;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

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
        .merge(telecaller::routes(&app))
        .merge(crate::ui::routes())
        .merge(docs::routes())
        .fallback(not_found)
        .layer(crate::live::sockets::layer(&app))
        .layer(cors(&app.config.cors_origins))
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(telecaller::reject::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), request::surround))
        .layer(middleware::from_fn(figures::counted))
        .with_state(app)
}

/// What no dialect has, in the shape of the dialect under whose folder it was looked for (C-50).
async fn not_found(request: Request) -> Response {
    if dialer_panel::is_under(request.uri().path()) {
        dialer_panel::reject::not_found(request).await
    } else {
        telecaller::reject::not_found(request).await
    }
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// What other sites' pages may read of an answer.
const EXPOSED: [HeaderName; 8] = [
    header::ETAG,
    header::RETRY_AFTER,
    HeaderName::from_static("ledger-position"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-total-count"),
    HeaderName::from_static("ratelimit-limit"),
    HeaderName::from_static("ratelimit-remaining"),
    HeaderName::from_static("ratelimit-reset"),
];

/// Which other sites' pages may call us: none unless they are named (B-172).
fn cors(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::IF_NONE_MATCH, LAST_EVENT_ID])
        .expose_headers(EXPOSED)
        .max_age(Duration::from_hours(1))
}
