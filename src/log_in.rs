//! Who is this, by name and password? One way in for every human surface (C-36), with one set of limits (C-48).

use crate::actions::people::log_ins_failed::NoteFailures;
use crate::actions::people::machines::sha256_hex;
use crate::actions::people::register::{PASSWORD, verify_password};
use crate::http::client_address::counted_as;
use crate::http::limits::Standing;
use crate::http::log_in_limits::{Admitted, SLOWED_BY, Try};
use crate::http::tokens::Use;
use crate::ledger::{Context, RecordError};
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
    /// Failures of the account at this address; `None` without limits.
    pub standing: Option<Standing>,
}

/// Why somebody may not.
#[derive(Debug)]
pub enum NotLoggedIn {
    WrongPassword { standing: Option<Standing> },
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
    /// Logs in by user name or e-mail. `address`: `None` for somebody who has a token already, and is counted apart.
    pub async fn log_in(
        &self,
        use_of: Use,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<LoggedIn, NotLoggedIn> {
        let too_many = |retry_after_seconds| NotLoggedIn::TooManyTries { retry_after_seconds };
        let address = address.map(counted_as);
        if let Some(seconds) = address.as_deref().and_then(|address| self.log_ins.wait_seconds(address)) {
            return Err(too_many(seconds));
        }
        let id = self.ledger.find_login(name).await?;
        // A name that nobody has is counted by its hash, so that no list of names tried lies in memory.
        let account = id.map_or_else(|| sha256_hex(name.to_lowercase()), |id| id.to_string());
        let tried = Try { account, address };
        let admitted = self.log_ins.admit(&tried).map_err(too_many)?;
        if admitted.is_slowed {
            tokio::time::sleep(SLOWED_BY).await;
        }
        let Some((id, agent)) = self.check_password(id, password).await? else {
            self.note_failure(id, &tried.account, &admitted);
            return Err(NotLoggedIn::WrongPassword { standing: admitted.standing });
        };
        let standing = self.log_ins.forgive(&tried);
        self.let_in(use_of, id, agent, standing)
    }

    /// Lets a person in without a password, by user name or e-mail; `None` if nobody has it. Only for surfaces that are
    /// there while developing.
    pub async fn log_in_for_test(&self, use_of: Use, name: &str) -> Result<Option<LoggedIn>, NotLoggedIn> {
        let Some(id) = self.ledger.find_login(name).await? else { return Ok(None) };
        let agent = self.ledger.current_agent(id).await?;
        self.let_in(use_of, id, agent, None).map(Some)
    }

    fn let_in(
        &self,
        use_of: Use,
        id: Uuid,
        agent: Arc<Agent>,
        standing: Option<Standing>,
    ) -> Result<LoggedIn, NotLoggedIn> {
        if !agent.is_active {
            return Err(NotLoggedIn::Inactive);
        }
        let unsigned = || RecordError::Internal("a token could not be signed".to_owned());
        let token = self.tokens.issue(use_of, id, &agent).ok_or_else(unsigned)?;
        Ok(LoggedIn { id, agent, token, standing })
    }

    /// The person of this account, if the password is right. Takes as long where there is no account.
    async fn check_password(
        &self,
        id: Option<Uuid>,
        password: &str,
    ) -> Result<Option<(Uuid, Arc<Agent>)>, RecordError> {
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

    /// Tells the admins, by an event, that somebody guesses this account's password from many addresses (C-48). Nobody
    /// waits for it, and who guesses learns nothing by it.
    fn note_failure(&self, id: Option<Uuid>, account: &str, admitted: &Admitted) {
        let Some(id) = id.filter(|_| admitted.is_slowed && self.log_ins.is_to_be_told(account)) else {
            return;
        };
        let (ledger, failures) = (self.ledger.clone(), admitted.of_account);
        self.tasks.start(async move {
            let noted = ledger.record(&Context::system("log_in"), &NoteFailures { id, failures }).await;
            if let Err(error) = noted {
                tracing::warn!(%error, account = %id, "many failed log-ins could not be put into the log");
            }
        });
    }
}
