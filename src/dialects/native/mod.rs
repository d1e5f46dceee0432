//! The ledger's own API under `/api/v1/ledger`: the log for auditors, the read models for analysts, repairs for admins.
//!
//! Quirks: none to keep. Streams end with an error line where the log could not be read on, never silently short. A query
//! parameter that a path does not have is refused by name.

pub mod caller;
pub mod dead_letters;
pub mod events;
pub mod explain;
pub mod lead_events;
pub mod lift_suppression;
pub mod list_projections;
pub mod openapi;
pub mod rebuilds;
pub mod reject;
pub mod resolve_dead_letter;
pub mod restatements;
pub mod stream;
pub mod verification;
pub mod words;

use crate::http::rights::own;
use crate::state::App;
use axum::routing::get;
use axum::{Extension, Router, routing};
use caller::Parameters;
use domain::rights::Deed;

/// Declares every operation with what it is for and which query parameters it has; others are refused by name.
macro_rules! operations {
    ($($method:ident $path:literal $deed:ident [$($parameter:ident)*] $handler:path;)*) => {
        /// Method, path and what it is for.
        pub const OPERATIONS: &[(&str, &str, Deed)] = &[$((stringify!($method), $path, Deed::$deed)),*];

        fn operations() -> Router<App> {
            Router::new()$(
                .route(
                    $path,
                    own(routing::$method($handler), Deed::$deed)
                        .layer(Extension(Parameters(&[$(stringify!($parameter)),*]))),
                )
            )*
        }
    };
}

operations! {
    get "/api/v1/ledger/events" ReadLog [from limit] events::handler;
    get "/api/v1/ledger/explain/{metric}" ReadLog
        [dateFrom dateTo userId source quality limit after] explain::handler;
    get "/api/v1/ledger/leads/{id}/events" ReadLedger [] lead_events::handler;
    post "/api/v1/ledger/leads/{id}/lift-suppression" RepairLedger [] lift_suppression::handler;
    get "/api/v1/ledger/projections" ReadLedger [] list_projections::handler;
    post "/api/v1/ledger/rebuilds" RepairLedger [] rebuilds::start;
    get "/api/v1/ledger/rebuilds/{id}" ReadLedger [] rebuilds::show;
    get "/api/v1/ledger/dead-letters" ReadLedger [all after limit] dead_letters::handler;
    post "/api/v1/ledger/dead-letters/{id}/resolve" RepairLedger [] resolve_dead_letter::handler;
    get "/api/v1/ledger/restatements" ReadLedger [since userId] restatements::handler;
    get "/api/v1/ledger/verify" ReadLedger [] verification::show;
    post "/api/v1/ledger/verify" VerifyLedger [] verification::start;
}

/// Its paths. Everybody may listen to the stream, to what they may hear.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/ledger/stream", get(stream::handler))
        .merge(operations())
        .method_not_allowed_fallback(reject::method_not_allowed)
}
