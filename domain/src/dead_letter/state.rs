//! What is a dead letter now? The fold of its events.

use super::event::{DeadLetterEvent, ReportQuarantined, ReportResolved};
use serde::{Deserialize, Serialize};

/// A dead letter as its events made it; `quarantined` empty: nothing has happened yet.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DeadLetter {
    pub quarantined: Option<ReportQuarantined>,
    pub resolved: Option<ReportResolved>,
}

impl DeadLetter {
    /// Takes in one event.
    pub fn apply(&mut self, event: DeadLetterEvent) {
        match event {
            DeadLetterEvent::ReportQuarantined(e) => self.quarantined = Some(*e),
            DeadLetterEvent::ReportResolved(e) => self.resolved = Some(e),
        }
    }
}
