//! What was sent? JSON, a form, or a query: one list of members, as they came.

use super::reject::Reject;
use crate::http::body;
use crate::http::decode;
use crate::http::json;
use crate::http::request::WrittenUri;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{Method, header};
use domain::text::{is_blank, trim};
use serde_json::{Map, Value};

/// The largest body, in bytes.
const BODY_MAX: usize = 64 << 10;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Sent {
    /// As sent: what a signature covers.
    pub fields: Map<String, Value>,
    /// Whether they came as text, of a query or form: there a `+` may have become a blank.
    pub is_text: bool,
    /// What a v2 signature covers.
    pub body: Bytes,
    pub path_and_query: String,
    pub is_get: bool,
}

/// Reads a request.
pub async fn read(request: Request) -> Result<Sent, Reject> {
    let is_get = request.method() == Method::GET;
    let uri = request.extensions().get::<WrittenUri>().map_or(request.uri(), |written| &written.0);
    let path_and_query = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let query = uri.query().unwrap_or("").to_owned();
    let (parts, body) = request.into_parts();
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or("").to_ascii_lowercase();
    let body = body::read(body, BODY_MAX).await.map_err(Reject::Body)?;
    let sent = |fields, is_text| Sent { fields, is_text, body: body.clone(), path_and_query, is_get };
    if is_get || (body.is_empty() && !query.is_empty()) {
        return Ok(sent(pairs(query.as_bytes()), true));
    }
    if content_type.starts_with("application/x-www-form-urlencoded") {
        return Ok(sent(pairs(&body), true));
    }
    if content_type.starts_with("multipart/form-data") {
        let form = Request::from_parts(parts, Body::from(body.clone()));
        return Ok(sent(multipart(form).await?, true));
    }
    if !content_type.is_empty() && !content_type.contains("json") && !content_type.starts_with("text/") {
        return Err(Reject::UnsupportedType);
    }
    match json::parse(&body) {
        Ok(Value::Object(fields)) => Ok(sent(fields, false)),
        Ok(_) | Err(_) => Err(Reject::Malformed),
    }
}

/// The members of a query; of those given twice the last that says something.
fn pairs(encoded: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in decode::pairs(encoded).into_iter().filter(|(name, _)| !name.is_empty()) {
        let is_new = !fields.contains_key(&name);
        if is_new || !is_blank(&value) {
            fields.insert(name, Value::String(value));
        }
    }
    fields
}

async fn multipart(request: Request) -> Result<Map<String, Value>, Reject> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Reject::Malformed)?;
    let mut fields = Map::new();
    while let Some(field) = form.next_field().await.map_err(|_| Reject::Malformed)? {
        let Some(name) = field.name().map(|name| trim(name).to_owned()) else { continue };
        let bytes = field.bytes().await.map_err(|_| Reject::Malformed)?;
        fields.insert(name, Value::String(decode::text(&bytes).into_owned()));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-020, B-021
    #[test]
    fn a_query_may_begin_with_an_ampersand_and_be_mostly_empty() {
        let fields = pairs(b"&lead_id=7&title=&phone=%2B44123&user=a%20b&user=");
        assert_eq!(fields["lead_id"], "7");
        assert_eq!((&fields["phone"], &fields["user"]), (&"+44123".into(), &"a b".into()));
    }
}
