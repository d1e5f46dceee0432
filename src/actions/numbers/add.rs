//! Many numbers become leads; those that the ledger has already are told apart, whoever adds them at the same time.

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use crate::ledger::{Context, Ledger};
use domain::keys::{Key, KeyKind};
use domain::lead::LeadCommand;
use domain::lead::capture::CaptureLead;
use domain::lead::event::{Person, Source};
use domain::phone::Phone;
use domain::status::Stage;
use domain::stream::StreamKind;
use std::collections::HashSet;
use uuid::Uuid;

/// Numbers of one intent: others' requests do not wait long for it.
pub const AT_ONCE: usize = 250;
/// How often a handful is recorded again without what others were faster to add.
const ROUNDS_MAX: usize = 5;

/// What came of a handful of numbers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Added {
    pub inserted: usize,
    /// As written: numbers that the ledger has, or that came twice.
    pub duplicates: Vec<String>,
    /// Up to where the log holds them.
    pub position: i64,
}

/// New numbers, all or none; answers their leads' ids.
#[derive(Clone, Copy, Debug)]
pub struct CaptureNumbers<'a> {
    pub phones: &'a [Phone],
    pub source: Source,
}

impl Action for CaptureNumbers<'_> {
    type Answer = Vec<Uuid>;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Vec<Uuid>, RecordError> {
        let mut ids = Vec::with_capacity(self.phones.len());
        for phone in self.phones {
            let id = desk.begin(StreamKind::Lead);
            let command = LeadCommand::Capture(Box::new(CaptureLead {
                at: desk.now(),
                num: desk.num(StreamKind::Lead).await?,
                source: self.source,
                stage: Stage::New,
                agent_id: None,
                priority: 0,
                schedule_at: None,
                person: Person { phone: Some(phone.clone()), ..Person::default() },
            }));
            desk.decide_lead(id, &command).await?;
            ids.push(id);
        }
        Ok(ids)
    }
}

/// What no two leads hold.
fn claim(phone: &Phone) -> Option<String> {
    Some(Key::phone(&phone.key()?).key)
}

impl Ledger {
    /// Adds up to [`AT_ONCE`] numbers. Does not wait for the read models: whoever adds many waits at the end.
    pub async fn add_numbers(
        &self,
        context: &Context,
        source: Source,
        phones: Vec<Phone>,
    ) -> Result<Added, RecordError> {
        let claims = phones.iter().filter_map(claim).collect();
        let mut known = self.held_among(KeyKind::Phone, claims).await?;
        let mut added = Added::default();
        let mut new = Vec::with_capacity(phones.len());
        for phone in phones {
            let is_new = claim(&phone).is_none_or(|claim| known.insert(claim));
            if is_new { new.push(phone) } else { added.duplicates.push(phone.raw) }
        }
        for _ in 0..ROUNDS_MAX {
            if new.is_empty() {
                return Ok(added);
            }
            match self.append_only(context, &CaptureNumbers { phones: &new, source }).await {
                Err(RecordError::Conflict(conflict)) => {
                    let taken: HashSet<&str> = conflict.keys.iter().map(|key| &*key.key).collect();
                    let (lost, left) = new
                        .into_iter()
                        .partition(|phone| claim(phone).is_some_and(|claim| taken.contains(&*claim)));
                    new = left;
                    added.duplicates.extend(Vec::<Phone>::into_iter(lost).map(|phone| phone.raw));
                }
                done => {
                    added.position = done?.position;
                    added.inserted = new.len();
                    return Ok(added);
                }
            }
        }
        Err(RecordError::Conflict(crate::ledger::error::Conflict::default()))
    }
}
