//! `GET /api/v1/ledger/leads/{id}/events`: everything that was ever said of a lead, by any of its ids, and who said it.

use super::caller::Reader;
use super::reject::{Reject, Rejected};
use super::words;
use crate::audit::told_events::actor;
use crate::http::path::Named;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::history::StoredEvent;
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
pub struct Reply {
    lead_id: Uuid,
    num: i64,
    events: Vec<Item>,
}

/// An event as stored, who did it (as the metadata says), and what they are called now.
#[derive(Serialize)]
struct Item {
    #[serde(flatten)]
    event: StoredEvent,
    actor: Option<String>,
    actor_name: Option<String>,
}

pub async fn handler(
    State(app): State<App>,
    reader: Reader,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let not_found = || reader.reject(Reject::NotFound("Lead"));
    let id = words::id(&id).ok_or_else(not_found)?;
    let history = app.ledger.views().lead_history(id).await.map_err(|error| reader.failed(error))?;
    let history = history.ok_or_else(not_found)?;
    let actors: Vec<_> = history.events.iter().map(|event| actor(event.metadata.0.get())).collect();
    let names = app.ledger.actor_names(actors.iter().flatten().cloned().collect()).await;
    let names = names.map_err(|error| reader.reject(error))?;
    let item = |(event, actor): (StoredEvent, Option<String>)| {
        let actor_name = actor.as_ref().and_then(|actor| names.get(actor).cloned());
        Item { event, actor, actor_name }
    };
    let events = history.events.into_iter().zip(actors).map(item).collect();
    Ok(Json(Reply { lead_id: history.lead_id, num: history.num, events }))
}
