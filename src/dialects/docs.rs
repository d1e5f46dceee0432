//! `/docs`: every dialect's OpenAPI document, in Swagger UI; and the documents themselves. Nothing in them is secret.

use super::{dialer_panel, from_dialer, native, scheduling, telecaller};
use crate::http::path::Named;
use crate::state::App;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::sync::{Arc, LazyLock};
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, Url};

/// The dialects that have a document, by the names of the command line.
pub const NAMES: [&str; 5] = ["scheduling", "dialer_panel", "from_dialer", "telecaller", "native"];
const URLS: [(&str, &str); 5] = [
    ("Scheduling", "/docs/openapi/scheduling.json"),
    ("Dialer panel", "/docs/openapi/dialer_panel.json"),
    ("From dialer", "/docs/openapi/from_dialer.json"),
    ("Telecaller CRM, Meta, Twilio", "/docs/openapi/telecaller.json"),
    ("The ledger itself", "/docs/openapi/native.json"),
];

/// The document of a dialect.
pub fn document(name: &str) -> Option<utoipa::openapi::OpenApi> {
    match name {
        "scheduling" => Some(scheduling::openapi::Scheduling::openapi()),
        "dialer_panel" => Some(dialer_panel::openapi::DialerPanel::openapi()),
        "from_dialer" => Some(from_dialer::openapi::FromDialer::openapi()),
        "telecaller" => telecaller::openapi::document(),
        "native" => native::openapi::document(),
        _ => None,
    }
}

/// What Swagger UI is told.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // Nothing is sent anywhere, not even to be validated.
    let config = Config::new(URLS.map(|(name, url)| Url::new(name, url)));
    Arc::new(config.validator_url("none"))
});

/// Its paths.
pub fn routes() -> Router<App> {
    Router::new()
        // The page's own links are relative to its folder.
        .route("/docs", get(|| async { Redirect::temporary("/docs/index.html") }))
        .route("/docs/{file}", get(|Named(file): Named| async move { page(&file) }))
        .route("/docs/openapi/{file}", get(|Named(file): Named| async move { described(&file) }))
}

fn described(file: &str) -> Response {
    match file.strip_suffix(".json").and_then(document) {
        Some(document) => Json(document).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn page(file: &str) -> Response {
    match utoipa_swagger_ui::serve(file, CONFIG.clone()) {
        Ok(Some(file)) => ([(header::CONTENT_TYPE, file.content_type)], file.bytes.to_vec()).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
