//! Which machines may talk to the ledger? Keys are kept as SHA-256 only, and found by it.

use crate::ledger::Ledger;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::credential::event::{Configuration, CredentialAdded};
use domain::credential::{Credential, CredentialCommand, decide};
use domain::principal::Scope;
use domain::stream::{StreamId, StreamKind};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// The kind of secret that a machine key's hash is; its value is the credential's id.
pub(crate) const MACHINE_KEY: &str = "machine_key";

/// SHA-256 in hex.
pub fn sha256_hex(data: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(data))
}

/// Adds a credential with one key, given by its hash; answers the credential's id. A key that is known already stays
/// where it is.
#[derive(Clone, Debug)]
pub struct AddCredential {
    pub name: String,
    pub scopes: Vec<Scope>,
    pub region: String,
    pub configuration: Configuration,
    pub key_hash: String,
}

impl Action for AddCredential {
    type Answer = Uuid;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Uuid, RecordError> {
        let id = desk.begin(StreamKind::Credential);
        let stream = StreamId::new(StreamKind::Credential, id);
        let at = desk.now();
        let added = CredentialAdded {
            at,
            num: desk.num(StreamKind::Credential).await?,
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            region: self.region.clone(),
        };
        let fingerprint = self.key_hash[..16].to_owned();
        let configuration = self.configuration.clone();
        for command in [
            CredentialCommand::Add(added),
            CredentialCommand::Configure { at, configuration },
            CredentialCommand::AddKey { at, fingerprint },
        ] {
            let credential = desk.credential(id).await?;
            desk.append(stream, decide(&credential, &command)?);
        }
        desk.secret(MACHINE_KEY, self.key_hash.clone(), Some(id.to_string()));
        Ok(id)
    }
}

/// Gives a credential another key, by its hash: both open until the old one is revoked.
#[derive(Clone, Debug)]
pub struct AddKey {
    pub id: Uuid,
    pub key_hash: String,
}

impl Action for AddKey {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let fingerprint = self.key_hash[..16].to_owned();
        let command = CredentialCommand::AddKey { at: desk.now(), fingerprint };
        append(desk, self.id, &command).await?;
        desk.secret(MACHINE_KEY, self.key_hash.clone(), Some(self.id.to_string()));
        Ok(())
    }
}

/// Says how a machine's requests are read.
#[derive(Clone, Debug)]
pub struct Configure {
    pub id: Uuid,
    pub configuration: Configuration,
}

impl Action for Configure {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let configuration = self.configuration.clone();
        append(desk, self.id, &CredentialCommand::Configure { at: desk.now(), configuration }).await
    }
}

/// Takes a key away; requests that show it are nobody's from now on.
#[derive(Clone, Debug)]
pub struct RevokeKey {
    pub id: Uuid,
    pub fingerprint: String,
}

impl Action for RevokeKey {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let fingerprint = self.fingerprint.clone();
        append(desk, self.id, &CredentialCommand::RevokeKey { at: desk.now(), fingerprint }).await
    }
}

async fn append(desk: &mut Desk<'_>, id: Uuid, command: &CredentialCommand) -> Result<(), RecordError> {
    let credential = desk.credential(id).await?;
    desk.append(StreamId::new(StreamKind::Credential, id), decide(&credential, command)?);
    Ok(())
}

/// How long a machine's key is taken for good without asking. Writes check it again when they are stored.
const KEY_FRESH: Duration = Duration::from_secs(1);

/// A machine that showed a good key.
#[derive(Clone, Debug)]
pub struct Machine {
    pub id: Uuid,
    pub credential: Arc<Credential>,
    /// The first 16 hex digits of the key's SHA-256.
    pub fingerprint: String,
}

/// Machines known by their keys.
pub struct Machines {
    ledger: Ledger,
    recent: Cache<String, (Machine, Instant)>,
}

impl Machines {
    /// The machines of this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, recent: Cache::new(1_000) }
    }

    /// The machine that this key belongs to.
    pub async fn find(&self, key: &str) -> Result<Option<Machine>, RecordError> {
        let hash = sha256_hex(key);
        if let Some((machine, asked_at)) = self.recent.get(&hash)
            && asked_at.elapsed() < KEY_FRESH
        {
            return Ok(Some(machine));
        }
        let Some((id, credential)) = self.ledger.find_machine(&hash).await? else { return Ok(None) };
        if let Err(error) = self.ledger.note_use(id).await {
            tracing::debug!(%error, "when a credential was last used could not be noted");
        }
        let fingerprint = hash[..16].to_owned();
        let machine = Machine { id, credential, fingerprint };
        self.recent.insert(hash, (machine.clone(), Instant::now()));
        Ok(Some(machine))
    }
}

impl Ledger {
    /// The credential that this key belongs to. The key is looked up by its hash, so the time it takes tells nothing
    /// of how much of a guess was right.
    pub async fn find_machine(&self, key_hash: &str) -> Result<Option<(Uuid, Arc<Credential>)>, RecordError> {
        let Some(id) = self.find_secret(MACHINE_KEY, key_hash).await? else { return Ok(None) };
        let Ok(id) = Uuid::try_parse(&id) else { return Ok(None) };
        let folded = self.reloaded(StreamId::new(StreamKind::Credential, id)).await?;
        let credential = folded.state.as_credential().cloned().unwrap_or_default();
        let shown = key_hash.as_bytes();
        let is_valid = credential.keys.iter().any(|known| bool::from(known.as_bytes().ct_eq(&shown[..16])));
        Ok(is_valid.then_some((id, credential)))
    }

    /// Notes that a credential is in use, once a minute at most.
    async fn note_use(&self, id: Uuid) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO credential_use AS u VALUES ($1, $2) ON CONFLICT (credential_id) DO UPDATE \
             SET last_used_at = EXCLUDED.last_used_at \
             WHERE u.last_used_at < EXCLUDED.last_used_at - interval '1 minute'",
        )
        .bind(id)
        .bind(self.now())
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Every credential and when it was last used, by number.
    pub async fn all_machines(&self) -> Result<Vec<KnownMachine>, RecordError> {
        let known: Vec<(String, Option<domain::time::Instant>)> = sqlx::query_as(
            "SELECT c.aggregate_id, u.last_used_at \
             FROM (SELECT DISTINCT aggregate_id FROM events WHERE aggregate_type = 'credential') c \
             LEFT JOIN credential_use u ON u.credential_id::text = c.aggregate_id",
        )
        .fetch_all(self.pool())
        .await?;
        let mut machines = Vec::with_capacity(known.len());
        for (id, last_used_at) in known {
            let Ok(id) = Uuid::try_parse(&id) else { continue };
            let folded = self.reloaded(StreamId::new(StreamKind::Credential, id)).await?;
            let credential = folded.state.as_credential().cloned().unwrap_or_default();
            machines.push(KnownMachine { id, credential, last_used_at });
        }
        machines.sort_by_key(|machine| machine.credential.num);
        Ok(machines)
    }
}

/// A credential as its operator sees it.
#[derive(Clone, Debug)]
pub struct KnownMachine {
    pub id: Uuid,
    pub credential: Arc<Credential>,
    /// Within a minute.
    pub last_used_at: Option<domain::time::Instant>,
}
