//! Who may hear what? People hear of themselves, those who lead of their team and of what is nobody's, those who see all of
//! everybody (C-32, C-36).

use super::news::News;
use crate::ledger::RecordError;
use crate::state::{App, Person};
use domain::ids::AgentId;
use domain::principal::Role;
use domain::rights::Reach;
use std::time::Duration;
use uuid::Uuid;

/// How often a listener is asked for again: whether the token is still good, and for whom.
pub const CHECK_EVERY: Duration = Duration::from_secs(15);

/// Somebody who listens.
#[derive(Clone, Debug)]
pub struct Listener {
    pub id: Uuid,
    pub role: Role,
    token: String,
    reach: Reach,
}

impl Listener {
    /// Whoever shows this token.
    pub async fn find(app: &App, token: &str) -> Result<Option<Self>, RecordError> {
        match app.find_person(token).await? {
            Some(person) => Ok(Some(Self::of(app, &person, token).await?)),
            None => Ok(None),
        }
    }

    /// That person, logged in by this token.
    pub async fn of(app: &App, person: &Person, token: &str) -> Result<Self, RecordError> {
        let reach = app.ledger.reach(person.id, person.role()).await?;
        Ok(Self { id: person.id, role: person.role(), token: token.to_owned(), reach })
    }

    /// The same, as of now; `None`: the token is good no more, or for another role.
    pub async fn again(&self, app: &App) -> Result<Option<Self>, RecordError> {
        Ok(Self::find(app, &self.token).await?.filter(|now| now.role == self.role))
    }

    /// Whether they are told.
    pub fn hears(&self, news: &News) -> bool {
        let is_leader = !self.role.takes_calls();
        self.reach.covers(news.agent_id.map(AgentId)) && (is_leader || !news.is_for_leaders)
    }

    /// Whether they may join the room of that person: their own, and for those who lead anybody's (C-32).
    pub fn may_join(&self, id: Uuid) -> bool {
        match self.role {
            Role::Admin | Role::Supervisor | Role::Auditor | Role::Analyst => true,
            Role::Telecaller | Role::Agent => self.id == id,
        }
    }
}
