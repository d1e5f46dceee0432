//! `PUT /api/admins/{id}` (what is given), `POST /api/admins/{id}/activate`, `/deactivate` and `/reset-password`,
//! `DELETE /api/admins/{id}`: an admin changes, switches and deletes people (C-36, C-38).

use super::caller::Member;
use super::number::Gone;
use super::people::{self, Reply, Said};
use super::reject::{Body, Reject, Rejected};
use crate::actions::people::change::{ChangePerson, DeletePerson};
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::agent::event::ProfileChange;
use uuid::Uuid;

type Answer = Result<(HeaderMap, Json<Reply>), Rejected>;

#[utoipa::path(
    method(put, patch), path = "/api/admins/{id}", operation_id = "change_person", tag = "people",
    summary = "What is given changes",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    request_body = people::Request,
    responses((status = 200, body = Reply)),
)]
pub async fn update(State(app): State<App>, admin: Member, Named(id): Named, body: Body) -> Answer {
    let said = Said::read(&body.json).map_err(|reject| admin.reject(reject))?;
    let password_hash = match said.password {
        Some(password) => Some(people::hash(password).await.map_err(|reject| admin.reject(reject))?),
        None => None,
    };
    let change = ChangePerson {
        role: said.role,
        person: ProfileChange {
            first_name: said.first_name,
            last_name: said.last_name,
            username: said.username.filter(|name| !name.is_empty()),
            email: said.email,
            phone: said.phone,
        },
        is_active: said.is_active,
        scopes: said.scopes,
        password_hash,
        ..of(&admin, find(&app, &admin, &id).await?)
    };
    record(&app, &admin, change).await
}

#[utoipa::path(
    post, path = "/api/admins/{id}/activate", operation_id = "activate_person", tag = "people",
    summary = "On",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Reply)),
)]
pub async fn activate(State(app): State<App>, admin: Member, Named(id): Named) -> Answer {
    let change = ChangePerson { is_active: Some(true), ..of(&admin, find(&app, &admin, &id).await?) };
    record(&app, &admin, change).await
}

#[utoipa::path(
    post, path = "/api/admins/{id}/deactivate", operation_id = "deactivate_person", tag = "people",
    summary = "Off",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Reply)),
)]
pub async fn deactivate(State(app): State<App>, admin: Member, Named(id): Named) -> Answer {
    let change = ChangePerson { is_active: Some(false), ..of(&admin, find(&app, &admin, &id).await?) };
    record(&app, &admin, change).await
}

#[utoipa::path(
    post, path = "/api/admins/{id}/reset-password", operation_id = "reset_password", tag = "people",
    summary = "A new password",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    request_body = people::Request,
    responses((status = 200, body = Reply)),
)]
pub async fn reset_password(State(app): State<App>, admin: Member, Named(id): Named, body: Body) -> Answer {
    let said = Said::read(&body.json).map_err(|reject| admin.reject(reject))?;
    let missing = || admin.reject(Reject::invalid("password", "Field required", "missing"));
    let hash =
        people::hash(said.password.ok_or_else(missing)?).await.map_err(|reject| admin.reject(reject))?;
    let change = ChangePerson { password_hash: Some(hash), ..of(&admin, find(&app, &admin, &id).await?) };
    record(&app, &admin, change).await
}

#[utoipa::path(
    delete, path = "/api/admins/{id}", operation_id = "delete_person", tag = "people",
    summary = "Gone; what they did stays",
    params(("id" = String, Path, description = "a UUID, a number or 24 hex digits")),
    responses((status = 200, body = Gone)),
)]
pub async fn delete(
    State(app): State<App>,
    admin: Member,
    Named(id): Named,
) -> Result<(HeaderMap, Json<Gone>), Rejected> {
    let row = people::find(&app, &id).await.map_err(|reject| admin.reject(reject))?;
    let delete = DeletePerson { id: row.id, actor: Some(admin.person.id) };
    let recorded = app.ledger.record(&admin.context(), &delete).await.map_err(|error| admin.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(Gone::of(row.num))))
}

fn of(admin: &Member, id: Uuid) -> ChangePerson {
    ChangePerson { id, actor: Some(admin.person.id), ..ChangePerson::default() }
}

async fn find(app: &App, admin: &Member, id: &str) -> Result<Uuid, Rejected> {
    people::find(app, id).await.map(|row| row.id).map_err(|reject| admin.reject(reject))
}

async fn record(app: &App, admin: &Member, change: ChangePerson) -> Answer {
    let recorded = app.ledger.record(&admin.context(), &change).await.map_err(|error| admin.reject(error))?;
    let reply = people::show(app, change.id).await.map_err(|reject| admin.reject(reject))?;
    Ok((written::headers(recorded.position, recorded.is_followed, false), Json(reply)))
}
