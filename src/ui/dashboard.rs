//! `GET /agent-dashboard`: the page a dialer's link leads to. A hand-over is followed once; a link that names a lead opens
//! its form, prefilled with what the ledger knows (B-050). The lead is named by its integer id, or as a dialer names it: by the
//! dialer's own id and the phone.

use super::HOME;
use super::form::LeadForm;
use super::link::Link;
use super::page::{Notice, dashboard};
use super::reject::{Reject, Rejected};
use super::session::Viewer;
use crate::actions::leads::find_by_link::LinkedLead;
use crate::http::request::is_prefetch;
use crate::http::tokens::REVOCATION_KEPT_SECONDS;
use crate::state::App;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Redirect, Response};
use domain::keys::Key;
use domain::phone::Phone;

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
    let phone = link.said.get("phone").and_then(|raw| phone(app, raw, link));
    let linked = LinkedLead { lead_id: link.lead_id.clone(), phone, is_own: link.is_own };
    let known = app.ledger.find_linked_lead(&linked, |lead| viewer.access(lead).may_see).await?;
    let Some(lead) = known else {
        let names_lead = link.lead_id.is_some() || !link.said.is_empty();
        return Ok(dashboard(app, viewer, None, names_lead.then_some(NO_SUCH_LEAD)).await?.into_response());
    };
    let form = LeadForm::of(app, viewer, &lead, link).await?;
    Ok(dashboard(app, viewer, Some(form), None).await?.into_response())
}

/// The link's phone, read as a click's would be.
fn phone(app: &App, raw: &str, link: &Link) -> Option<Phone> {
    let code = link.said.get("phone_code").map_or("", String::as_str);
    Phone::with_code(code, raw, app.config.region_from_dialer).ok()
}

/// The lead that was handed over, if the token is good, unused, and the lead one of the viewer's.
async fn follow(app: &App, viewer: &Viewer, token: &str) -> Result<Option<i64>, Reject> {
    let Some(handoff) = app.tokens.read_handoff(token) else { return Ok(None) };
    let Some((_, lead)) = app.ledger.current_lead(handoff.lead).await? else { return Ok(None) };
    // Whoever may not see it does not use it up.
    if !viewer.access(&lead).may_see {
        return Ok(None);
    }
    let until = handoff.exp.saturating_add(REVOCATION_KEPT_SECONDS);
    let Some(until) = domain::time::Instant::from_timestamp(until, 0) else { return Ok(None) };
    let key = Key::handoff(handoff.lead, handoff.sequence);
    let is_first = app.ledger.use_once(&viewer.context(), key, until).await?;
    Ok(is_first.then_some(handoff.lead))
}
