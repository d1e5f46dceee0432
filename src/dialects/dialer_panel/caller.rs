//! Who calls the dialer panel: a dialer by its token (B-092), or a person by theirs, as far as their role may do what the
//! path is for (C-36).

use super::reject::{Reject, Rejected};
use crate::actions::people::machines::Machine;
use crate::http::credentials::bearer;
use crate::http::limits::Bucket;
use crate::http::request::request_id;
use crate::http::rights::For;
use crate::ledger::{Context, RecordError};
use crate::state::{App, Person};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::principal::{Principal, Role, Scope};
use domain::rights::{Deed, Reach};
use uuid::Uuid;

/// The name of this dialect in metadata.
pub const DIALECT: &str = "dialer_panel";

/// A dialer that showed a good token. People's tokens do not open its paths, nor does its token open theirs.
#[derive(Clone, Debug)]
pub struct Dialer {
    pub machine: Machine,
    pub request_id: String,
}

impl Dialer {
    /// The circumstances of its request.
    pub fn context(&self) -> Context {
        Context {
            principal: Principal::Machine(self.machine.id.into()),
            dialect: DIALECT,
            request_id: self.request_id.clone(),
            body_hash: None,
        }
    }

    /// A "no" to its request.
    pub fn reject(&self, reject: impl Into<Reject>) -> Rejected {
        Rejected(reject.into(), self.request_id.clone())
    }
}

impl FromRequestParts<App> for Dialer {
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Rejected> {
        let request_id = request_id(&parts.extensions);
        let reject = |reject| Rejected(reject, request_id.clone());
        let token = bearer(&parts.headers).ok_or_else(|| reject(Reject::NotAuthenticated))?;
        let machine = app.machines.find(token).await.map_err(|error| reject(error.into()))?;
        let machine = machine.ok_or_else(|| reject(Reject::NotAuthenticated))?;
        if !machine.credential.has(Scope::Dialer) {
            return Err(reject(Reject::NotPermitted));
        }
        let charged = app.limits.charge(Bucket::Machine, &machine.id.to_string());
        charged.map_err(|standing| reject(Reject::TooManyRequests(standing)))?;
        Ok(Self { machine, request_id })
    }
}

/// A person who is logged in and may do what they ask for.
#[derive(Clone, Debug)]
pub struct Member {
    pub person: Person,
    /// Whose numbers they see: everybody's, their team's and nobody's, or only their own.
    pub reach: Reach,
    pub request_id: String,
}

impl Member {
    /// The circumstances of their request.
    pub fn context(&self) -> Context {
        Context {
            principal: self.person.principal(),
            dialect: DIALECT,
            request_id: self.request_id.clone(),
            body_hash: None,
        }
    }

    /// Whose numbers they may change; `None`: everybody's.
    pub fn only(&self) -> Option<Uuid> {
        (self.person.role() != Role::Admin).then_some(self.person.id)
    }

    /// Whether they may do something beyond what the path is for.
    pub fn may(&self, deed: Deed) -> bool {
        self.person.role().may(deed)
    }

    /// A "no" to their request.
    pub fn reject(&self, reject: impl Into<Reject>) -> Rejected {
        Rejected(reject.into(), self.request_id.clone())
    }

    /// The database said no.
    pub fn failed(&self, error: impl Into<RecordError>) -> Rejected {
        self.reject(error.into())
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
        let is_allowed = parts.extensions.get::<For>().is_some_and(|For(deed)| person.role().may(*deed));
        if !is_allowed {
            return Err(reject(Reject::NotPermitted));
        }
        let reach = app.ledger.reach(person.id, person.role()).await.map_err(|error| reject(error.into()))?;
        Ok(Self { person, reach, request_id })
    }
}
