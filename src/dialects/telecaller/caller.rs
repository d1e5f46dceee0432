//! Who calls the telecaller CRM: a person by their token (B-121), as far as their role may do what the path is for (B-171).

use super::reject::{Reject, Rejected};
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::ledger::{Context, RecordError};
use crate::state::{App, Person};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::rights::{Deed, Reach};

/// What an operation is for; a path without one is nobody's.
#[derive(Clone, Copy, Debug)]
pub struct For(pub Deed);

/// A person who is logged in and may do what they ask for.
#[derive(Clone, Debug)]
pub struct Caller {
    pub person: Person,
    pub token: String,
    pub request_id: String,
}

impl Caller {
    /// A "no" to their request.
    pub fn reject(&self, reject: impl Into<Reject>) -> Rejected {
        Rejected(reject.into(), self.request_id.clone())
    }

    /// A "no" because a read failed.
    pub fn failed(&self, error: impl Into<RecordError>) -> Rejected {
        self.reject(error.into())
    }

    /// Whose leads and calls they see.
    pub async fn reach(&self, app: &App) -> Result<Reach, RecordError> {
        app.ledger.reach(self.person.id, self.person.role()).await
    }

    /// The circumstances of their request.
    pub fn context(&self) -> Context {
        Context {
            principal: self.person.principal(),
            dialect: "telecaller",
            request_id: self.request_id.clone(),
            body_hash: None,
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Rejected> {
        let request_id = request_id(&parts.extensions);
        let reject = |reject| Rejected(reject, request_id.clone());
        let token = bearer(&parts.headers).ok_or_else(|| reject(Reject::NoToken))?;
        let person = app.find_person(token).await.map_err(|error| reject(error.into()))?;
        let person = person.ok_or_else(|| reject(Reject::BadToken))?;
        let is_allowed = parts.extensions.get::<For>().is_some_and(|For(deed)| person.role().may(*deed));
        if !is_allowed {
            return Err(reject(Reject::NotPermitted));
        }
        Ok(Self { person, token: token.to_owned(), request_id })
    }
}
