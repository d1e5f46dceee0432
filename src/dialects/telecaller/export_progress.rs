//! `GET /api/reports/exports/:id/progress`: how far a file is, as server-sent events; the last one says `done` or `failed` (C-28:
//! instead of asking again and again).

use super::caller::Caller;
use super::reject::{Reject, Rejected};
use crate::exports::job::Progress;
use crate::http::path::Named;
use crate::state::App;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::ids::AnyId;
use domain::principal::Role;
use serde_json::{Value, json};
use std::convert::Infallible;

pub async fn handler(State(app): State<App>, caller: Caller, Named(id): Named) -> Result<Response, Rejected> {
    let id = match AnyId::parse(&id) {
        Some(AnyId::Uuid(id)) => app.exports.find(id),
        Some(AnyId::Oid { .. } | AnyId::Num(_)) | None => None,
    };
    let is_for = |owner| owner == caller.person.id || caller.person.role() == Role::Admin;
    let export = id.filter(|export| is_for(export.owner_id));
    let export = export.ok_or_else(|| caller.reject(Reject::NotFound))?;
    let file = export.filename.clone();
    let events = futures_util::stream::unfold(Some((export.progress(), true)), move |state| {
        let file = file.clone();
        async move {
            let (mut progress, is_first) = state?;
            if !is_first && progress.changed().await.is_err() {
                return None;
            }
            let now = progress.borrow_and_update().clone();
            let (name, told) = told(&now, &file);
            let event = Event::default().event(name).data(told.to_string());
            Some((Ok::<_, Infallible>(event), (!now.is_over()).then_some((progress, false))))
        }
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new()).into_response())
}

fn told(progress: &Progress, file: &str) -> (&'static str, Value) {
    match progress {
        Progress::Running { done, of } => ("progress", json!({ "done": done, "of": of })),
        Progress::Done => ("done", json!({ "downloadUrl": format!("/api/reports/download/{file}") })),
        Progress::Failed(_) => ("failed", json!({ "message": "The file could not be made" })),
    }
}
