//! The "Interested" button of a dialer (documents 000 and 001): one path, `/api/leads/from-dialer`, by POST and by GET.
//!
//! Known quirks, kept because its clients rely on them; do not propagate:
//! - `GET` has effects: some dialers can do nothing else. `HEAD` and prefetches have none.
//! - Update answers 201 as create does; only the message differs.
//! - `lead_id` of a request is the dialer's own id; the answer calls it `dialer_lead_id`, and `id` is ours.
//! - The signature (v1) is that of JavaScript template strings and does not cover the timestamp, so a signature seen
//!   before makes no second event, for ever.
//! - A v2 signature covers timestamp, nonce, method, path, query and body; the same one again is a repeat, its nonce with
//!   anything else is refused.
//! - `python` and `php` canonical forms spell numbers as those languages do. What their JSON does not carry cannot be
//!   told: a PHP client must send floats with `JSON_PRESERVE_ZERO_FRACTION` or below 1e14.
//! - A click that names no call (`uniqueid`, or `session_id` with `epoch`) is no attempt: nothing is counted by a guess.
//! - `dialer_api_key` is another name of `api_key`, `dialer_lead_id` of `lead_id`, `address` of `address1`, `postcode`
//!   of `postal_code`.

pub mod caller;
pub mod fields;
pub mod intake;
pub mod interested;
pub mod openapi;
mod receipts;
pub mod reject;
pub mod reply;
pub mod resolve;
pub mod signature;
mod spelling;
pub mod words;

use crate::state::App;
use axum::Router;
use axum::routing::{get, post};

/// Its path.
pub fn routes() -> Router<App> {
    let path = "/api/leads/from-dialer";
    Router::new()
        .route(path, post(interested::handler))
        .route(path, get(interested::handler).head(reject::no_effect))
        .method_not_allowed_fallback(reject::method_not_allowed)
}
