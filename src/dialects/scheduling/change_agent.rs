//! `PUT` and `PATCH /api/v1/agents/{id}`, `PATCH /api/v1/agents/{id}/status`: policy, hours, name, on and off (C-03).

use super::agent::{Reply, Said};
use super::caller::Member;
use super::fields::Fields;
use super::list_agents::find;
use super::reject::{Body, Reject, Rejected};
use crate::http::written;
use crate::ledger::schedule_leads::SetAgentPolicy;
use crate::state::App;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use domain::lead::attempt::DialPolicy;
use serde_json::{Map, Value};

type Answer = Result<(HeaderMap, Json<Reply>), Rejected>;

pub async fn update(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    change(&app, &member, &id, &body, false).await
}

pub async fn switch(
    State(app): State<App>,
    member: Member,
    Path(id): Path<String>,
    Body(body): Body,
) -> Answer {
    change(&app, &member, &id, &body, true).await
}

async fn change(
    app: &App,
    member: &Member,
    id: &str,
    body: &Map<String, Value>,
    must_switch: bool,
) -> Answer {
    member.may_lead()?;
    let set = read(app, id, body, must_switch).await.map_err(|reject| member.reject(reject))?;
    let recorded = app.ledger.record(&member.context(), &set).await.map_err(|error| member.reject(error))?;
    let row = find(app, id).await.map_err(|reject| member.reject(reject))?;
    Ok((written::headers(recorded.position, recorded.is_followed, false), Json(Reply::from(&row))))
}

async fn read(
    app: &App,
    id: &str,
    body: &Map<String, Value>,
    must_switch: bool,
) -> Result<SetAgentPolicy, Reject> {
    let mut fields = Fields::of_body(body);
    let said = Said::read(&mut fields);
    if must_switch {
        fields.required("status", said.is_active);
    }
    fields.end()?;
    let row = find(app, id).await?;
    let whole = |number: i32| u32::try_from(number).unwrap_or(0);
    let known = DialPolicy {
        max_attempts: whole(row.max_attempts),
        retry_delay_minutes: whole(row.retry_delay_minutes),
    };
    let hours = said.hours(row.business_hours(), &app.ledger.dialing().await?.timezone)?;
    let policy = said.policy(known);
    Ok(SetAgentPolicy { id: row.id, policy, hours, is_active: said.is_active, name: said.name })
}
