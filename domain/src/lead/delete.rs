//! A lead is deleted: gone from lists and queue, never from history (C-23).

use super::event::{LeadDeleted, LeadEvent};
use super::state::Lead;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct DeleteLead {
    pub at: Instant,
    /// Panel users may not delete an immutable number (B-114); the other surfaces' users may.
    pub guards_immutable: bool,
}

impl DeleteLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        if !lead.exists() {
            return Err(Refusal::LeadIsUnknown);
        }
        if lead.deleted_at.is_some() {
            return Ok(Vec::new());
        }
        let current = lead.panel_status();
        if self.guards_immutable && !current.is_mutable() {
            return Err(Refusal::StatusIsImmutable(current));
        }
        Ok(vec![LeadEvent::LeadDeleted(LeadDeleted { at: self.at })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeyKind;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::outcome::Outcome;
    use crate::status::PanelStatus;
    use uuid::Uuid;

    fn delete(guards_immutable: bool) -> LeadCommand {
        LeadCommand::Delete(DeleteLead { at: minute(9), guards_immutable })
    }

    /// B-072, B-114
    #[test]
    fn a_deleted_lead_gives_up_its_phone_and_an_immutable_number_stays() {
        let deleted = given([captured()]).when(delete(true));
        let kept: Vec<_> =
            deleted.lead.held_keys(Uuid::nil()).into_iter().map(|(key, ..)| key.kind).collect();
        assert_eq!(kept, [KeyKind::Num]);
        let connected = given([captured()]).reports(report(Outcome::Connected, 1));
        assert_eq!(connected.then(delete(true)), Err(Refusal::StatusIsImmutable(PanelStatus::Connected)));
        assert!(connected.then(delete(false)).is_ok());
    }

    #[test]
    fn a_deleted_lead_is_still_reported_on() {
        let after = given([captured()]).when(delete(true)).reports(report(Outcome::Busy, 12));
        assert_eq!(after.lead.attempts_count(), 1);
    }
}
