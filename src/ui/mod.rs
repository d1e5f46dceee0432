//! The agents' page, `/agent-dashboard`: where a dialer sends an agent after a click of "Interested" (B-050 to B-053).
//!
//! Everybody logs in; the token stays in a cookie that scripts cannot read and that no other path is sent. Whatever a
//! link says of a lead, the form shows what the ledger knows and marks what differs; the link leaves the address bar at
//! once. Pages come from templates, ten dozen lines of script keep the lists fresh, and nothing comes from elsewhere.

mod answer_submission;
mod assets;
mod dashboard;
mod form;
mod link;
mod lists;
mod log_in;
mod page;
mod reject;
mod save_lead;
mod session;
mod show_lead;

use crate::state::App;
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Redirect;
use axum::routing::{get, post};
use tower_http::set_header::SetResponseHeaderLayer;

/// What a page may load and where it may send: only this service.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Where it begins; links may go nowhere else.
const HOME: &str = "/agent-dashboard";

/// Its paths.
pub fn routes() -> Router<App> {
    let pages = Router::new()
        .route("/", get(dashboard::handler))
        .route("/leads", get(lists::handler))
        .route("/leads/{num}", get(show_lead::handler).post(save_lead::handler))
        .route("/leads/{num}/answer", post(answer_submission::handler))
        .route("/log-in", get(log_in::show).post(log_in::handler))
        .route("/log-out", post(log_in::log_out))
        .route("/page.css", get(assets::style))
        .route("/page.js", get(assets::script))
        .fallback(reject::not_found)
        .layer(SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)));
    // Whoever types the address of the service is a person: this is where people begin.
    Router::new().route("/", get(|| async { Redirect::to(HOME) })).nest(HOME, pages)
}
