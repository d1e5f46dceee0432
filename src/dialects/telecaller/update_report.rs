//! `PUT` and `PATCH /api/reports/:id`: a correction; what it said before stays in its history (B-149, C-27).

use super::caller::Caller;
use super::get_report::{self, Reply};
use super::reject::{Body, Reject, Rejected};
use super::report;
use crate::actions::reports::file::{Correct, Correction};
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
    let row = report::find(&app, &caller, &id).await?;
    let correction = read(&body).map_err(|reject| caller.reject(reject))?;
    let correct = Correct { id: row.id, by: caller.person.id, correction };
    let recorded = app.ledger.record(&caller.context(), &correct).await;
    let recorded = recorded.map_err(|error| caller.reject(error))?;
    let reply = get_report::reply(&app, &recorded.answer).await.map_err(|error| caller.reject(error))?;
    Ok((written::headers(recorded.position, recorded.is_followed, !recorded.is_new), Json(reply)))
}

fn read(body: &Map<String, Value>) -> Result<Correction, Reject> {
    let mut fields = Fields::of_body(body);
    let correction = report::read(&mut fields);
    fields.end()?;
    Ok(correction)
}
