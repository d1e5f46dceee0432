//! A lead comes by an advertisement: once for each id the platform gives it, and to the lead that has its number already, if
//! one has (C-13, C-29).

use crate::actions::leads::assign::{Assignee, assign};
use crate::actions::leads::schedule::row;
use crate::actions::leads::sell::{CreateLead, Said, suspect, take_in};
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::keys::Key;
use domain::lead::event::{Campaign, ExternalRef, Source};
use domain::lead::record_campaign::RecordCampaign;
use domain::lead::{Lead, LeadCommand};
use domain::phone::Phone;
use domain::rights::Reach;
use domain::time::Instant;
use projections::lead::LeadRow;

/// What the platform tells.
#[derive(Clone, Debug)]
pub struct TakeAdLead {
    pub source: Source,
    pub external_ref: ExternalRef,
    pub campaign: Campaign,
    pub stated_at: Option<Instant>,
    /// Sent for a trial: nobody gets it.
    pub is_test: bool,
    pub said: Said,
}

impl Action for TakeAdLead {
    type Answer = LeadRow;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<LeadRow, RecordError> {
        let known = Key::external_ref(&self.external_ref.source, &self.external_ref.id);
        if let Some(id) = desk.holder(&known).await? {
            return row(desk, id).await;
        }
        let phone = self.said.person.phone.as_ref().and_then(Phone::key);
        let claim = phone.as_deref().map(Key::phone);
        let same = match (&claim, &phone) {
            (Some(claim), Some(phone)) => match desk.holder(claim).await? {
                Some(id) => Some(id),
                None => desk.lead_of_sale(phone).await?,
            },
            _ => None,
        };
        let id = if let Some(id) = same {
            let news = self.news(&*desk.lead(id).await?);
            take_in(desk, id, &news).await?;
            id
        } else {
            if let Some(claim) = claim {
                // Two that come at once are one.
                desk.require_absent(claim);
            }
            let create = CreateLead { source: self.source, said: self.said.clone(), to: Assignee::Next };
            let id = create.capture(desk).await?;
            suspect(desk, id).await?;
            id
        };
        let record = RecordCampaign {
            at: desk.now(),
            campaign: self.campaign.clone(),
            stated_at: self.stated_at,
            external_ref: Some(self.external_ref.clone()),
        };
        desk.decide_lead(id, &LeadCommand::RecordCampaign(record)).await?;
        if !self.is_test && desk.lead(id).await?.agent_id.is_none() {
            assign(desk, id, Assignee::Next, &Reach::All).await?;
        }
        row(desk, id).await
    }
}

impl TakeAdLead {
    /// What is not known of the lead yet: a form overwrites nothing.
    fn news(&self, known: &Lead) -> Said {
        let mut person = self.said.person.clone();
        let known = &known.person;
        person.phone = None;
        person.email = person.email.filter(|_| known.email.is_none());
        if known.full_name.is_some() || known.first_name.is_some() {
            (person.full_name, person.first_name, person.last_name) = (None, None, None);
        }
        person.extra.retain(|name, _| !known.extra.contains_key(name));
        Said { person, ..Said::default() }
    }
}
