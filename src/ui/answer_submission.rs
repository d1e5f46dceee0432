//! `POST /agent-dashboard/leads/{num}/answer`: a qualifier qualifies a lead or gives it back with a word why (B-053, C-36).

use super::HOME;
use super::reject::{Reject, Rejected};
use super::session::Form;
use super::show_lead::find;
use crate::actions::leads::work::{Work, WorkLead};
use crate::http::path::Named;
use crate::state::App;
use axum::extract::State;
use axum::response::Redirect;
use domain::lead::details::DETAIL_MAX;
use domain::lead::submission::SubmissionVerdict;

pub async fn handler(State(app): State<App>, Named(num): Named, form: Form) -> Result<Redirect, Rejected> {
    let Form { viewer, fields } = form;
    let answered = async {
        let (lead_id, lead) = find(&app, &viewer, &num).await?;
        let verdict = fields.get("verdict").and_then(|word| SubmissionVerdict::from_word(word));
        let verdict = verdict.ok_or(Reject::Conflict("Choose: qualified or returned."))?;
        let note = fields.get("note").map(|note| note.trim()).filter(|note| !note.is_empty());
        let note = note.map(|note| note.chars().filter(|c| *c != '\0').take(DETAIL_MAX).collect());
        let work = Work::Answer { verdict, note };
        let action = WorkLead { lead_id, by: viewer.person.id, work };
        app.ledger.record(&viewer.context(), &action).await?;
        Ok(Redirect::to(&format!("{HOME}/leads/{}?done=answered", lead.num)))
    };
    answered.await.map_err(|reject: Reject| viewer.reject(reject))
}
