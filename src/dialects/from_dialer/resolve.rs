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
    pub known: Option<Uuid>,
    pub duplicates: Vec<LeadId>,
    pub warning: Option<&'static str>,
}

/// The lead that the dialer's own id names, else the phone's. Where those are two, the id decides and the phone stays
/// where it is (C-15).
pub async fn meant(
    desk: &mut Desk<'_>,
    external_ref: Option<&ExternalRef>,
    person: &mut Person,
) -> Result<Meant, RecordError> {
    let by_ref = match external_ref {
        Some(known) => desk.holder(&Key::external_ref(&known.source, &known.id)).await?,
        None => None,
    };
    let by_phone = match person.phone.as_ref().and_then(Phone::key) {
        Some(phone) => match desk.holder(&Key::phone(&phone)).await? {
            Some(id) => Some(id),
            // A sale's lead may be there without the claim, which another had when it came.
            None => desk.lead_of_sale(&phone).await?,
        },
        None => None,
    };
    match (by_ref, by_phone) {
        (Some(lead), Some(other)) if lead != other => {
            person.phone = None;
            let warning = Some("another lead has this phone; the lead with this lead_id was updated");
            Ok(Meant { known: by_ref, duplicates: vec![LeadId(other)], warning })
        }
        _ => Ok(Meant { known: by_ref.or(by_phone), duplicates: Vec::new(), warning: None }),
    }
}
