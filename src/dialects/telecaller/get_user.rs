//! `GET /api/users/:id`: one person, their supervisor, team and figures (B-129).

use super::caller::Caller;
use super::reject::Rejected;
use super::user::{self, Figures, Name, User, figures};
use crate::http::path::Named;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use projections::agents::AgentRow;
use serde::Serialize;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    user: Item,
    /// The members of `user` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: Item,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(flatten)]
    user: User,
    supervisor: Option<Name>,
    team_members: Vec<Name>,
    performance: Figures,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let row = user::find(&app, &caller, &id).await?;
    let reply = reply(&app, &row).await.map_err(|error| caller.reject(error))?;
    Ok(Json(reply))
}

/// All that is shown of somebody.
pub async fn reply(app: &App, row: &AgentRow) -> Result<Reply, RecordError> {
    let views = app.ledger.views();
    let supervisor = views.agents_by_id(row.supervisor_id.as_slice()).await?;
    let team = views.team(row.id).await?;
    let mut figures = figures(app, &[row.id]).await?;
    let user = Item {
        user: row.into(),
        supervisor: supervisor.first().map(Name::from),
        team_members: team.iter().map(Name::from).collect(),
        performance: figures.remove(&row.id).unwrap_or_default(),
    };
    Ok(Reply { success: true, beside: user.clone(), user })
}
