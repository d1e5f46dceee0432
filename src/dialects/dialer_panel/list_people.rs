//! `GET /api/admins`: everybody who is not deleted, as a bare list (B-116).

use super::caller::Member;
use super::people::Reply;
use super::reject::Rejected;
use crate::state::App;
use axum::Json;
use axum::extract::State;

#[utoipa::path(
    get, path = "/api/admins", operation_id = "list_people", tag = "people",
    summary = "Everybody who is not deleted",
    responses((status = 200, body = Vec<Reply>)),
)]
pub async fn handler(State(app): State<App>, admin: Member) -> Result<Json<Vec<Reply>>, Rejected> {
    let rows = app.ledger.views().all_agents().await.map_err(|error| admin.failed(error))?;
    Ok(Json(rows.iter().map(Reply::from).collect()))
}
