//! Which advertisement a lead came by: the first that is told stays; every id the platform knows it by is kept (C-29). The time that
//! the platform states is the lead's time where the form made the lead; one that lies ahead of the ledger's clock is not.

use super::command::live;
use super::event::{Campaign, CampaignRecorded, ExternalRef, ExternalRefAdded, LeadEvent};
use super::state::Lead;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct RecordCampaign {
    pub at: Instant,
    pub campaign: Campaign,
    /// When the platform says that the person filled in the form.
    pub stated_at: Option<Instant>,
    /// The lead's id there.
    pub external_ref: Option<ExternalRef>,
}

impl RecordCampaign {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        let mut events = Vec::new();
        if let Some(external_ref) = self.external_ref.clone().filter(|new| !lead.external_refs.contains(new))
        {
            events.push(LeadEvent::ExternalRefAdded(ExternalRefAdded { at: self.at, external_ref }));
        }
        let is_new = self.campaign != Campaign::default() && lead.campaign.as_ref() != Some(&self.campaign);
        let says_when = self.stated_at.is_some() && lead.stated_at.is_none() && lead.captured_at == self.at;
        if is_new || says_when {
            let (campaign, stated_at) = (self.campaign.clone(), self.stated_at);
            events.push(LeadEvent::CampaignRecorded(CampaignRecorded { at: self.at, campaign, stated_at }));
        }
        Ok(events)
    }
}

impl Lead {
    pub(super) fn campaign_recorded(&mut self, e: CampaignRecorded) {
        // In one breath with the capture: this form made the lead.
        if e.at == self.captured_at && self.stated_at.is_none() {
            self.stated_at = e.stated_at.filter(|stated_at| *stated_at <= e.at);
        }
        if e.campaign != Campaign::default() {
            self.campaign.get_or_insert(e.campaign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute};

    #[test]
    fn the_first_advertisement_stays() {
        let campaign = |id: &str| Campaign { campaign_id: Some(id.to_owned()), ..Campaign::default() };
        let record = |id| {
            LeadCommand::RecordCampaign(RecordCampaign {
                at: minute(1),
                campaign: campaign(id),
                stated_at: None,
                external_ref: None,
            })
        };
        let lead = given([captured()]).when(record("1"));
        assert_eq!(lead.then(record("1")), Ok(Vec::new()));
        let second = lead.when(record("2"));
        assert_eq!(second.lead.campaign, Some(campaign("1")), "the second is history only");
    }

    /// A Meta lead's `created_time` is its time.
    #[test]
    fn the_stated_time_is_that_of_a_lead_which_the_form_made() {
        let record = |at, stated_at| {
            LeadCommand::RecordCampaign(RecordCampaign {
                at,
                campaign: Campaign::default(),
                stated_at: Some(stated_at),
                external_ref: None,
            })
        };
        let new = || given([captured()]);
        let captured_at = new().lead.captured_at;
        let earlier = captured_at - chrono::Duration::days(3);
        let made = new().when(record(captured_at, earlier));
        assert_eq!((made.lead.created_at(), made.lead.captured_at), (earlier, captured_at));
        assert_eq!(made.lead.campaign, None, "nothing was said of a campaign");
        assert_eq!(made.then(record(captured_at, earlier)), Ok(Vec::new()));
        let known = new().when(record(minute(7), earlier));
        assert_eq!(known.lead.created_at(), captured_at, "the lead was there before the form");
        let ahead = new().when(record(captured_at, captured_at + chrono::Duration::days(1)));
        assert_eq!(ahead.lead.created_at(), captured_at, "nobody fills in a form tomorrow");
    }
}
