//! `POST /api/leads`: a lead, given to the person that `assignedTo` names; without it to the telecaller who makes it, or to
//! whoever is next (B-135, C-13, C-35).
//!
//! `assignedTo` is honoured where the caller may give leads to that person: telecallers to themselves, supervisors to
//! their team, admins to everybody who takes calls. Else the answer is 403, and no lead is made.

use super::caller::Caller;
use super::lead::{self, Detail, detail};
use super::reject::{Body, Reject, Rejected};
use super::{user, words};
use crate::actions::leads::assign::Assignee;
use crate::actions::leads::sell::CreateLead;
use crate::http::fields::Fields;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use domain::ids::{AgentId, AnyId, oid};
use domain::lead::event::Source;
use domain::rights::Deed;
use serde::Serialize;
use serde_json::{Map, Value};

/// The member that names who gets the lead.
const ASSIGNED_TO: &str = "assignedTo";

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    message: &'static str,
    lead: Detail,
    /// Other leads of the same number: nothing is refused or merged.
    possible_duplicates: Vec<String>,
    /// The members of `lead` once more: the web application reads them here (F16).
    #[serde(flatten)]
    beside: Detail,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body,
) -> Result<(StatusCode, HeaderMap, Json<Reply>), Rejected> {
    let create = read(&app, &caller, &body).await.map_err(|reject| caller.reject(reject))?;
    let recorded =
        app.ledger.record(&caller.context(), &create).await.map_err(|error| caller.reject(error))?;
    let lead = detail(&app, &recorded.answer.lead).await.map_err(|error| caller.reject(error))?;
    let possible_duplicates = recorded.answer.possible_duplicates.iter().map(|id| oid(*id)).collect();
    let reply = Reply {
        success: true,
        message: "Lead created successfully",
        beside: lead.clone(),
        lead,
        possible_duplicates,
    };
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((StatusCode::CREATED, headers, Json(reply)))
}

async fn read(app: &App, caller: &Caller, body: &Map<String, Value>) -> Result<CreateLead, Reject> {
    let mut fields = Fields::of_body(body);
    let said = lead::read(&mut fields, app);
    fields.required("name", said.person.full_name.clone());
    let phone = fields.value("phone").cloned();
    fields.required("phone", phone);
    let source = fields.word("source", &words::SOURCES).unwrap_or(Source::Manual);
    let named = assignee(&mut fields, body);
    fields.end()?;
    let to = match named {
        Some(id) => chosen(app, caller, id).await?,
        None if caller.person.role().takes_calls() => Assignee::Chosen(caller.person.id),
        None => Assignee::Next,
    };
    Ok(CreateLead { source, said, to })
}

/// Whom the body names: an id, or a user as leads show one; `"auto"` names nobody.
fn assignee(fields: &mut Fields<'_>, body: &Map<String, Value>) -> Option<AnyId> {
    if fields.value(ASSIGNED_TO).is_some_and(|word| word == "auto" || word == "unassigned") {
        return None;
    }
    let shown = body.get(ASSIGNED_TO).and_then(|shown| AnyId::parse(shown.get("_id")?.as_str()?));
    shown.or_else(|| fields.id(ASSIGNED_TO))
}

/// The user of that id, if the caller may give leads to them.
async fn chosen(app: &App, caller: &Caller, id: AnyId) -> Result<Assignee, Reject> {
    let row = match user::find_id(app, id).await {
        Err(Reject::NotFound) => {
            return Err(Reject::Invalid(vec![(ASSIGNED_TO, "No such user".to_owned())]));
        }
        found => found?,
    };
    let is_self = row.id == caller.person.id;
    let reaches = caller.reach(app).await?.covers(Some(AgentId(row.id)));
    if is_self || caller.person.role().may(Deed::AssignLeads) && reaches {
        Ok(Assignee::Chosen(row.id))
    } else {
        Err(Reject::NotPermitted)
    }
}
