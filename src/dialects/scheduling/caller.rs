//! Who calls: anybody who is logged in sees the whole ledger (C-36); auditors and analysts only look.

use super::reject::{Reject, Rejected};
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::ledger::{Context, RecordError};
use crate::state::{App, Person};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::rights::Deed;

/// Somebody who may look.
#[derive(Clone, Debug)]
pub struct Member {
    pub person: Person,
    pub request_id: String,
}

impl Member {
    /// A "no" to their request.
    pub fn reject(&self, reject: impl Into<Reject>) -> Rejected {
        Rejected(reject.into(), self.request_id.clone())
    }

    /// A "no" because a read failed.
    pub fn failed(&self, error: impl Into<RecordError>) -> Rejected {
        self.reject(error.into())
    }

    /// Goes on only for those who may change something.
    pub fn may_change(&self) -> Result<(), Rejected> {
        self.may(Deed::ChangeLeads)
    }

    /// Goes on only for those who lead others.
    pub fn may_lead(&self) -> Result<(), Rejected> {
        self.may(Deed::AssignLeads)
    }

    fn may(&self, deed: Deed) -> Result<(), Rejected> {
        if self.person.role().may(deed) { Ok(()) } else { Err(self.reject(Reject::NotPermitted)) }
    }

    /// The circumstances of their request.
    pub fn context(&self) -> Context {
        Context {
            principal: self.person.principal(),
            dialect: "scheduling",
            request_id: self.request_id.clone(),
            body_hash: None,
        }
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Rejected> {
        let request_id = request_id(&parts.extensions);
        let reject = |reject| Rejected(reject, request_id.clone());
        let token = bearer(&parts.headers).ok_or_else(|| reject(Reject::NotAuthenticated))?;
        let person = app.find_person(token).await.map_err(|error| reject(error.into()))?;
        let person = person.ok_or_else(|| reject(Reject::NotAuthenticated))?;
        Ok(Self { person, request_id })
    }
}
