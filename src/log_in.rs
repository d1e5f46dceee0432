//! Who is this, by name and password? One way in for every human surface (C-36).

use crate::http::tokens::Use;
use crate::ledger::RecordError;
use crate::ledger::machines::sha256_hex;
use crate::ledger::people::{PASSWORD, verify_password};
use crate::state::App;
use domain::agent::Agent;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// Somebody who may come in.
pub struct LoggedIn {
    pub id: Uuid,
    pub agent: Arc<Agent>,
    pub token: String,
}

/// Why somebody may not.
#[derive(Debug)]
pub enum NotLoggedIn {
    WrongPassword,
    Inactive,
    TooManyTries { retry_after_seconds: i64 },
    Failed(RecordError),
}

impl From<RecordError> for NotLoggedIn {
    fn from(error: RecordError) -> Self {
        Self::Failed(error)
    }
}

impl App {
    /// Logs in by user name or e-mail. Failures are counted for the account and for the address.
    pub async fn log_in(
        &self,
        use_of: Use,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<LoggedIn, NotLoggedIn> {
        // Counted by hash, so that no list of names tried lies in memory.
        let mut tried = vec![format!("account:{}", sha256_hex(name.to_lowercase()))];
        tried.extend(address.map(|address| format!("address:{address}")));
        if let Some(retry_after_seconds) = self.failures.wait_seconds(&tried) {
            return Err(NotLoggedIn::TooManyTries { retry_after_seconds });
        }
        self.failures.count(&tried);
        let (id, agent) = self.check_password(name, password).await?.ok_or(NotLoggedIn::WrongPassword)?;
        self.failures.forgive(&tried);
        self.let_in(use_of, id, agent)
    }

    /// Lets a person in without a password, by user name or e-mail; `None` if nobody has it. Only for surfaces that are
    /// there while developing.
    pub async fn log_in_for_test(&self, use_of: Use, name: &str) -> Result<Option<LoggedIn>, NotLoggedIn> {
        let Some(id) = self.ledger.find_login(name).await? else { return Ok(None) };
        let agent = self.ledger.current_agent(id).await?;
        self.let_in(use_of, id, agent).map(Some)
    }

    fn let_in(&self, use_of: Use, id: Uuid, agent: Arc<Agent>) -> Result<LoggedIn, NotLoggedIn> {
        if !agent.is_active {
            return Err(NotLoggedIn::Inactive);
        }
        let unsigned = || RecordError::Internal("a token could not be signed".to_owned());
        let token = self.tokens.issue(use_of, id, &agent).ok_or_else(unsigned)?;
        Ok(LoggedIn { id, agent, token })
    }

    /// The person with this name and password. Takes as long for names that nobody has.
    async fn check_password(
        &self,
        name: &str,
        password: &str,
    ) -> Result<Option<(Uuid, Arc<Agent>)>, RecordError> {
        let id = self.ledger.find_login(name).await?;
        let hash = match id {
            Some(id) => self.ledger.find_secret(PASSWORD, &id.to_string()).await?,
            None => None,
        };
        let password = password.to_owned();
        // Each takes a core and 19 MiB for a while: no more at once than there are cores.
        let _turn = self.hashing.acquire().await;
        let is_right = tokio::task::spawn_blocking(move || verify_password(&password, hash.as_deref())).await;
        match (id, is_right) {
            (Some(id), Ok(true)) => Ok(Some((id, self.ledger.current_agent(id).await?))),
            _ => Ok(None),
        }
    }
}
