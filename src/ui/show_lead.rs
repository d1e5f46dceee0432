//! `GET /agent-dashboard/leads/{num}`: a lead's form.

use super::form::LeadForm;
use super::link::Link;
use super::page::{Notice, dashboard};
use super::reject::{Reject, Rejected};
use super::session::Viewer;
use crate::http::path::Named;
use crate::state::App;
use axum::extract::{Query, State};
use axum::response::Html;
use domain::lead::Lead;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

pub async fn handler(
    State(app): State<App>,
    viewer: Viewer,
    Named(num): Named,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Html<String>, Rejected> {
    let notice = match query.get("done").map(String::as_str) {
        Some("saved") => Some(Notice::done("Saved.")),
        Some("submitted") => Some(Notice::done("Saved and submitted to a qualifier.")),
        Some("answered") => Some(Notice::done("Answered.")),
        Some(_) | None => None,
    };
    let shown = async {
        let (_, lead) = find(&app, &viewer, &num).await?;
        let form = LeadForm::of(&app, &viewer, &lead, &Link::default()).await?;
        dashboard(&app, &viewer, Some(form), notice).await
    };
    shown.await.map_err(|reject| viewer.reject(reject))
}

/// The lead of that number, if the viewer may see it.
pub async fn find(app: &App, viewer: &Viewer, num: &str) -> Result<(Uuid, Arc<Lead>), Reject> {
    let num = num.parse().map_err(|_| Reject::NotFound)?;
    let known = app.ledger.current_lead(num).await?;
    known.filter(|(_, lead)| viewer.access(lead).may_see).ok_or(Reject::NotFound)
}
