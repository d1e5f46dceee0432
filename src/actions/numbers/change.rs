//! People change numbers in the panel, one or many: each lead decides for itself, each change is an event of its own.

use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::{Action, Recorded};
use crate::ledger::{Context, Ledger};
use domain::Refusal;
use domain::dialing::Dialing;
use domain::lead::delete::DeleteLead;
use domain::lead::set_panel_status::SetPanelStatus;
use domain::lead::{Lead, LeadCommand};
use domain::status::PanelStatus;
use domain::stream::{StreamId, StreamKind};
use domain::time::Instant;
use uuid::Uuid;

/// Leads changed by one intent: others' requests do not wait long for it.
pub const AT_ONCE: usize = 200;

/// What is to become of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberChange {
    /// One of the mutable words; IN_QUEUE is the reset.
    SetStatus(PanelStatus),
    Delete,
}

/// What came of one number: whether anything changed, or why not.
pub type Changed = (Uuid, Result<bool, Refusal>);

/// Changes these leads; each refusal stands alone.
#[derive(Clone, Debug)]
pub struct ChangeNumbers {
    pub ids: Vec<Uuid>,
    pub change: NumberChange,
    /// Whose numbers may be changed; `None`: anybody's. Others' are as unknown as those that are not there.
    pub owner: Option<Uuid>,
}

impl ChangeNumbers {
    fn command(&self, at: Instant, lead: &Lead, dialing: &Dialing) -> Result<LeadCommand, Refusal> {
        if !lead.exists() || self.owner.is_some_and(|owner| lead.agent_id.is_none_or(|id| id.0 != owner)) {
            return Err(Refusal::LeadIsUnknown);
        }
        Ok(match self.change {
            NumberChange::SetStatus(status) => {
                LeadCommand::SetPanelStatus(SetPanelStatus { at, status, policy: dialing.policy })
            }
            NumberChange::Delete => LeadCommand::Delete(DeleteLead { at, guards_immutable: true }),
        })
    }
}

impl Action for ChangeNumbers {
    type Answer = Vec<Changed>;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<Vec<Changed>, RecordError> {
        let dialing = desk.dialing().await?;
        let stream = |id: Uuid| StreamId::new(StreamKind::Lead, id);
        if let [only] = self.ids.as_slice() {
            desk.wait_turn(stream(*only)).await;
        }
        desk.load_all(&self.ids.iter().copied().map(stream).collect::<Vec<_>>()).await?;
        let mut answers = Vec::with_capacity(self.ids.len());
        for &id in &self.ids {
            let lead = desk.lead(id).await?;
            let decided = self
                .command(desk.now(), &lead, &dialing)
                .and_then(|command| domain::lead::decide(&lead, &command));
            answers.push((id, decided.as_ref().map(|events| !events.is_empty()).map_err(|refusal| *refusal)));
            desk.append(stream(id), decided.unwrap_or_default());
        }
        Ok(answers)
    }
}

impl Ledger {
    /// Changes numbers, up to [`AT_ONCE`].
    pub async fn change_numbers(
        &self,
        context: &Context,
        action: &ChangeNumbers,
    ) -> Result<Recorded<Vec<Changed>>, RecordError> {
        self.record(context, action).await
    }

    /// What would come of it now; nothing is stored.
    pub async fn preview_numbers(&self, action: &ChangeNumbers) -> Result<Vec<Changed>, RecordError> {
        let context = Context::system("preview");
        let mut desk = Desk::new(self, &context);
        action.decide(&mut desk).await
    }
}
