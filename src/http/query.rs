//! What does a query say? Its members as texts, in the shape of a body's, so that both are read alike.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value};
use std::convert::Infallible;

/// The members of a query; of those given twice the last.
#[derive(Clone, Debug)]
pub struct Members(pub Map<String, Value>);

impl<S: Sync> FromRequestParts<S> for Members {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or("");
        let members = form_urlencoded::parse(query.as_bytes());
        Ok(Self(members.map(|(name, text)| (name.into_owned(), Value::from(text.into_owned()))).collect()))
    }
}
