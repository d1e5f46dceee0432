//! Whom is a click about? The agent by either name, the lead by the dialer's own id or its phone (C-04, C-15).

use super::fields::Fields;
use super::reject::Reject;
use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use domain::agent::Agent;
use domain::ids::{AgentId, LeadId};
use domain::keys::Key;
use domain::lead::event::{ExternalRef, Person, ResolvedVia};
use domain::phone::Phone;
use std::sync::Arc;
use uuid::Uuid;

/// The agent by `dialer_user_id`, else by `user` (C-04). Who is not active is nobody.
pub async fn agent(
    desk: &mut Desk<'_>,
    fields: &Fields,
) -> Result<Result<(AgentId, Arc<Agent>, ResolvedVia), Reject>, RecordError> {
    let named = fields.text("dialer_user_id");
    let user = fields.text("user");
    let tries = [
        named.map(|name| (Key::dialer_user_id(name), ResolvedVia::DialerUserId)),
        user.map(|name| (Key::username(name), ResolvedVia::Username)),
        user.map(|name| (Key::dialer_user_id(name), ResolvedVia::DialerUserId)),
    ];
    for (key, via) in tries.into_iter().flatten() {
        if let Some(id) = desk.holder(&key).await? {
            let agent = desk.agent(id).await?;
            if agent.is_there() && agent.is_active {
                return Ok(Ok((AgentId(id), agent, via)));
            }
        }
    }
    Ok(Err(match (named, user) {
        (Some(name), _) => Reject::AgentUnknown { field: "dialer_user_id", name: name.to_owned() },
        (None, Some(name)) => Reject::AgentUnknown { field: "user", name: name.to_owned() },
        (None, None) => Reject::AgentMissing,
    }))
}

/// Which lead a click is about.
pub struct Meant {
    /// `None`: no lead of the ledger.
    pub known: Option<Uuid>,
    /// Other leads that have the click's phone.
    pub duplicates: Vec<LeadId>,
    pub warning: Option<&'static str>,
}

/// The lead that the dialer's own id names, else one that has the phone, whatever dialect made it: this agent's first, else
/// the most recently changed. Where the id names another lead than those with the phone, the id decides and the phone stays
/// where it is (C-15).
pub async fn meant(
    desk: &mut Desk<'_>,
    external_ref: Option<&ExternalRef>,
    agent_id: AgentId,
    person: &mut Person,
) -> Result<Meant, RecordError> {
    let by_ref = match external_ref {
        Some(known) => desk.holder(&Key::external_ref(&known.source, &known.id)).await?,
        None => None,
    };
    let by_phone = match person.phone.as_ref().and_then(Phone::key) {
        Some(phone) => desk.leads_of_phone(&phone, agent_id).await?,
        None => Vec::new(),
    };
    let known = by_ref.or_else(|| by_phone.first().copied());
    let is_of_ref_only = by_ref.is_some_and(|lead| !by_phone.contains(&lead));
    if by_phone.is_empty() || by_ref.is_some() && !is_of_ref_only {
        return Ok(Meant { known, duplicates: Vec::new(), warning: None });
    }
    let others = by_phone.into_iter().filter(|lead| known != Some(*lead));
    let duplicates: Vec<LeadId> = others.map(LeadId).collect();
    let warning = if is_of_ref_only {
        person.phone = None;
        Some("another lead has this phone; the lead with this lead_id was updated")
    } else {
        let is_choice = !duplicates.is_empty();
        is_choice.then_some(
            "several leads have this phone; one of this agent, else the last changed one, was updated",
        )
    };
    Ok(Meant { known, duplicates, warning })
}
