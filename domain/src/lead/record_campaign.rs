//! Which advertisement a lead came by: the first that is told stays; every id the platform knows it by is kept (C-29).

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
        if self.campaign != Campaign::default() && lead.campaign.as_ref() != Some(&self.campaign) {
            let (campaign, stated_at) = (self.campaign.clone(), self.stated_at);
            events.push(LeadEvent::CampaignRecorded(CampaignRecorded { at: self.at, campaign, stated_at }));
        }
        Ok(events)
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
}
