//! Who calls the telecaller CRM: a person by their token (B-121).

use super::reject::{Reject, Rejected};
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::state::{App, Person};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// A person who is logged in.
#[derive(Clone, Debug)]
pub struct Caller {
    pub person: Person,
    pub request_id: String,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Rejected> {
        let request_id = request_id(&parts.extensions);
        let reject = |reject| Rejected(reject, request_id.clone());
        let token = bearer(&parts.headers).ok_or_else(|| reject(Reject::NoToken))?;
        let person = app.find_person(token).await.map_err(|error| reject(error.into()))?;
        let person = person.ok_or_else(|| reject(Reject::BadToken))?;
        Ok(Self { person, request_id })
    }
}
