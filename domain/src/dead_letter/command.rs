//! What can be asked of a dead letter?

use super::event::{DeadLetterEvent, ReportQuarantined, ReportResolved};
use super::state::DeadLetter;
use crate::Refusal;

#[derive(Clone, Debug)]
pub enum DeadLetterCommand {
    Quarantine(Box<ReportQuarantined>),
    Resolve(ReportResolved),
}

/// What follows from a command: the events.
pub fn decide(letter: &DeadLetter, command: &DeadLetterCommand) -> Result<Vec<DeadLetterEvent>, Refusal> {
    match command {
        DeadLetterCommand::Quarantine(_) if letter.quarantined.is_some() => Err(Refusal::AlreadyExists),
        DeadLetterCommand::Quarantine(report) => Ok(vec![DeadLetterEvent::ReportQuarantined(report.clone())]),
        DeadLetterCommand::Resolve(_) if letter.quarantined.is_none() => Err(Refusal::DeadLetterIsUnknown),
        DeadLetterCommand::Resolve(_) if letter.resolved.is_some() => Err(Refusal::DeadLetterIsResolved),
        DeadLetterCommand::Resolve(resolved) => Ok(vec![DeadLetterEvent::ReportResolved(resolved.clone())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dead_letter::event::{QuarantineReason, Quarantined, Resolution};
    use crate::time::Instant;

    #[test]
    fn a_dead_letter_is_resolved_once() {
        let at = Instant::UNIX_EPOCH;
        let quarantine = DeadLetterCommand::Quarantine(Box::new(ReportQuarantined {
            at,
            num: 1,
            dialect: "dialer_panel".to_owned(),
            reason: QuarantineReason::UnreadablePhone,
            person: Quarantined { body: "{}".to_owned() },
        }));
        let resolve = DeadLetterCommand::Resolve(ReportResolved {
            at,
            lead_id: None,
            person: Resolution { text: "test call".to_owned() },
        });
        let mut letter = DeadLetter::default();
        assert_eq!(decide(&letter, &resolve), Err(Refusal::DeadLetterIsUnknown));
        for command in [&quarantine, &resolve] {
            for event in decide(&letter, command).unwrap() {
                letter.apply(event);
            }
        }
        assert_eq!(decide(&letter, &resolve), Err(Refusal::DeadLetterIsResolved));
    }
}
