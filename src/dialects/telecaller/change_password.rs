//! `PUT` and `POST /api/auth/change-password {currentPassword, newPassword}`: one's own; every token given out before is void.

use super::caller::Caller;
use super::reject::{Body, Reject, Rejected};
use crate::actions::people::register::{SetPassword, checked_hash};
use crate::http::fields::Fields;
use crate::http::tokens::Use;
use crate::log_in::LoggedIn;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<Json<Value>, Rejected> {
    let token = change(&app, &caller, &body).await.map_err(|reject| caller.reject(reject))?;
    let message = "Password changed successfully";
    Ok(Json(json!({ "success": true, "message": message, "token": token, "access_token": token })))
}

/// Changes the caller's own password; answers a token that is good.
pub async fn change(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<String, Reject> {
    let mut fields = Fields::of_body(body);
    let given = |name: &str| body.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    let current = fields.required("currentPassword", given("currentPassword"));
    let new = fields.required("newPassword", given("newPassword"));
    fields.end()?;
    if new.as_ref().is_some_and(|text| !(8..=200).contains(&text.chars().count())) {
        return Err(Reject::Invalid(vec![(
            "newPassword",
            "A password needs 8 to 200 characters".to_owned(),
        )]));
    }
    let (current, new) = (current.unwrap_or_default(), new.unwrap_or_default());
    let person = &caller.person.agent.person;
    let name = person.email.clone().or_else(|| person.username.clone()).unwrap_or_default();
    // Counted like a log-in: a token that was left open does not let anybody guess.
    app.log_in(Use::Api, &name, &current, None).await?;
    let again = new.clone();
    let turn = app.hashing.acquire().await;
    let hashed = tokio::task::spawn_blocking(move || checked_hash(&again)).await;
    drop(turn);
    let password_hash = hashed.map_err(|error| Reject::Internal(error.to_string()))??;
    app.ledger.record(&caller.context(), &SetPassword { id: caller.person.id, password_hash }).await?;
    let LoggedIn { token, .. } = app.log_in(Use::Api, &name, &new, None).await?;
    Ok(token)
}
