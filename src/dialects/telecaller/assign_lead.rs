//! `POST /api/leads/:id/assign {assignedTo}` (also `telecallerId`): somebody gets the lead; `"auto"`, whoever is next (B-139).

use super::caller::Caller;
use super::get_lead::Reply;
use super::lead::{detail, find};
use super::reject::{Body, Reject, Rejected};
use super::user;
use crate::actions::leads::assign::Assignee;
use crate::actions::leads::sell::GiveLead;
use crate::http::fields::Fields;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Map, Value};

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
    Body(body): Body,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let row = find(&app, &caller, &id).await?;
    let to = read(&app, &body).await.map_err(|reject| caller.reject(reject))?;
    let reach = caller.reach(&app).await.map_err(|error| caller.reject(error))?;
    let give = GiveLead { id: row.id, reach, to };
    let recorded = app.ledger.record(&caller.context(), &give).await.map_err(|error| caller.reject(error))?;
    let lead = detail(&app, &recorded.answer).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(Reply::new(Some("Lead assigned successfully"), lead))))
}

async fn read(app: &App, body: &Map<String, Value>) -> Result<Assignee, Reject> {
    let mut fields = Fields::of_body(body);
    let name = if fields.value("assignedTo").is_some() { "assignedTo" } else { "telecallerId" };
    if fields.value(name).is_some_and(|value| value == "auto") {
        return Ok(Assignee::Next);
    }
    let id = fields.id(name);
    let id = fields.required("assignedTo", id);
    fields.end()?;
    let unknown = || Reject::Invalid(vec![("assignedTo", "No such user".to_owned())]);
    match id {
        Some(id) => user::find_id(app, id).await.map(|row| Assignee::Chosen(row.id)).map_err(|_| unknown()),
        None => Err(unknown()),
    }
}
