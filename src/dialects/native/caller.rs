//! Who calls the native API: people whose role may do what the path is for (C-36), with the query parameters that it has.

use super::reject::{Reject, Rejected};
use crate::http::credentials::bearer;
use crate::http::request::request_id;
use crate::http::rights::For;
use crate::ledger::{Context, RecordError};
use crate::state::{App, Person};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::rights::Reach;
use uuid::Uuid;

/// The query parameters that a path has.
#[derive(Clone, Copy, Debug)]
pub struct Parameters(pub &'static [&'static str]);

impl Parameters {
    /// Goes on if a query holds only these: a parameter that is misspelt must not widen an answer without a word.
    pub fn check(self, query: &str) -> Result<(), Reject> {
        let mut names = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
        match names.find(|name| !name.is_empty() && !self.0.contains(&&**name)) {
            None => Ok(()),
            Some(name) => Err(Reject::UnknownParameter { name: name.into_owned(), known: self.0 }),
        }
    }
}

/// Somebody who may read or repair the ledger.
#[derive(Clone, Debug)]
pub struct Reader {
    pub person: Person,
    /// Whose events and figures they see.
    pub reach: Reach,
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

    /// Whose figures they see: of `named`, or of all whom they may see, the nil id for what is nobody's; `None`: all.
    pub fn counted(&self, named: Option<Uuid>) -> Option<Vec<Uuid>> {
        match (&self.reach, named) {
            (Reach::All, named) => named.map(|id| vec![id]),
            (reach, Some(id)) => Some(if reach.covers(Some(id.into())) { vec![id] } else { Vec::new() }),
            (Reach::Only { agents, nobodys }, None) => {
                let nobody = nobodys.then_some(Uuid::nil());
                Some(agents.iter().map(|id| id.0).chain(nobody).collect())
            }
        }
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
        let is_allowed = parts.extensions.get::<For>().is_some_and(|For(deed)| person.role().may(*deed));
        if !is_allowed {
            return Err(reject(Reject::NotPermitted));
        }
        let known = parts.extensions.get::<Parameters>().copied().unwrap_or(Parameters(&[]));
        known.check(parts.uri.query().unwrap_or("")).map_err(&reject)?;
        let reach = app.ledger.reach(person.id, person.role()).await.map_err(|error| reject(error.into()))?;
        Ok(Self { person, reach, request_id })
    }
}
