//! `GET /api/v1/ledger/projections`: how far every read model is, what holds it back, and which positions are set aside.

use super::caller::Reader;
use super::reject::Rejected;
use crate::actions::log::set_aside::SetAside;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

#[derive(Serialize)]
pub struct Reply {
    head: i64,
    projections: Vec<Item>,
    /// Why nobody can follow the log any further.
    stuck: Option<String>,
    /// Positions that nobody can read and an operator has set aside.
    set_aside: Vec<SetAside>,
}

#[derive(Serialize)]
struct Item {
    name: String,
    position: i64,
    lag: i64,
    /// Rises with every rebuild that was switched in.
    generation: i64,
    paused_by: Option<String>,
    /// It was held back or is new, and is catching up: nobody waits for it.
    is_recovering: bool,
}

pub async fn handler(State(app): State<App>, reader: Reader) -> Result<Json<Reply>, Rejected> {
    let views = app.ledger.views();
    let head = views.head().await.map_err(|error| reader.failed(error))?;
    let checkpoints = views.checkpoints().await.map_err(|error| reader.failed(error))?;
    let item = |checkpoint: projections::checkpoint::Checkpoint| Item {
        lag: (head - checkpoint.position).max(0),
        name: checkpoint.projection,
        position: checkpoint.position,
        generation: checkpoint.generation,
        paused_by: checkpoint.paused_by,
        is_recovering: checkpoint.is_recovering,
    };
    let stuck = views.stuck().await.map_err(|error| reader.failed(error))?;
    let set_aside = app.ledger.all_set_aside().await.map_err(|error| reader.reject(error))?;
    Ok(Json(Reply { head, projections: checkpoints.into_iter().map(item).collect(), stuck, set_aside }))
}
