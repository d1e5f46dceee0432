//! A person lifts a lead's suppression and says why (C-44).

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::lead::{LeadCommand, lift_suppression};
use domain::stream::{StreamId, StreamKind};
use uuid::Uuid;

/// Lifts the suppression of one lead. The number stays withheld while another lead of it is suppressed.
#[derive(Clone, Debug)]
pub struct LiftSuppression {
    pub lead_id: Uuid,
    pub reason: String,
}

impl Action for LiftSuppression {
    /// Whether the lead was suppressed.
    type Answer = bool;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<bool, RecordError> {
        desk.wait_turn(StreamId::new(StreamKind::Lead, self.lead_id)).await;
        let was_suppressed = desk.lead(self.lead_id).await?.is_suppressed();
        let (at, reason) = (desk.now(), self.reason.clone());
        let command = LeadCommand::LiftSuppression(lift_suppression::LiftSuppression { at, reason });
        desk.decide_lead(self.lead_id, &command).await?;
        Ok(was_suppressed)
    }
}
