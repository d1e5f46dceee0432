//! What is known of every request before any dialect looks at it? Its id, and where it came from.

use super::client_address::{ClientAddress, client_address};
use super::encoding::unpacked;
use super::limits::Standing;
use crate::state::App;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The longest request id taken from a client, in characters.
const REQUEST_ID_MAX: usize = 128;
/// The longest answer that an error is added to, in bytes.
const ERROR_MAX: usize = 64 << 10;
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the client's own if it is plain, else a new one.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The URI as the client wrote it, before its slashes were tidied.
#[derive(Clone, Debug)]
pub struct WrittenUri(pub Uri);

/// Makes doubled slashes of the path one and takes off one at its end, in place: never a redirect, which would lose a
/// body (C-01).
pub fn tidy_path<B>(request: &mut axum::http::Request<B>) {
    let uri = request.uri().clone();
    let path = uri.path();
    if path.contains("//") || (path.len() > 1 && path.ends_with('/')) {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let tidy = format!("/{}", segments.join("/"));
        let with_query = uri.query().map_or_else(|| tidy.clone(), |query| format!("{tidy}?{query}"));
        if let Ok(path_and_query) = with_query.parse() {
            let mut parts = uri.clone().into_parts();
            parts.path_and_query = Some(path_and_query);
            if let Ok(tidy) = Uri::from_parts(parts) {
                *request.uri_mut() = tidy;
            }
        }
    }
    request.extensions_mut().insert(WrittenUri(uri));
}

/// What went wrong inside: told as `error` while developing, never in production (B-165).
#[derive(Clone, Debug)]
pub struct Detail(pub String);

/// The same answer, saying what went wrong.
async fn with_error(response: Response, text: String) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, ERROR_MAX).await.unwrap_or_default();
    let mut told: Map<String, Value> = serde_json::from_slice(&bytes).unwrap_or_default();
    told.insert("error".to_owned(), text.into());
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Value::Object(told).to_string().into())
}

/// Gives every request its id and address, refuses plain HTTP where that is not allowed, and every answer its headers.
pub async fn surround(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = given_id(&request).unwrap_or_else(|| crate::clock::new_id(app.ledger.now()).to_string());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let address = client_address(peer, request.headers(), &app.config.trusted_proxies);
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert::<ClientAddress>(address);
    let needs_https = app.config.require_https && !is_for_probes(request.uri().path());
    let mut response = if needs_https && !address.is_https && !address.is_local {
        no_https(&id)
    } else {
        next.run(unpacked(request)).await
    };
    if response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        // Which codings of a body are read (RFC 9110, 12.5.3).
        response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if let Some(Detail(text)) =
        response.extensions_mut().remove::<Detail>().filter(|_| !app.config.is_production)
    {
        response = with_error(response, text).await;
    }
    if let Some(standing) = response.extensions_mut().remove::<Standing>() {
        let is_refused = response.status() == StatusCode::TOO_MANY_REQUESTS;
        standing.write(response.headers_mut(), is_refused);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if app.config.is_production {
        let one_year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, one_year);
    }
    response
}

/// Whether a browser only wants to have it ready: that must change nothing.
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        headers.get(*name).and_then(|value| value.to_str().ok()).is_some_and(|text| text.contains("prefetch"))
    })
}

/// Whether load balancers and monitors ask for that path: they come past the proxy that ends TLS, and nothing personal is
/// answered there. Whatever proxies are trusted, plain HTTP is good enough (api-faults, "Decided").
fn is_for_probes(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics" | "/api" | "/api/")
}

/// Whichever dialect it was meant for: each reads one of these (B-010, C-09).
fn no_https(request_id: &str) -> Response {
    let text = "HTTPS is required";
    let body = json!({
        "error": text, "detail": text, "message": text, "success": false,
        "code": "https_required", "request_id": request_id,
    });
    (StatusCode::FORBIDDEN, axum::Json(body)).into_response()
}

/// The id of a request, for its answer.
pub fn request_id(extensions: &Extensions) -> String {
    extensions.get::<RequestId>().map_or_else(String::new, |id| id.0.clone())
}

/// The id that a client gave its request, if it is plain.
fn given_id(request: &Request) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    (!id.is_empty() && id.len() <= REQUEST_ID_MAX && id.chars().all(is_plain)).then(|| id.to_owned())
}
