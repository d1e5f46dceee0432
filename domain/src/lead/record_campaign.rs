//! Which advertisement a lead came by: the first that is told stays (C-29).

use super::command::live;
use super::event::{Campaign, CampaignRecorded, LeadEvent};
use super::state::Lead;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct RecordCampaign {
    pub at: Instant,
    pub campaign: Campaign,
}

impl RecordCampaign {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.campaign.is_some() || self.campaign == Campaign::default() {
            return Ok(Vec::new());
        }
        let campaign = self.campaign.clone();
        Ok(vec![LeadEvent::CampaignRecorded(CampaignRecorded { at: self.at, campaign })])
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
        let record =
            |id| LeadCommand::RecordCampaign(RecordCampaign { at: minute(1), campaign: campaign(id) });
        let lead = given([captured()]).when(record("1"));
        assert_eq!(lead.then(record("2")), Ok(Vec::new()));
        assert_eq!(lead.lead.campaign, Some(campaign("1")));
    }
}
