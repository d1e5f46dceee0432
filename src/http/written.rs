//! What does the answer to a write carry? Where it stands in the log, and whether the read models have it.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

const POSITION: HeaderName = HeaderName::from_static("ledger-position");
const FOLLOWED: HeaderName = HeaderName::from_static("ledger-followed");
/// Says that nothing was stored: this was said before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The headers of the answer to a write.
pub fn headers(position: i64, is_followed: bool, is_replay: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(POSITION, HeaderValue::from(position));
    if !is_followed {
        headers.insert(FOLLOWED, HeaderValue::from_static("false"));
    }
    if is_replay {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    headers
}
