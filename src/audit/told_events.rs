//! Which events of the log may somebody read (C-36), and who did them? Metadata holds ids only; names are those that people
//! and machines have now.

use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use domain::ids::AgentId;
use domain::rights::Reach;
use domain::stream::{StreamId, StreamKind};
use projections::feed::Record;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// An event that may be told, and who did it.
#[derive(Clone, Debug)]
pub struct ToldEvent {
    pub record: Record,
    /// `system`, `agent:<id>` or `credential:<id>`; `None`: the event does not say.
    pub actor: Option<String>,
    /// A person's or a machine's name; of the service itself `system`.
    pub actor_name: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    actor: Option<String>,
}

/// Who did an event, as its metadata says; `None`: it does not say.
pub fn actor(metadata: &str) -> Option<String> {
    serde_json::from_str::<Metadata>(metadata).ok()?.actor
}

impl Ledger {
    /// Those of a page of events that somebody of this reach may read, in order. A supervisor reads what dialing as a whole
    /// did, and the events of the team's people, of their leads and reports, and of leads that are nobody's.
    pub async fn tell_events(
        &self,
        records: Vec<Record>,
        reach: &Reach,
    ) -> Result<Vec<ToldEvent>, RecordError> {
        let records = match reach {
            Reach::All => records,
            Reach::Only { .. } => self.visible(records, reach).await?,
        };
        let actors: Vec<Option<String>> = records.iter().map(|record| actor(record.metadata())).collect();
        let names = self.actor_names(actors.iter().flatten().cloned().collect()).await?;
        let told = records.into_iter().zip(actors).map(|(record, actor)| {
            let actor_name = actor.as_ref().and_then(|actor| names.get(actor).cloned());
            ToldEvent { record, actor, actor_name }
        });
        Ok(told.collect())
    }

    async fn visible(&self, records: Vec<Record>, reach: &Reach) -> Result<Vec<Record>, RecordError> {
        let streams: Vec<Option<StreamId>> = records.iter().map(|record| record.stream().ok()).collect();
        let of_kind = |kind: StreamKind| -> Vec<Uuid> {
            streams.iter().flatten().filter(|stream| stream.kind == kind).map(|stream| stream.id).collect()
        };
        let views = self.views();
        let leads = views.agents_of_leads(&of_kind(StreamKind::Lead)).await?;
        let reports = views.authors_of_reports(&of_kind(StreamKind::Report)).await?;
        let may_read = |stream: &StreamId| match stream.kind {
            StreamKind::Dialing => true,
            StreamKind::Agent => reach.covers(Some(AgentId(stream.id))),
            // A lead that the read model does not know yet is nobody's to show.
            StreamKind::Lead => {
                leads.get(&stream.id).is_some_and(|agent_id| reach.covers(agent_id.map(AgentId)))
            }
            StreamKind::Report => {
                reports.get(&stream.id).is_some_and(|author| reach.covers(Some(AgentId(*author))))
            }
            StreamKind::Batch | StreamKind::Credential | StreamKind::DeadLetter | StreamKind::Log => false,
        };
        let read = records.into_iter().zip(&streams);
        Ok(read
            .filter(|(_, stream)| stream.as_ref().is_some_and(may_read))
            .map(|(record, _)| record)
            .collect())
    }

    /// The names of actors as metadata has them, by those words; actors without a name are not among them.
    pub async fn actor_names(
        &self,
        actors: BTreeSet<String>,
    ) -> Result<HashMap<String, String>, RecordError> {
        let mut names = HashMap::new();
        let mut people: Vec<Uuid> = Vec::new();
        for actor in actors {
            let name = match actor.split_once(':') {
                None => Some(actor.clone()),
                Some(("agent", id)) => {
                    people.extend(id.parse::<Uuid>());
                    None
                }
                Some(("credential", id)) => self.credential_name(id).await?,
                Some(_) => None,
            };
            names.extend(name.map(|name| (actor, name)));
        }
        if !people.is_empty() {
            let known = self.views().agents_by_id(&people).await?;
            names.extend(known.into_iter().map(|row| (format!("agent:{}", row.id), row.shown_name())));
        }
        Ok(names)
    }

    /// What the credential of that id is called; `None`: there is none.
    async fn credential_name(&self, id: &str) -> Result<Option<String>, RecordError> {
        let Ok(id) = id.parse() else { return Ok(None) };
        let folded = self.loaded(StreamId::new(StreamKind::Credential, id)).await?;
        let credential = folded.state.as_credential().filter(|known| known.num > 0);
        Ok(credential.map(|credential| credential.name.clone()))
    }
}
