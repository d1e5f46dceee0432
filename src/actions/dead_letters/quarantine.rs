//! What can be attributed but not understood is kept, and told apart from the same sent again.

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use chrono::Duration;
use domain::dead_letter::event::{QuarantineReason, Quarantined, ReportQuarantined};
use domain::dead_letter::{DeadLetter, DeadLetterCommand, decide};
use domain::keys::{Key, KeyKind, TakeKey};
use domain::stream::{StreamId, StreamKind};

/// How long the same is the same, in days.
pub const DAYS: i64 = 7;

/// Keeps what was sent.
#[derive(Clone, Debug)]
pub struct Quarantine {
    pub dialect: &'static str,
    pub reason: QuarantineReason,
    /// SHA-256 of it, in hex.
    pub digest: String,
    pub body: String,
}

impl Action for Quarantine {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let key = Key { kind: KeyKind::Content, key: format!("{}:{}", self.dialect, self.digest) };
        if desk.key(&key).await?.is_some() {
            return Ok(());
        }
        keep(desk, self.dialect, self.reason, &self.body).await?;
        let until = Some(desk.now() + Duration::days(DAYS));
        desk.take(TakeKey { key, holder: self.digest.clone(), until, outcome: None });
        Ok(())
    }
}

/// Appends the dead letter.
pub async fn keep(
    desk: &mut Desk<'_>,
    dialect: &str,
    reason: QuarantineReason,
    body: &str,
) -> Result<(), RecordError> {
    let id = desk.begin(StreamKind::DeadLetter);
    let quarantined = ReportQuarantined {
        at: desk.now(),
        num: desk.num(StreamKind::DeadLetter).await?,
        dialect: dialect.to_owned(),
        reason,
        // What the database cannot keep is not worth a refusal.
        person: Quarantined { body: body.replace('\0', "") },
    };
    let command = DeadLetterCommand::Quarantine(Box::new(quarantined));
    desk.append(StreamId::new(StreamKind::DeadLetter, id), decide(&DeadLetter::default(), &command)?);
    Ok(())
}
