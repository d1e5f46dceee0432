//! `PUT` and `PATCH /api/users/:id`: name, department, phone, on and off, supervisor (B-130). What else is sent changes
//! nothing. People change their own name and phone; those who lead, their team's; admins, everybody's.

use super::caller::Caller;
use super::get_user::{self, Reply};
use super::reject::{Body, Reject, Rejected};
use super::user;
use crate::actions::people::change::ChangePerson;
use crate::actions::people::place::Move;
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::agent::event::{ProfileChange, split_name};
use domain::principal::Role;
use projections::agents::AgentRow;
use serde_json::{Map, Value};
use uuid::Uuid;

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let row = user::find(&app, &caller, &id).await?;
    guard(&caller, &row).map_err(|reject| caller.reject(reject))?;
    let change = read(&app, &caller, row.id, &body).await.map_err(|reject| caller.reject(reject))?;
    let recorded =
        app.ledger.record(&caller.context(), &change).await.map_err(|error| caller.reject(error))?;
    let row = user::find_any(&app, &row.id.to_string()).await.map_err(|reject| caller.reject(reject))?;
    let reply = get_user::reply(&app, &row).await.map_err(|error| caller.reject(error))?;
    Ok((written::headers(recorded.position, recorded.is_followed, !recorded.is_new), Json(reply)))
}

/// Supervisors change themselves and the telecallers of their team, nobody else who leads.
pub fn guard(caller: &Caller, row: &AgentRow) -> Result<(), Reject> {
    let takes_calls = Role::from_word(&row.role).is_some_and(Role::takes_calls);
    let is_others = caller.person.role() == Role::Supervisor && row.id != caller.person.id;
    if is_others && !takes_calls { Err(Reject::NotPermitted) } else { Ok(()) }
}

/// Who must lead a user when a change of theirs is stored: the supervisor who makes it.
pub fn led_by(caller: &Caller, id: Uuid) -> Option<Uuid> {
    let own = caller.person.id;
    (caller.person.role() == Role::Supervisor && id != own).then_some(own)
}

async fn read(app: &App, caller: &Caller, id: Uuid, body: &Map<String, Value>) -> Result<Move, Reject> {
    let role = caller.person.role();
    let leads =
        matches!(role, Role::Admin | Role::Supervisor) && (id != caller.person.id || role == Role::Admin);
    let mut fields = Fields::of_body(body);
    let names = fields.text("name").map(|name| split_name(&name));
    let phone = fields.number_text("phone");
    let department = fields.text("department").filter(|_| leads);
    let is_active = fields.boolean("isActive").filter(|_| leads);
    let supervisor_id =
        if role == Role::Admin { user::supervisor(app, &mut fields, body).await? } else { None };
    fields.end()?;
    let change = ChangePerson {
        id,
        actor: Some(caller.person.id),
        person: ProfileChange {
            first_name: names.as_ref().map(|(first, _)| first.clone()),
            last_name: names.map(|(_, last)| last),
            phone,
            ..ProfileChange::default()
        },
        is_active,
        ..ChangePerson::default()
    };
    Ok(Move { change, department: department.map(Some), supervisor_id, led_by: led_by(caller, id) })
}
