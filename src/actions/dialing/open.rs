//! What must an empty ledger have before it can serve? A zone, an admin, the dialer's key.

use crate::actions::people::machines::{AddCredential, AddKey, KnownMachine, MACHINE_KEY, sha256_hex};
use crate::actions::people::register::{Register, checked_hash};
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use crate::ledger::{Context, Ledger};
use domain::agent::event::{AgentKind, Profile};
use domain::credential::event::Configuration;
use domain::dialing::open::OpenDialing;
use domain::dialing::{DialingCommand, decide};
use domain::lead::attempt::DialPolicy;
use domain::principal::{Role, Scope};
use domain::stream::StreamId;

/// Opens dialing in a zone, once.
struct OpenLedger<'a> {
    timezone: &'a str,
}

impl Action for OpenLedger<'_> {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let dialing = desk.dialing().await?;
        let open =
            OpenDialing { at: desk.now(), timezone: self.timezone.to_owned(), policy: DialPolicy::default() };
        desk.append(StreamId::DIALING, decide(&dialing, &DialingCommand::Open(open))?);
        Ok(())
    }
}

/// The first admin of an empty ledger.
#[derive(Clone, Debug)]
pub struct FirstAdmin {
    pub username: String,
    pub email: String,
    pub password: String,
}

impl Ledger {
    /// Opens an empty ledger; does nothing to one that is open. Integer ids go on after the highest of the log.
    pub async fn ensure_open(&self, timezone: &str) -> Result<(), RecordError> {
        self.raise_nums().await?;
        self.record(&Context::system("start"), &OpenLedger { timezone }).await?;
        Ok(())
    }

    /// Whether nobody was ever registered.
    pub async fn has_nobody(&self) -> Result<bool, RecordError> {
        let known: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM events WHERE aggregate_type = 'agent')")
                .fetch_one(self.pool())
                .await?;
        Ok(!known)
    }

    /// Registers the first admin.
    pub async fn register_first_admin(&self, admin: &FirstAdmin) -> Result<(), RecordError> {
        let register = Register {
            id: None,
            kind: AgentKind::Human,
            role: Role::Admin,
            department: Some("management".to_owned()),
            dialer_user_id: None,
            policy: DialPolicy::default(),
            scopes: Vec::new(),
            person: Profile {
                first_name: "Admin".to_owned(),
                last_name: "User".to_owned(),
                username: Some(admin.username.clone()),
                email: Some(admin.email.clone()),
                phone: None,
            },
            password_hash: Some(checked_hash(&admin.password)?),
        };
        self.record(&Context::system("start"), &register).await?;
        Ok(())
    }

    /// Makes sure that the dialer's token from the settings is known.
    pub async fn ensure_dialer(&self, token: &str, region: &str) -> Result<(), RecordError> {
        self.ensure_credential("dialer", vec![Scope::Dialer, Scope::DialerSwitch], token, region).await
    }

    /// Makes sure that the key of the "Interested" button from the settings is known.
    pub async fn ensure_from_dialer(&self, key: &str, region: &str) -> Result<(), RecordError> {
        self.ensure_credential("from-dialer", vec![Scope::FromDialer], key, region).await
    }

    async fn ensure_credential(
        &self,
        name: &str,
        scopes: Vec<Scope>,
        key: &str,
        region: &str,
    ) -> Result<(), RecordError> {
        let key_hash = sha256_hex(key);
        if self.find_machine(&key_hash).await?.is_some() {
            return Ok(());
        }
        let context = Context::system("start");
        if self.find_secret(MACHINE_KEY, &key_hash).await?.is_some() {
            tracing::warn!(name, "the key of the settings was revoked: it opens nothing; set another");
            return Ok(());
        }
        // A new key of a known machine: what it sent before is still its own.
        let known = self.all_machines().await?;
        let is_it = |known: &KnownMachine| {
            known.credential.name == name && scopes.iter().all(|scope| known.credential.has(*scope))
        };
        if let Some(machine) = known.iter().find(|known| is_it(known)) {
            return self.record(&context, &AddKey { id: machine.id, key_hash }).await.map(|_| ());
        }
        let (name, region, configuration) = (name.to_owned(), region.to_owned(), Configuration::default());
        let add = AddCredential { name, scopes, region, configuration, key_hash };
        self.record(&context, &add).await?;
        Ok(())
    }
}
