//! Which calls does the ledger ask for by itself? With `LEDGER_AUTODIAL`, by the minute, those of AI agents that are due:
//! picked and leased as a batch is, so that no dialer and no other process has them too.

use crate::call_provider::{CallProvider, OutboundCall};
use crate::ledger::issue_batch::{IssueBatch, IssuedNumber};
use crate::ledger::place_calls::{BeginCall, CallTaken, said};
use crate::ledger::{Context, Ledger, RecordError};
use domain::lead::event::ProviderCall;
use domain::outcome::Outcome;
use domain::phone::Phone;
use futures_util::StreamExt;
use metrics::counter;
use std::sync::Arc;
use uuid::Uuid;

/// Calls asked for at the same time.
const AT_ONCE: usize = 8;

/// Asks a provider for calls.
#[derive(Clone)]
pub struct Calls {
    ledger: Ledger,
    provider: Arc<dyn CallProvider>,
    lease: chrono::Duration,
}

impl Calls {
    /// Calls through `provider`; a number is nobody else's for `lease`.
    pub fn new(ledger: Ledger, provider: Arc<dyn CallProvider>, lease: chrono::Duration) -> Self {
        Self { ledger, provider, lease }
    }

    /// Asks for up to `size` due calls of AI agents, while dialing is open. Answers how many.
    pub async fn place_due(&self, context: &Context, size: u32) -> Result<usize, RecordError> {
        if !self.ledger.dialing().await?.closed_reasons(self.ledger.now()).is_empty() {
            return Ok(0);
        }
        let agents = self.ledger.views().active_ai_agents().await?;
        if agents.is_empty() {
            return Ok(0);
        }
        let (lease, only) = (self.lease, Some(agents));
        let request = IssueBatch { size_requested: size, size, lease, only, receipt: None };
        let batch = self.ledger.issue_batch(context, &request).await?.answer;
        let batch_id = batch.batch_id;
        let placing = batch.numbers.into_iter().map(|number| self.place(context, batch_id, number));
        let placed: Vec<_> = futures_util::stream::iter(placing).buffer_unordered(AT_ONCE).collect().await;
        placed.into_iter().try_fold(0, |count, placed| placed.map(|()| count + 1))
    }

    /// Asks for the call of one leased number. What the provider says to it is a fact either way.
    async fn place(
        &self,
        context: &Context,
        batch_id: Uuid,
        number: IssuedNumber,
    ) -> Result<(), RecordError> {
        let lead_id = number.lead_id;
        let attempt_id = self.ledger.record(context, &BeginCall { lead_id, batch_id }).await?.answer;
        let to = Phone::try_new(&number.phone, domain::phone::Region::default());
        let to = to.ok().and_then(|phone| phone.e164).unwrap_or(number.phone);
        match self.provider.place(&OutboundCall { attempt_id, to }).await {
            Ok(id) => {
                let call = ProviderCall { provider: self.provider.name().to_owned(), id };
                self.ledger.record(context, &CallTaken { lead_id, attempt_id, call }).await?;
            }
            Err(error) => {
                counter!("ledger_calls_not_placed").increment(1);
                let failed = said(lead_id, attempt_id, Outcome::Failed, Some(error.to_string()));
                self.ledger.record(context, &failed).await?;
            }
        }
        Ok(())
    }
}
