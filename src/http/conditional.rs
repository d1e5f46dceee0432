//! Does the client have this answer already? A tag of its body, and 304 without one where the client names that tag.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use sha2::{Digest, Sha256};

/// The largest answer that is tagged, in bytes.
const TAGGED_MAX: usize = 16 << 20;

/// The answer with its tag, or 304 where `asked` names it (RFC 9110, 13.1.2). Only JSON that was found is tagged.
pub async fn answer(asked: Option<HeaderValue>, response: Response) -> Response {
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !is_json {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, TAGGED_MAX).await else {
        // No page is a tenth of that: nobody is told half of it.
        parts.status = StatusCode::INTERNAL_SERVER_ERROR;
        remove_entity(&mut parts.headers);
        return Response::from_parts(parts, Body::empty());
    };
    let tag = format!("W/\"{}\"", &hex::encode(Sha256::digest(&bytes))[..24]);
    let is_known = asked.is_some_and(|asked| names(&asked, &tag));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        remove_entity(&mut parts.headers);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn remove_entity(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
}

/// Whether a list of tags names this one; weak or not makes no difference here.
fn names(asked: &HeaderValue, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let asked = asked.to_str().unwrap_or("");
    asked.split(',').any(|one| opaque(one) == opaque(tag))
}
