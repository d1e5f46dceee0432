//! `POST /api/reports`: what somebody says of their day, week or month (B-149, C-27). People file their own; those who lead, also
//! their team's.

use super::caller::Caller;
use super::reject::{Body, Reject, Rejected};
use super::report::{self, Item};
use super::user;
use crate::actions::reports::file::File;
use crate::http::fields::Fields;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::ids::{AgentId, AnyId};
use domain::report::event::{Content, Figures, Notes, Period};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    message: &'static str,
    report: Item,
    /// The members of `report` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: Item,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    let file = read(&app, &caller, &body).await.map_err(|reject| caller.reject(reject))?;
    let recorded = app.ledger.record(&caller.context(), &file).await;
    let recorded = recorded.map_err(|error| caller.reject(error))?;
    let report = report::item(&app, &recorded.answer).await.map_err(|error| caller.reject(error))?;
    let reply =
        Reply { success: true, message: "Report created successfully", beside: report.clone(), report };
    Ok((StatusCode::CREATED, written::headers(recorded.position, recorded.is_followed, false), Json(reply)))
}

async fn read(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<File, Reject> {
    let mut fields = Fields::of_body(body);
    let said = report::read(&mut fields);
    let report_on = fields.required("reportDate", said.report_on);
    let user = fields.id("userId").or_else(|| shown_id(body)).or_else(|| fields.id("user"));
    fields.end()?;
    let nothing = Content {
        report_on: report_on.unwrap_or_default(),
        period: Period::Daily,
        figures: Figures::default(),
        person: Notes::default(),
    };
    let user_id = whose(app, caller, user).await?;
    Ok(File { user_id, by: caller.person.id, content: said.of(&nothing) })
}

/// `user` as reports show it.
fn shown_id(body: &Map<String, Value>) -> Option<AnyId> {
    AnyId::parse(body.get("user")?.get("_id")?.as_str()?)
}

async fn whose(app: &App, caller: &Caller, user: Option<AnyId>) -> Result<Uuid, Reject> {
    let Some(id) = user else { return Ok(caller.person.id) };
    let found = user::find_id(app, id).await;
    if matches!(found, Err(Reject::NotFound)) {
        return Err(Reject::Invalid(vec![("userId", "No such user".to_owned())]));
    }
    let row = found?;
    if caller.reach(app).await?.covers(Some(AgentId(row.id))) {
        Ok(row.id)
    } else {
        Err(Reject::NotPermitted)
    }
}
