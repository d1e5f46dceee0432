//! Which calls does the ledger ask for by itself? With `LEDGER_AUTODIAL`, by the minute, those of AI agents that are due:
//! picked and leased as a batch is, so that no dialer and no other process has them too.

use crate::actions::calls::initiate::InitiateCall;
use crate::actions::calls::issue_batch::IssueBatch;
use crate::actions::calls::place::{BeginCall, Begun, CallTaken, said};
use crate::actions::calls::report_call::Told;
use crate::call_provider::{CallProvider, OutboundCall, ProviderError};
use crate::ledger::record::Action;
use crate::ledger::{Context, Ledger, RecordError, Recorded};
use crate::shutdown::Tasks;
use domain::lead::event::{Direction, ProviderCall};
use domain::outcome::Outcome;
use domain::phone::{Phone, Region};
use futures_util::StreamExt;
use metrics::counter;
use projections::call_list::Call;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Calls asked for at the same time.
const AT_ONCE: usize = 8;
/// How long a provider may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// How often what became of a call is recorded again: for about 25 seconds.
const TRIES_MAX: u32 = 8;

/// Asks a provider for calls.
#[derive(Clone)]
pub struct Calls {
    ledger: Ledger,
    provider: Arc<dyn CallProvider>,
    lease: chrono::Duration,
    /// Where national numbers of agents belong.
    region: Region,
}

/// What came of asking.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The call as it is known then.
    pub recorded: Recorded<Call>,
    /// `None`: the provider did not take it, or did not say.
    pub provider_call_id: Option<String>,
}

impl Calls {
    /// Calls through `provider`; a number is nobody else's for `lease`.
    pub fn new(
        ledger: Ledger,
        provider: Arc<dyn CallProvider>,
        lease: chrono::Duration,
        region: Region,
    ) -> Self {
        Self { ledger, provider, lease, region }
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
        let placing = batch.numbers.into_iter().map(|number| self.place(context, batch_id, number.lead_id));
        let placed: Vec<_> = futures_util::stream::iter(placing).buffer_unordered(AT_ONCE).collect().await;
        let mut count = 0;
        for placed in placed {
            match placed {
                Ok(()) => count += 1,
                // Something came between leasing and calling: it waits for its lease to end.
                Err(RecordError::Refused(refusal)) => {
                    tracing::debug!(%refusal, "a leased lead was not called");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    /// Asks for the call of one leased lead. What the provider says to it is a fact either way.
    async fn place(&self, context: &Context, batch_id: Uuid, lead_id: Uuid) -> Result<(), RecordError> {
        let begin = BeginCall { lead_id, batch_id, agent_id: None };
        let begun = self.ledger.record(context, &begin).await?.answer;
        self.ask(context, lead_id, begun).await.map(|_| ())
    }

    /// How long a number is nobody else's.
    pub fn lease(&self) -> chrono::Duration {
        self.lease
    }

    /// Has a lead called, in a task of its own: whoever asked may go away, the call does not.
    pub async fn initiate(
        &self,
        tasks: &Tasks,
        context: Context,
        initiate: InitiateCall,
    ) -> Result<Asked, RecordError> {
        let (sender, receiver) = oneshot::channel();
        let this = self.clone();
        tasks.start(async move {
            let asked = match this.ledger.record(&context, &initiate).await {
                Ok(recorded) => this.ask(&context, initiate.lead_id, recorded.answer).await,
                Err(error) => Err(error),
            };
            let _ = sender.send(asked);
        });
        receiver.await.unwrap_or_else(|_| Err(RecordError::Internal("a call's task died".to_owned())))
    }

    /// Asks for a call that has begun.
    async fn ask(&self, context: &Context, lead_id: Uuid, begun: Begun) -> Result<Asked, RecordError> {
        let Begun { attempt_id, to, connect_to } = begun;
        let connect_to = connect_to.map(|raw| {
            let phone = Phone::try_new(&raw, self.region).ok();
            phone.and_then(|phone| phone.e164).unwrap_or(raw)
        });
        let call = OutboundCall { attempt_id, to, connect_to };
        let asked = tokio::time::timeout(ANSWER_MAX, self.provider.place(&call)).await;
        match asked.unwrap_or(Err(ProviderError::Unreachable)) {
            Ok(id) => {
                let call = ProviderCall { provider: self.provider.name().to_owned(), id: id.clone() };
                let taken = CallTaken { lead_id, attempt_id, direction: Direction::Outbound, call };
                Ok(Asked { recorded: self.insist(context, &taken).await?, provider_call_id: Some(id) })
            }
            Err(error) => {
                counter!("ledger_calls_not_placed").increment(1);
                // Only a "no" is the end of it: of the others the provider may have taken the call, and will say so.
                let told = match error {
                    ProviderError::Refused { .. } => Told::Outcome(Outcome::Failed),
                    ProviderError::Unreachable | ProviderError::Unreadable => Told::Nothing,
                };
                let fact = said(lead_id, attempt_id, told, Some(error.to_string()));
                Ok(Asked { recorded: self.insist(context, &fact).await?, provider_call_id: None })
            }
        }
    }

    /// Records what has happened outside and cannot be undone: tries again while the ledger cannot take it.
    async fn insist<A: Action>(
        &self,
        context: &Context,
        action: &A,
    ) -> Result<Recorded<A::Answer>, RecordError> {
        let mut tried = 0;
        loop {
            match self.ledger.record(context, action).await {
                Err(RecordError::Busy | RecordError::Unavailable | RecordError::Conflict(_))
                    if tried < TRIES_MAX =>
                {
                    tokio::time::sleep(Duration::from_millis(100 << tried)).await;
                    tried += 1;
                }
                Err(error) => {
                    tracing::error!(%error, "what became of a call could not be recorded");
                    return Err(error);
                }
                done => return done,
            }
        }
    }
}
