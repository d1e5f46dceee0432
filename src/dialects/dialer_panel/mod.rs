//! The dialer panel (document 003): a dialer polls for numbers and reports what came of them.
//!
//! Known quirks, kept because its clients rely on them; do not propagate:
//! - `GET next-batch` has effects (C-19): it leases what it returns.
//! - A report is hardly ever refused (C-17): real clients send a refused report again for ever, and it blocks those
//!   queued behind it. So values of the wrong type are read as far as they can be, and unknown ones are dead letters.
//! - NUL characters in texts are dropped rather than refused, for the same reason.
//! - A report without `batch_id` ends the lease that the number was dialed under: the document's own payload has none.
//! - The week starts on Saturday (`day_of_week` 0).
//! - `retry_after_seconds` is never 0: clients take 0 for missing.

pub mod caller;
pub mod get_schedule;
pub mod next_batch;
pub mod put_schedule;
pub mod reject;
pub mod report;
pub mod report_result;
pub mod resolve;
pub mod words;

use crate::state::App;
use axum::Router;
use axum::routing::{get, post};

/// Its paths.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/dialer/next-batch", get(next_batch::handler))
        .route("/api/dialer/report-result", post(report_result::handler))
        .route("/api/schedule", get(get_schedule::handler).put(put_schedule::handler))
        .method_not_allowed_fallback(reject::method_not_allowed)
}
