//! `GET /api/reports/:id`: one report and everything it ever said (B-149, C-27).

use super::caller::Caller;
use super::reject::Rejected;
use super::report::{self, Item};
use super::user::Name;
use super::words;
use crate::http::path::Named;
use crate::ledger::RecordError;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::ids::oid;
use domain::report::state::Version;
use projections::reports::ReportRow;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    report: Detail,
    /// The members of `report` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: Detail,
}

#[derive(Clone, Serialize)]
pub struct Detail {
    #[serde(flatten)]
    report: Item,
    history: Vec<Edit>,
}

/// An edit: who made it, and what it changed.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Edit {
    edited_at: String,
    edited_by: Name,
    changes: Map<String, Value>,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let row = report::find(&app, &caller, &id).await?;
    let reply = reply(&app, &row).await.map_err(|error| caller.reject(error))?;
    Ok(Json(reply))
}

/// All that is shown of a report.
pub async fn reply(app: &App, row: &ReportRow) -> Result<Reply, RecordError> {
    let known = app.ledger.report(row.id).await?;
    let editors: Vec<Uuid> = known.versions.iter().map(|version| version.by.0).collect();
    let agents = app.ledger.views().agents_by_id(&editors).await?;
    let name = |id: Uuid| {
        let row = agents.iter().find(|row| row.id == id);
        row.map_or_else(|| Name { oid: oid(id), name: String::new() }, Name::from)
    };
    let edits = known.versions.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(Edit {
            edited_at: words::instant(after.at),
            edited_by: name(after.by.0),
            changes: changes(before, after),
        }),
        _ => None,
    });
    let history = edits.collect();
    let report = Detail { report: report::item(app, row).await?, history };
    Ok(Reply { success: true, beside: report.clone(), report })
}

/// What was changed: `{field: {from, to}}`.
fn changes(before: &Version, after: &Version) -> Map<String, Value> {
    let values = |version: &Version| {
        let (content, figures) = (&version.content, version.content.figures);
        [
            ("reportDate", json!(content.report_on)),
            ("reportType", json!(content.period)),
            ("totalCalls", json!(figures.total_calls)),
            ("completedCalls", json!(figures.completed_calls)),
            ("followUpsCompleted", json!(figures.follow_ups_completed)),
            ("convertedLeads", json!(figures.converted_leads)),
            ("dailyNotes", json!(content.person.daily_notes)),
        ]
    };
    let pairs = values(before).into_iter().zip(values(after));
    let changed = pairs.filter(|((_, from), (_, to))| from != to);
    changed.map(|((name, from), (_, to))| (name.to_owned(), json!({ "from": from, "to": to }))).collect()
}
