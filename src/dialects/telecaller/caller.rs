//! Who calls the telecaller CRM: a person by their token (B-121), as far as their role may do what the path is for (B-171).

use super::reject::{Reject, Rejected};
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::http::rights::For;
use crate::ledger::{Context, RecordError};
use crate::state::{App, Person};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ids::AgentId;
use domain::rights::Reach;
use uuid::Uuid;

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

    /// Of whom they may see calls and reports: of the one they name, or of all of theirs; `None`: of everybody.
    pub async fn seen(&self, app: &App, named: Option<Uuid>) -> Result<Option<Vec<Uuid>>, RecordError> {
        let reach = self.reach(app).await?;
        Ok(match (reach, named) {
            (Reach::All, None) => None,
            (reach, Some(id)) => Some(if reach.covers(Some(AgentId(id))) { vec![id] } else { Vec::new() }),
            (Reach::Only { agents, .. }, None) => Some(agents.into_iter().map(|AgentId(id)| id).collect()),
        })
    }

    /// The same for sums, with the nil id for what is nobody's.
    pub async fn counted(&self, app: &App, named: Option<Uuid>) -> Result<Option<Vec<Uuid>>, RecordError> {
        let sees_nobodys = named.is_none() && self.reach(app).await?.covers(None);
        let mut seen = self.seen(app, named).await?;
        if let Some(seen) = seen.as_mut().filter(|_| sees_nobodys) {
            seen.push(Uuid::nil());
        }
        Ok(seen)
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
