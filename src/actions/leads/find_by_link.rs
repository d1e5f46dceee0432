//! Which lead does a dialer's link mean? A link of our own names the lead's integer id; a dialer's own link, which VICIdial for
//! one fills from its web form, names the dialer's id of the lead, and both name the phone (B-050, B-034).

use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use domain::keys::{Key, KeyKind};
use domain::lead::Lead;
use domain::phone::Phone;
use domain::principal::Scope;
use domain::stream::{StreamId, StreamKind};
use std::sync::Arc;
use uuid::Uuid;

/// A lead that a link may mean, and how well it fits.
struct Candidate {
    fit: Fit,
    lead: Arc<Lead>,
}

/// How a lead was found. Of several the first in this order is meant: what two names agree on comes before what one says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Fit {
    OwnIdAndPhone,
    DialersIdAndPhone,
    /// One id, the phone being another or not given: of the link's own kind first.
    LikelyId,
    Phone,
    OtherId,
}

/// What a link says of the lead that it means.
#[derive(Clone, Debug, Default)]
pub struct LinkedLead {
    /// Our integer id, or the dialer's id.
    pub lead_id: Option<String>,
    pub phone: Option<Phone>,
    /// Whether it is one of our own links, whose `lead_id` is ours.
    pub is_own: bool,
}

impl Ledger {
    /// The lead that a link means, of those that `may_see` lets through; `None` if it means none of them.
    pub async fn find_linked_lead(
        &self,
        linked: &LinkedLead,
        may_see: impl Fn(&Lead) -> bool,
    ) -> Result<Option<Arc<Lead>>, RecordError> {
        let phone = linked.phone.as_ref().and_then(Phone::key);
        let has_phone = |lead: &Lead| phone.is_some() && lead.phone_key() == phone;
        let mut candidates: Vec<Candidate> = Vec::new();
        if let Some(num) = linked.lead_id.as_deref().and_then(|id| id.parse().ok())
            && let Some((_, lead)) = self.current_lead(num).await?
        {
            let likely = if linked.is_own { Fit::LikelyId } else { Fit::OtherId };
            let fit = if has_phone(&lead) { Fit::OwnIdAndPhone } else { likely };
            candidates.push(Candidate { fit, lead });
        }
        if let Some(id) = &linked.lead_id {
            for lead in self.leads_of_dialers_id(id).await? {
                let likely = if linked.is_own { Fit::OtherId } else { Fit::LikelyId };
                let fit = if has_phone(&lead) { Fit::DialersIdAndPhone } else { likely };
                candidates.push(Candidate { fit, lead });
            }
        }
        if let Some(phone) = &phone {
            for id in self.views().leads_by_phone(phone).await? {
                candidates.push(Candidate { fit: Fit::Phone, lead: self.lead_now(id).await? });
            }
        }
        // The sort keeps the order of equals: of those with the phone, the most recently changed is the first.
        candidates.sort_by_key(|candidate| candidate.fit);
        Ok(candidates.into_iter().map(|candidate| candidate.lead).find(|lead| may_see(lead)))
    }

    /// The leads that dialers know by that id, whatever credential it came by: an id is unique within one dialer only.
    async fn leads_of_dialers_id(&self, id: &str) -> Result<Vec<Arc<Lead>>, RecordError> {
        let machines = self.all_machines().await?;
        let clicks = machines.iter().filter(|machine| machine.credential.has(Scope::FromDialer));
        let keys: Vec<String> =
            clicks.map(|machine| Key::external_ref(&machine.credential.name, id).key).collect();
        let holders: Vec<String> = sqlx::query_scalar(
            "SELECT holder FROM keys WHERE kind = $1 AND key = ANY($2) ORDER BY position DESC",
        )
        .bind(KeyKind::ExternalRef.as_str())
        .bind(keys)
        .fetch_all(self.pool())
        .await?;
        let mut leads = Vec::with_capacity(holders.len());
        for holder in holders.iter().filter_map(|holder| Uuid::try_parse(holder).ok()) {
            leads.push(self.lead_now(holder).await?);
        }
        Ok(leads)
    }

    async fn lead_now(&self, id: Uuid) -> Result<Arc<Lead>, RecordError> {
        let folded = self.current(StreamId::new(StreamKind::Lead, id)).await?;
        Ok(folded.state.as_lead().cloned().unwrap_or_default())
    }
}
