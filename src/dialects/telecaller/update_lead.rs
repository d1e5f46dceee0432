//! `PUT` and `PATCH /api/leads/:id`: what is given changes, each as an event by a person (B-137, C-22). What else is sent
//! (`_id`, `score`, `assignedTo` ...) changes nothing.

use super::caller::Caller;
use super::get_lead::Reply;
use super::lead::{self, detail, find};
use super::reject::{Body, Rejected};
use crate::actions::leads::sell::ChangeLead;
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
    let row = find(&app, &caller, &id).await?;
    let mut fields = Fields::of_body(&body);
    let said = lead::read(&mut fields, &app);
    fields.end().map_err(|problems| caller.reject(problems))?;
    let reach = caller.reach(&app).await.map_err(|error| caller.reject(error))?;
    let change = ChangeLead { id: row.id, reach, said };
    let recorded =
        app.ledger.record(&caller.context(), &change).await.map_err(|error| caller.reject(error))?;
    let lead = detail(&app, &recorded.answer).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, !recorded.is_new);
    Ok((headers, Json(Reply::new(Some("Lead updated successfully"), lead))))
}
