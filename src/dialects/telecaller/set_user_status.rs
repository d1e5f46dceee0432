//! `PUT` and `PATCH /api/users/:id/status {isActive}` (also `status: active|inactive`): somebody is switched on or off (F16). Off:
//! no log-in, and every token is void. Admins switch anybody but themselves, supervisors the telecallers of their team.

use super::caller::Caller;
use super::get_user::{self, Reply};
use super::reject::{Body, Rejected};
use super::{update_user, user};
use crate::actions::people::change::ChangePerson;
use crate::actions::people::place::Move;
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let row = user::find(&app, &caller, &id).await?;
    update_user::guard(&caller, &row).map_err(|reject| caller.reject(reject))?;
    let mut fields = Fields::of_body(&body);
    let is_active = fields.boolean("isActive").or_else(|| fields.boolean("status"));
    let is_active = fields.required("isActive", is_active);
    fields.end().map_err(|problems| caller.reject(problems))?;
    let actor = Some(caller.person.id);
    let change = ChangePerson { id: row.id, actor, is_active, ..ChangePerson::default() };
    let led_by = update_user::led_by(&caller, row.id);
    let switch = Move { change, department: None, supervisor_id: None, led_by };
    let recorded =
        app.ledger.record(&caller.context(), &switch).await.map_err(|error| caller.reject(error))?;
    let row = user::find_any(&app, &row.id.to_string()).await.map_err(|reject| caller.reject(reject))?;
    let reply = get_user::reply(&app, &row).await.map_err(|error| caller.reject(error))?;
    Ok((written::headers(recorded.position, recorded.is_followed, !recorded.is_new), Json(reply)))
}
