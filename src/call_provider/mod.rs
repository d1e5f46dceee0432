//! Who places a call? A ledger is not a switch (C-31): it asks a provider, and takes what the provider says of the call
//! as facts.

mod simulated;
mod twilio;

pub use simulated::Simulated;
pub use twilio::{Twilio, use_one_cryptography};

use futures_util::future::BoxFuture;
use thiserror::Error;
use uuid::Uuid;

/// A call to be placed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutboundCall {
    /// The ledger's own id of it: the ledger knew of the call before the provider did.
    pub attempt_id: Uuid,
    /// The number to call, in E.164 where it has that form.
    pub to: String,
    /// The phone of the agent who talks, if it has one.
    pub connect_to: Option<String>,
}

/// Why a call was not placed. The texts are the ledger's own: what a provider says may hold the number.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ProviderError {
    #[error("the provider refused the call (status {status})")]
    Refused { status: u16 },
    #[error("the provider did not answer")]
    Unreachable,
    #[error("the provider's answer could not be read")]
    Unreadable,
}

/// Places calls.
pub trait CallProvider: Send + Sync {
    /// Its name in the ledger.
    fn name(&self) -> &'static str;

    /// Asks for the call; answers the provider's own id of it.
    fn place<'a>(&'a self, call: &'a OutboundCall) -> BoxFuture<'a, Result<String, ProviderError>>;
}
