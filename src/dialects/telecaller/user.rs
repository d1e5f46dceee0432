//! A user as this dialect shows one, with figures (B-128, B-129), and what may be said of one.

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use super::words;
use crate::http::fields::Fields;
use crate::ledger::RecordError;
use crate::state::App;
use domain::ids::{AgentId, AnyId, oid};
use domain::principal::Role;
use domain::quotient::tenths;
use domain::status::Stage;
use projections::agents::AgentRow;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Who somebody is, in short.
#[derive(Clone, Serialize)]
pub struct Name {
    #[serde(rename = "_id")]
    pub oid: String,
    pub name: String,
}

impl From<&AgentRow> for Name {
    fn from(row: &AgentRow) -> Self {
        Self { oid: oid(row.id), name: row.shown_name() }
    }
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    #[serde(flatten)]
    name: Name,
    /// The same as `_id`; the rows of the web application's tables have it (F2).
    id: String,
    email: Option<String>,
    role: &'static str,
    department: Option<String>,
    phone: Option<String>,
    is_active: bool,
    created_at: String,
}

impl From<&AgentRow> for User {
    fn from(row: &AgentRow) -> Self {
        Self {
            name: row.into(),
            id: oid(row.id),
            email: row.email.clone(),
            role: words::role(Role::from_word(&row.role).unwrap_or(Role::Agent)),
            department: row.department.clone(),
            phone: row.phone.clone(),
            is_active: row.is_active,
            created_at: words::instant(row.created_at),
        }
    }
}

/// What somebody has done (C-26).
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    total_calls: i64,
    successful_calls: i64,
    total_leads: i64,
    converted_leads: i64,
    success_rate: Value,
    conversion_rate: Value,
}

/// The figures of these people.
pub async fn figures(app: &App, ids: &[Uuid]) -> Result<HashMap<Uuid, Figures>, RecordError> {
    let views = app.ledger.views();
    let mut figures: HashMap<Uuid, Figures> = ids.iter().map(|id| (*id, Figures::default())).collect();
    for (id, calls, answered) in views.calls_by_agent(ids).await? {
        let known = figures.entry(id).or_default();
        (known.total_calls, known.successful_calls) = (calls, answered);
    }
    for (id, stage, leads) in views.leads_by_agent(ids).await? {
        let known = figures.entry(id).or_default();
        known.total_leads += leads;
        if Stage::from_word(&stage) == Some(Stage::Converted) {
            known.converted_leads += leads;
        }
    }
    for known in figures.values_mut() {
        known.success_rate = percent(known.successful_calls, known.total_calls);
        known.conversion_rate = percent(known.converted_leads, known.total_leads);
    }
    Ok(figures)
}

/// Of a hundred; a whole number where it is one (C-26).
pub fn percent(part: i64, whole: i64) -> Value {
    words::decimal(tenths(part * 100, whole), 10)
}

/// A user of that id whom the caller may see: themselves, those whom they lead, or for those who see all anybody.
pub async fn find(app: &App, caller: &Caller, id: &str) -> Result<AgentRow, Rejected> {
    let row = find_any(app, id).await.map_err(|reject| caller.reject(reject))?;
    let reach = caller.reach(app).await.map_err(|error| caller.reject(error))?;
    if reach.covers(Some(AgentId(row.id))) { Ok(row) } else { Err(caller.reject(Reject::NotPermitted)) }
}

/// The user of that id, if they are not deleted.
pub async fn find_any(app: &App, id: &str) -> Result<AgentRow, Reject> {
    find_id(app, AnyId::parse(id).ok_or(Reject::NotFound)?).await
}

/// The same.
pub async fn find_id(app: &App, id: AnyId) -> Result<AgentRow, Reject> {
    let row = app.ledger.views().find_agent(id).await.map_err(RecordError::from)?;
    row.filter(|row| row.deleted_at.is_none()).ok_or(Reject::NotFound)
}

/// A supervisor as a body names one: an id, or `""` and null for none.
pub async fn supervisor(
    app: &App,
    fields: &mut Fields<'_>,
    body: &serde_json::Map<String, Value>,
) -> Result<Option<Option<Uuid>>, Reject> {
    if body.contains_key("supervisor") && fields.value("supervisor").is_none() {
        return Ok(Some(None));
    }
    // As it is shown, or its id alone.
    let shown = body.get("supervisor").and_then(|shown| AnyId::parse(shown.get("_id")?.as_str()?));
    let Some(id) = shown.or_else(|| fields.id("supervisor")) else { return Ok(None) };
    let row = app.ledger.views().find_agent(id).await.map_err(RecordError::from)?;
    match row.filter(|row| row.deleted_at.is_none()) {
        Some(row) => Ok(Some(Some(row.id))),
        None => Err(Reject::Invalid(vec![("supervisor", "No such user".to_owned())])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::agent::event::split_name;

    /// B-128, C-26
    #[test]
    fn rates_are_whole_where_they_are_and_nothing_is_none_of_nothing() {
        assert_eq!(percent(120, 150), 80);
        assert_eq!(percent(15, 50), 30);
        assert_eq!(percent(1, 3), 33.3);
        assert_eq!(percent(2, 3), 66.7);
        assert_eq!(percent(0, 0), 0);
        assert_eq!(split_name("Alice van Dyke"), ("Alice".to_owned(), "van Dyke".to_owned()));
    }
}
