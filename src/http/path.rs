//! Which thing does a path name? What cannot be read names nothing, which the dialect says in its own words.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use std::convert::Infallible;

/// The one changing segment of a path, decoded; blank if it is no text.
#[derive(Clone, Debug)]
pub struct Named(pub String);

/// The first two changing segments of a path, decoded; blank if they are no text.
#[derive(Clone, Debug)]
pub struct Pair(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for Pair {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let mut values = params.iter().flatten().map(|(_, value)| value.to_owned());
        let mut next = || values.next().unwrap_or_default();
        Ok(Self(next(), next()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let first = params.ok().and_then(|params| Some(params.iter().next()?.1.to_owned()));
        Ok(Self(first.unwrap_or_default()))
    }
}
