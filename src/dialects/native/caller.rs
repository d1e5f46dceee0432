//! Who calls the native API: people whose role may read the log.

use super::reject::{Reject, Rejected};
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::ledger::{Context, RecordError};
use crate::state::{App, Person};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::principal::Role;

/// An admin, auditor or analyst.
#[derive(Clone, Debug)]
pub struct Reader {
    pub person: Person,
    pub request_id: String,
}

impl Reader {
    /// A "no" to their request.
    pub fn reject(&self, reject: impl Into<Reject>) -> Rejected {
        Rejected(reject.into(), self.request_id.clone())
    }

    /// A "no" because a read failed.
    pub fn failed(&self, error: impl Into<RecordError>) -> Rejected {
        self.reject(error.into())
    }

    /// Goes on only for admins: they alone repair.
    pub fn require_admin(&self) -> Result<(), Rejected> {
        if self.person.role() == Role::Admin { Ok(()) } else { Err(self.reject(Reject::NotPermitted)) }
    }

    /// The circumstances of their request.
    pub fn context(&self) -> Context {
        Context {
            principal: self.person.principal(),
            dialect: "native",
            request_id: self.request_id.clone(),
            body_hash: None,
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Rejected> {
        let request_id = request_id(&parts.extensions);
        let reject = |reject| Rejected(reject, request_id.clone());
        let token = bearer(&parts.headers).ok_or_else(|| reject(Reject::NotAuthenticated))?;
        let person = app.find_person(token).await.map_err(|error| reject(error.into()))?;
        let person = person.ok_or_else(|| reject(Reject::NotAuthenticated))?;
        if !person.role().reads_log() {
            return Err(reject(Reject::NotPermitted));
        }
        Ok(Self { person, request_id })
    }
}
