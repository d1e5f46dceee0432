//! `GET /api/v1/auth/company`: the organisation that keeps this ledger. There is one, which the settings name (F9).

use super::caller::Member;
use super::reject::Rejected;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The id of the one company: the same in every ledger, because there is no other to tell it from.
const COMPANY_ID: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);

#[derive(Serialize, ToSchema)]
#[schema(as = Company)]
pub struct Reply {
    id: Uuid,
    /// `LEDGER_COMPANY_NAME`.
    name: String,
    /// The ledger's time zone, an IANA name.
    timezone: String,
    is_active: bool,
}

#[utoipa::path(
    get, path = "/api/v1/auth/company", operation_id = "company", tag = "people",
    summary = "The organisation that keeps this ledger",
    responses((status = 200, body = Reply)),
)]
pub async fn handler(State(app): State<App>, member: Member) -> Result<Json<Reply>, Rejected> {
    let dialing = app.ledger.dialing().await.map_err(|error| member.failed(error))?;
    let (name, timezone) = (app.config.company_name.clone(), dialing.timezone.clone());
    Ok(Json(Reply { id: COMPANY_ID, name, timezone, is_active: true }))
}
