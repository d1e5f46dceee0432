//! Which leads have a number? Those that hold it as a claim, and those that only the read model knows: leads that were made for
//! an agent, and sales, may have a number that another lead has too (C-13).

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use domain::ids::AgentId;
use domain::keys::Key;
use domain::lead::Lead;
use domain::time::Instant;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

impl Desk<'_> {
    /// Every lead that is there and has this number, in the order in which C-15 chooses: those of `agent_id` first, and of
    /// these and of the others the most recently changed first. Claims are exact; a lead that holds none is found once the
    /// read model has it.
    pub async fn leads_of_phone(
        &mut self,
        phone_key: &str,
        agent_id: AgentId,
    ) -> Result<Vec<Uuid>, RecordError> {
        let (claim, agents_claim) = (Key::phone(phone_key), Key::phone_of_agent(agent_id, phone_key));
        let known = async { Ok::<_, RecordError>(self.views().leads_by_phone(phone_key).await?) };
        let (known, held, agents) =
            tokio::try_join!(known, self.holders(&claim), self.holders(&agents_claim))?;
        let candidates: BTreeSet<Uuid> = known.into_iter().chain(held).chain(agents).collect();
        let mut found = Vec::with_capacity(candidates.len());
        for id in candidates {
            let lead = self.lead(id).await?;
            if has(&lead, phone_key) {
                found.push((order(&lead, agent_id), id));
            }
        }
        found.sort_unstable_by_key(|(order, id)| (*order, Reverse(*id)));
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }
}

fn has(lead: &Arc<Lead>, phone_key: &str) -> bool {
    lead.exists() && lead.deleted_at.is_none() && lead.phone_key().as_deref() == Some(phone_key)
}

fn order(lead: &Arc<Lead>, agent_id: AgentId) -> (bool, Reverse<Instant>) {
    (lead.agent_id != Some(agent_id), Reverse(lead.changed_at))
}
