//! `GET /api/users`: people in pages, with figures (B-127, B-128); supervisors see their team.

use super::caller::Caller;
use super::page::{Page, Pagination};
use super::reject::{Reject, Rejected};
use super::user::{Figures, User, figures};
use super::words;
use crate::http::fields::Fields;
use crate::http::query::Members;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::ids::AgentId;
use domain::principal::Role;
use projections::agents::AgentRow;
use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    users: Vec<Item>,
    total: i64,
    pagination: Pagination,
}

#[derive(Serialize)]
struct Item {
    #[serde(flatten)]
    user: User,
    #[serde(flatten)]
    figures: Figures,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Members(query): Members,
) -> Result<Json<Reply>, Rejected> {
    list(&app, &caller, &query).await.map(Json).map_err(|reject| caller.reject(reject))
}

async fn list(app: &App, caller: &Caller, query: &Map<String, Value>) -> Result<Reply, Reject> {
    let mut fields = Fields::of_query(query);
    let page = Page::read(&fields);
    let role = fields.word("role", &words::ROLES);
    let department = fields.text("department");
    let is_active = fields.boolean("isActive");
    fields.end()?;
    let reach = caller.reach(app).await?;
    let mut rows = app.ledger.views().all_agents().await.map_err(RecordError::from)?;
    let has_role = |row: &AgentRow| {
        let known = Role::from_word(&row.role).unwrap_or(Role::Agent);
        role.is_none_or(|role: &str| words::role(known) == role)
    };
    rows.retain(|row| {
        reach.covers(Some(AgentId(row.id)))
            && has_role(row)
            && department.as_ref().is_none_or(|department| row.department.as_ref() == Some(department))
            && is_active.is_none_or(|is_active| row.is_active == is_active)
    });
    rows.reverse();
    let skip = usize::try_from(page.skip()).unwrap_or(usize::MAX);
    let shown: Vec<_> = rows.iter().skip(skip).take(usize::try_from(page.limit).unwrap_or(0)).collect();
    let ids: Vec<_> = shown.iter().map(|row| row.id).collect();
    let mut figures = figures(app, &ids).await?;
    let item = |row: &&AgentRow| Item {
        user: User::from(*row),
        figures: figures.remove(&row.id).unwrap_or_default(),
    };
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(Reply { success: true, users: shown.iter().map(item).collect(), total, pagination: page.of(total) })
}
