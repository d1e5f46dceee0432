//! A position of the log that no release can read is set aside by an operator, with a reason; it has no effect ever after.

use super::event::{LogEvent, PositionSetAside};
use crate::Refusal;
use serde::{Deserialize, Serialize};

/// What has been said of the log.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Log {
    pub set_aside: Vec<PositionSetAside>,
}

impl Log {
    /// Takes in one event.
    pub fn apply(&mut self, event: LogEvent) {
        match event {
            LogEvent::PositionSetAside(e) => self.set_aside.push(e),
        }
    }
}

/// What can be said of the log. That the event cannot be read, the caller has found out.
#[derive(Clone, Debug)]
pub enum LogCommand {
    SetAside(PositionSetAside),
}

/// What follows from a command: the event; none where the position is set aside already.
pub fn decide(log: &Log, command: &LogCommand) -> Result<Vec<LogEvent>, Refusal> {
    let LogCommand::SetAside(set_aside) = command;
    if set_aside.person.text.trim().is_empty() {
        return Err(Refusal::ReasonIsMissing);
    }
    if log.set_aside.iter().any(|known| known.position == set_aside.position) {
        return Ok(Vec::new());
    }
    Ok(vec![LogEvent::PositionSetAside(set_aside.clone())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::event::Reason;
    use crate::time::Instant;

    #[test]
    fn a_position_is_set_aside_once_and_with_a_reason() {
        let set_aside = |text: &str| {
            let person = Reason { text: text.to_owned() };
            LogCommand::SetAside(PositionSetAside { at: Instant::UNIX_EPOCH, position: 8, person })
        };
        let mut log = Log::default();
        assert_eq!(decide(&log, &set_aside(" ")), Err(Refusal::ReasonIsMissing));
        for event in decide(&log, &set_aside("a trial")).unwrap() {
            log.apply(event);
        }
        assert_eq!(decide(&log, &set_aside("again")), Ok(Vec::new()));
    }
}
