//! `GET /api/auth/profile`: who am I? Asked after every log-in; without it clients log themselves out. `PUT` and `PATCH
//! /api/auth/profile {name, phone}`: one's own name and phone; what else is sent changes nothing (F16).

use super::caller::Caller;
use super::reject::{Body, Rejected};
use super::words::{self, User};
use crate::actions::people::change::ChangePerson;
use crate::http::fields::Fields;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use domain::agent::Agent;
use domain::agent::event::{ProfileChange, split_name};
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    user: User,
    /// The members of `user` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: User,
}

impl Reply {
    fn new(message: Option<&'static str>, id: Uuid, agent: &Agent) -> Self {
        let user = words::user(id, agent);
        Self { success: true, message, beside: user.clone(), user }
    }
}

pub async fn handler(caller: Caller) -> Json<Reply> {
    Json(Reply::new(None, caller.person.id, &caller.person.agent))
}

pub async fn change(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let mut fields = Fields::of_body(&body);
    let name = fields.text("name").map(|name| split_name(&name));
    let (first, last) = (fields.text("first_name"), fields.text("last_name"));
    let phone = fields.number_text("phone");
    fields.end().map_err(|problems| caller.reject(problems))?;
    let (first_name, last_name) = name.map_or((first, last), |(first, last)| (Some(first), Some(last)));
    let person = ProfileChange { first_name, last_name, phone, ..ProfileChange::default() };
    let id = caller.person.id;
    let change = ChangePerson { id, actor: Some(id), person, ..ChangePerson::default() };
    let recorded =
        app.ledger.record(&caller.context(), &change).await.map_err(|error| caller.reject(error))?;
    let agent = app.ledger.current_agent(id).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(Reply::new(Some("Profile updated successfully"), id, &agent))))
}
