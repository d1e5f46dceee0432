//! A batch is issued, and later found to have expired.

use super::event::{BatchEvent, BatchExpired, BatchIssued};
use super::state::Batch;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub enum BatchCommand {
    Issue(BatchIssued),
    /// What the minute tick asks of every batch whose time may be over.
    Expire {
        at: Instant,
    },
}

/// What follows from a command: the events, none where all is so already.
pub fn decide(batch: &Batch, command: &BatchCommand) -> Result<Vec<BatchEvent>, Refusal> {
    match (command, &batch.issued) {
        (BatchCommand::Issue(issued), None) => Ok(vec![BatchEvent::BatchIssued(issued.clone())]),
        (BatchCommand::Issue(_), Some(_)) => Err(Refusal::AlreadyExists),
        (BatchCommand::Expire { .. }, None) => Err(Refusal::BatchIsUnknown),
        (BatchCommand::Expire { at }, Some(issued)) if issued.expires_at > *at => Err(Refusal::BatchIsLive),
        (BatchCommand::Expire { .. }, Some(_)) if batch.expired_at.is_some() => Ok(Vec::new()),
        (BatchCommand::Expire { at }, Some(_)) => {
            Ok(vec![BatchEvent::BatchExpired(BatchExpired { at: *at })])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::given::minute;

    #[test]
    fn a_batch_expires_once_and_not_early() {
        let issued = BatchIssued {
            at: minute(0),
            holder: "x".into(),
            size_requested: 1,
            expires_at: minute(15),
            leads: vec![],
        };
        let mut batch = Batch::default();
        for event in decide(&batch, &BatchCommand::Issue(issued)).unwrap() {
            batch.apply(event);
        }
        assert_eq!(decide(&batch, &BatchCommand::Expire { at: minute(14) }), Err(Refusal::BatchIsLive));
        for event in decide(&batch, &BatchCommand::Expire { at: minute(15) }).unwrap() {
            batch.apply(event);
        }
        assert_eq!(decide(&batch, &BatchCommand::Expire { at: minute(16) }), Ok(Vec::new()));
    }
}
