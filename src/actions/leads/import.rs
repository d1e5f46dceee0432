//! Many leads of one agent at once, each for itself: those whose number the agent has already are told apart, whoever
//! imports the same file at the same time.

use crate::actions::leads::schedule::CreateLead;
use crate::ledger::desk::Desk;
use crate::ledger::error::{Conflict, RecordError};
use crate::ledger::record::Action;
use crate::ledger::{Context, Ledger};
use domain::Refusal;
use domain::keys::KeyKind;
use futures_util::{StreamExt, TryStreamExt};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::mpsc;

/// Leads of one intent: others' requests do not wait long for it.
const AT_ONCE: usize = 250;
/// Intents on their way at once.
const IN_FLIGHT: usize = 4;
/// How often one is recorded again without what others were faster to add.
const ROUNDS_MAX: usize = 5;

/// How long a handful waits when the ledger is busy.
const BUSY_PAUSE: Duration = Duration::from_millis(300);

/// A lead of a file, and the row it stands in.
pub type Row = (usize, CreateLead);

/// What came of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Imported {
    pub created: usize,
    /// Rows whose number the agent has, or that came twice.
    pub duplicates: Vec<usize>,
    /// Up to where the log holds them.
    pub position: i64,
}

/// New leads, all or none.
struct CreateLeads<'a> {
    rows: &'a [Row],
}

impl Action for CreateLeads<'_> {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        for (_, lead) in self.rows {
            if !desk.agent(lead.agent_id).await?.is_there() {
                return Err(Refusal::AgentIsUnknown.into());
            }
            lead.capture(desk).await?;
        }
        Ok(())
    }
}

/// The name of the claim that no two leads of the agent hold.
fn claim((_, lead): &Row) -> Option<String> {
    lead.claim().map(|claim| claim.key)
}

/// The next rows: as many as an intent takes, fewer only at the end.
async fn handful(rows: &mut mpsc::Receiver<Row>) -> Option<Vec<Row>> {
    let mut handful = Vec::with_capacity(AT_ONCE);
    while handful.len() < AT_ONCE
        && let Some(row) = rows.recv().await
    {
        handful.push(row);
    }
    (!handful.is_empty()).then_some(handful)
}

impl Ledger {
    /// Creates the leads of a file as they come; `on_done` learns of every handful. Ends when the read models have them.
    pub async fn import_leads(
        &self,
        context: &Context,
        rows: mpsc::Receiver<Row>,
        on_done: impl Fn(usize) + Sync,
    ) -> Result<Imported, RecordError> {
        let (mut seen, on_done) = (HashSet::new(), &on_done);
        let handfuls = futures_util::stream::unfold(rows, |mut rows| async move {
            let handful = handful(&mut rows).await?;
            Some((handful, rows))
        });
        let handfuls = std::pin::pin!(handfuls);
        let mut done = handfuls
            .map(|handful| {
                let count = handful.len();
                let (fresh, twice): (Vec<Row>, Vec<Row>) =
                    handful.into_iter().partition(|row| claim(row).is_none_or(|claim| seen.insert(claim)));
                async move {
                    let mut imported = self.import_handful(context, fresh).await?;
                    imported.duplicates.extend(twice.iter().map(|(row, _)| *row));
                    on_done(count);
                    Ok::<_, RecordError>(imported)
                }
            })
            .buffered(IN_FLIGHT);
        let mut all = Imported::default();
        while let Some(imported) = done.try_next().await? {
            all.created += imported.created;
            all.duplicates.extend(imported.duplicates);
            all.position = all.position.max(imported.position);
        }
        all.duplicates.sort_unstable();
        self.wait_followed(all.position).await;
        Ok(all)
    }

    async fn import_handful(&self, context: &Context, rows: Vec<Row>) -> Result<Imported, RecordError> {
        let claims = rows.iter().filter_map(claim).collect();
        let known = self.held_among(KeyKind::PhoneOfAgent, claims).await?;
        let mut imported = Imported::default();
        let (lost, mut left): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|row| claim(row).is_some_and(|claim| known.contains(&claim)));
        imported.duplicates.extend(lost.iter().map(|(row, _)| *row));
        for _ in 0..ROUNDS_MAX {
            if left.is_empty() {
                return Ok(imported);
            }
            match self.append_only(context, &CreateLeads { rows: &left }).await {
                Err(RecordError::Conflict(conflict)) => {
                    let taken: HashSet<&str> = conflict.keys.iter().map(|key| &*key.key).collect();
                    let (lost, kept): (Vec<Row>, Vec<Row>) = left
                        .into_iter()
                        .partition(|row| claim(row).is_some_and(|claim| taken.contains(&*claim)));
                    imported.duplicates.extend(lost.iter().map(|(row, _)| *row));
                    left = kept;
                }
                // Others' rows are stored already: this handful is tried again before anybody is told "no".
                Err(RecordError::Busy) => tokio::time::sleep(BUSY_PAUSE).await,
                done => {
                    imported.position = done?.position;
                    imported.created = left.len();
                    return Ok(imported);
                }
            }
        }
        Err(RecordError::Conflict(Conflict::default()))
    }
}
