//! `GET /api/v1/agents/voices`: the voices that an AI agent may speak with. The ledger makes no calls itself and has none; the
//! client's page asks for the list all the same (F10).

use super::caller::Member;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = Voice)]
pub struct Item {
    id: String,
    name: String,
}

#[utoipa::path(
    get, path = "/api/v1/agents/voices", operation_id = "list_voices", tag = "agents",
    summary = "Voices: the ledger has none",
    responses((status = 200, body = Vec<Item>)),
)]
pub async fn handler(_: Member) -> Json<Vec<Item>> {
    Json(Vec::new())
}
