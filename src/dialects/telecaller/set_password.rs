//! `PUT /api/users/:id/password {password}` (also `newPassword`): a new password; every token given out before is void (F16). Admins
//! set anybody's; others their own, for which `currentPassword` is asked, as it is of an admin for their own.

use super::caller::Caller;
use super::change_password;
use super::reject::{Body, Reject, Rejected};
use super::user;
use crate::actions::people::register::{SetPassword, checked_hash};
use crate::http::path::Named;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::principal::Role;
use serde_json::{Map, Value, json};

/// The lengths of a password, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=200;

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
    Body(body): Body,
) -> Result<Json<Value>, Rejected> {
    let row = user::find(&app, &caller, &id).await?;
    let new = read(&body).map_err(|reject| caller.reject(reject))?;
    let mut reply = json!({ "success": true, "message": "Password updated successfully" });
    if row.id == caller.person.id {
        let mut own = body.clone();
        own.insert("newPassword".to_owned(), new.into());
        let changed = change_password::change(&app, &caller, &own).await;
        let token = changed.map_err(|reject| caller.reject(reject))?;
        reply["token"] = token.clone().into();
        reply["access_token"] = token.into();
        return Ok(Json(reply));
    }
    if caller.person.role() != Role::Admin {
        return Err(caller.reject(Reject::NotPermitted));
    }
    let turn = app.hashing.acquire().await;
    let hashed = tokio::task::spawn_blocking(move || checked_hash(&new)).await;
    drop(turn);
    let hashed = hashed.map_err(|error| caller.reject(Reject::Internal(error.to_string())))?;
    let password_hash = hashed.map_err(|error| caller.reject(error))?;
    let set = SetPassword { id: row.id, password_hash };
    app.ledger.record(&caller.context(), &set).await.map_err(|error| caller.reject(error))?;
    Ok(Json(reply))
}

/// The new password, as it is: blanks at its ends belong to it.
fn read(body: &Map<String, Value>) -> Result<String, Reject> {
    let given = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let new = given("newPassword").or_else(|| given("password"));
    let problem = match new {
        None => "Field required",
        Some(new) if !LENGTHS.contains(&new.chars().count()) => "A password needs 8 to 200 characters",
        Some(new) => return Ok(new.to_owned()),
    };
    Err(Reject::Invalid(vec![("password", problem.to_owned())]))
}
