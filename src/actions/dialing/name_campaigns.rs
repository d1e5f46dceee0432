//! What do people call campaigns, ads and forms (C-29)?

use crate::ledger::RecordError;
use crate::ledger::desk::Desk;
use crate::ledger::record::Action;
use domain::dialing::set_ad_names::SetAdNames;
use domain::dialing::{DialingCommand, decide};
use domain::stream::StreamId;
use std::collections::BTreeMap;

/// Sets all names at once.
pub struct NameCampaigns {
    /// By `kind:id`, such as `campaign:120210000000000000`.
    pub names: BTreeMap<String, String>,
}

impl Action for NameCampaigns {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let dialing = desk.dialing().await?;
        let set = SetAdNames { at: desk.now(), names: self.names.clone() };
        desk.append(StreamId::DIALING, decide(&dialing, &DialingCommand::SetAdNames(set))?);
        Ok(())
    }
}
