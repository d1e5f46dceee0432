//! `GET /agent-dashboard`: the page a dialer's link leads to. A hand-over is followed once; a link that names a lead opens
//! its form, prefilled with what the ledger knows (B-050).

use super::HOME;
use super::form::LeadForm;
use super::link::Link;
use super::page::{Notice, dashboard};
use super::reject::{Reject, Rejected};
use super::session::Viewer;
use crate::http::request::is_prefetch;
use crate::state::App;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use domain::keys::Key;

const NO_SUCH_LEAD: Notice = Notice::problem("The link names no lead of yours. Choose one from the list.");
const USED: Notice = Notice::problem("That link is over or was used before. Choose the lead from the list.");

pub async fn handler(
    State(app): State<App>,
    viewer: Viewer,
    method: Method,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Rejected> {
    let mut link = Link::of(&uri);
    if method != Method::GET || is_prefetch(&headers) {
        // Nobody looks yet: nothing is used up.
        link.handoff = None;
    }
    // VICIdial's links carry the agent's own name where others carry the lead's (C-05).
    link.said.retain(|name, said| name != "full_name" || *said != viewer.person.agent.person.name());
    open(&app, &viewer, &link).await.map_err(|reject| viewer.reject(reject))
}

async fn open(app: &App, viewer: &Viewer, link: &Link) -> Result<Response, Reject> {
    if let Some(token) = &link.handoff {
        return match follow(app, viewer, token).await? {
            Some(num) => Ok(Redirect::to(&format!("{HOME}/leads/{num}")).into_response()),
            None => Ok(dashboard(app, viewer, None, Some(USED)).await?.into_response()),
        };
    }
    let Some(lead_id) = &link.lead_id else {
        let notice = (!link.said.is_empty()).then_some(NO_SUCH_LEAD);
        return Ok(dashboard(app, viewer, None, notice).await?.into_response());
    };
    let known = match lead_id.parse() {
        Ok(num) => app.ledger.current_lead(num).await?,
        Err(_) => None,
    };
    let Some((_, lead)) = known.filter(|(_, lead)| viewer.access(lead).may_see) else {
        return Ok(dashboard(app, viewer, None, Some(NO_SUCH_LEAD)).await?.into_response());
    };
    let form = LeadForm::of(app, viewer, &lead, link).await?;
    Ok(dashboard(app, viewer, Some(form), None).await?.into_response())
}

/// The lead that was handed over, if the token is good, unused, and the lead one of the viewer's.
async fn follow(app: &App, viewer: &Viewer, token: &str) -> Result<Option<i64>, Reject> {
    let Some(handoff) = app.tokens.read_handoff(token) else { return Ok(None) };
    let Some((_, lead)) = app.ledger.current_lead(handoff.lead).await? else { return Ok(None) };
    // Whoever may not see it does not use it up.
    if !viewer.access(&lead).may_see {
        return Ok(None);
    }
    let Some(until) = domain::time::Instant::from_timestamp(handoff.exp, 0) else { return Ok(None) };
    let key = Key::handoff(handoff.lead, handoff.sequence);
    let is_first = app.ledger.use_once(&viewer.context(), key, until).await?;
    Ok(is_first.then_some(handoff.lead))
}
