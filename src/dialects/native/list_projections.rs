//! `GET /api/v1/ledger/projections`: how far every read model is, and what holds it back.

use super::caller::Reader;
use super::reject::Rejected;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

#[derive(Serialize)]
pub struct Reply {
    head: i64,
    projections: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    name: String,
    position: i64,
    lag: i64,
    /// Rises with every rebuild that was switched in.
    generation: i64,
    paused_by: Option<String>,
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
    };
    Ok(Json(Reply { head, projections: checkpoints.into_iter().map(item).collect() }))
}
