//! `DELETE /api/v1/agents/{id}`: the agent is switched off and stays in the lists, because its leads and calls name it (F10).

use super::caller::Member;
use super::list_agents::find;
use super::reject::Rejected;
use crate::actions::people::register::Switch;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Serialize, ToSchema)]
#[schema(as = AgentSwitchedOff)]
pub struct Reply {
    message: &'static str,
    id: Uuid,
    status: &'static str,
}

#[utoipa::path(
    delete, path = "/api/v1/agents/{agent_id}", operation_id = "switch_off_agent", tag = "agents",
    summary = "The agent takes no more calls",
    params(("agent_id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    member: Member,
    Named(id): Named,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    member.may_lead()?;
    let id = find(&app, &id).await.map_err(|reject| member.reject(reject))?.id;
    let switch = Switch { id, is_active: false };
    let recorded =
        app.ledger.record(&member.context(), &switch).await.map_err(|error| member.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(Reply { message: "Agent deactivated", id, status: "inactive" })))
}
