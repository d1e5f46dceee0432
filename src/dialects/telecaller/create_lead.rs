//! `POST /api/leads`: a lead, given to whoever is next, or to the telecaller who makes it (B-135, C-13, C-35).

use super::caller::Caller;
use super::lead::{self, Detail, detail};
use super::reject::{Body, Reject, Rejected};
use super::words;
use crate::http::fields::Fields;
use crate::http::written;
use crate::ledger::assign_leads::Assignee;
use crate::ledger::sell_leads::CreateLead;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::ids::oid;
use domain::lead::event::Source;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    message: &'static str,
    lead: Detail,
    /// Other leads of the same number: nothing is refused or merged.
    possible_duplicates: Vec<String>,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    let create = read(&app, &caller, &body).map_err(|reject| caller.reject(reject))?;
    let recorded =
        app.ledger.record(&caller.context(), &create).await.map_err(|error| caller.reject(error))?;
    let lead = detail(&app, &recorded.answer.lead).await.map_err(|error| caller.reject(error))?;
    let possible_duplicates = recorded.answer.possible_duplicates.iter().map(|id| oid(*id)).collect();
    let reply = Reply { success: true, message: "Lead created successfully", lead, possible_duplicates };
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((StatusCode::CREATED, headers, Json(reply)))
}

fn read(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<CreateLead, Reject> {
    let mut fields = Fields::of_body(body);
    let said = lead::read(&mut fields, app);
    fields.required("name", said.person.full_name.clone());
    let phone = fields.value("phone").cloned();
    fields.required("phone", phone);
    let source = fields.word("source", &words::SOURCES).unwrap_or(Source::Manual);
    fields.end()?;
    let role = caller.person.role();
    let to = if role.takes_calls() { Assignee::Chosen(caller.person.id) } else { Assignee::Next };
    Ok(CreateLead { source, said, to })
}
