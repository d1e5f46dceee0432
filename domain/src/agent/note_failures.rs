//! Many log-ins with wrong passwords, from many addresses: the admins see it in the log (C-48). Nothing personal is written,
//! neither what was tried nor from where.

use super::event::{AgentEvent, LogInsFailed};
use super::state::Agent;
use crate::Refusal;
use crate::time::Instant;
use chrono::Duration;

/// The window in which failures are counted, in minutes; written at most once in each.
pub const WINDOW_MINUTES: u32 = 15;

#[derive(Clone, Debug)]
pub struct NoteFailures {
    pub at: Instant,
    /// Failures in the window so far.
    pub failures: u32,
}

impl NoteFailures {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        // A clock that was ahead may have left a time of the future: that is no reason to be silent.
        let window = Duration::minutes(i64::from(WINDOW_MINUTES));
        if agent.log_ins_failed_at.is_some_and(|noted| (self.at - noted).abs() < window) {
            return Ok(Vec::new());
        }
        let (at, failures) = (self.at, self.failures);
        Ok(vec![AgentEvent::LogInsFailed(LogInsFailed { at, failures, within_minutes: WINDOW_MINUTES })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-48
    #[test]
    fn failures_are_noted_once_a_window_and_change_nothing_else() {
        let mut agent = Agent { num: 1, is_active: true, ..Agent::default() };
        let minute = |minute| Instant::UNIX_EPOCH + Duration::minutes(minute);
        let mut noted = Vec::new();
        for now in [0, 14, 15, 20, 29, 30, -60, -50] {
            for event in (NoteFailures { at: minute(now), failures: 51 }).decide(&agent).unwrap() {
                agent.apply(event);
                noted.push(now);
            }
        }
        assert_eq!(noted, [0, 15, 30, -60]);
        assert_eq!((agent.token_epoch, agent.changed_at, agent.is_active), (0, Instant::UNIX_EPOCH, true));
        let nobody = NoteFailures { at: minute(0), failures: 51 }.decide(&Agent::default());
        assert_eq!(nobody, Err(Refusal::AgentIsUnknown));
    }
}
