//! Somebody corrects a report. What it said before stays in its history.

use super::event::{Content, ReportEdited, ReportEvent};
use super::state::Report;
use crate::Refusal;
use crate::ids::AgentId;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct EditReport {
    pub at: Instant,
    pub by: AgentId,
    /// All that it says from now on.
    pub content: Content,
}

impl EditReport {
    pub fn decide(&self, report: &Report) -> Result<Vec<ReportEvent>, Refusal> {
        let known = report.content().ok_or(Refusal::ReportIsUnknown)?;
        if *known == self.content {
            return Ok(Vec::new());
        }
        let edited = ReportEdited { at: self.at, by: self.by, content: self.content.clone() };
        Ok(vec![ReportEvent::ReportEdited(Box::new(edited))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::{Figures, Notes, Period};
    use crate::report::file::FileReport;
    use crate::report::{ReportCommand, decide};
    use crate::time::Instant;
    use uuid::Uuid;

    fn content(total_calls: u32) -> Content {
        Content {
            report_on: "2024-01-15".parse().unwrap(),
            period: Period::Daily,
            figures: Figures { total_calls, ..Figures::default() },
            person: Notes::default(),
        }
    }

    fn edit(total_calls: u32) -> ReportCommand {
        let (at, by) = (Instant::UNIX_EPOCH, AgentId(Uuid::from_u128(2)));
        ReportCommand::Edit(EditReport { at, by, content: content(total_calls) })
    }

    /// B-149, C-27
    #[test]
    fn an_edit_keeps_what_was_said_before_and_the_same_again_is_none() {
        let mut report = Report::default();
        assert_eq!(decide(&report, &edit(1)), Err(Refusal::ReportIsUnknown));
        let by = AgentId(Uuid::from_u128(1));
        let file = FileReport { at: Instant::UNIX_EPOCH, num: 1, user_id: by, by, content: content(15) };
        for command in [ReportCommand::File(file.clone()), edit(16), edit(16)] {
            for event in decide(&report, &command).unwrap() {
                report.apply(event);
            }
        }
        let said: Vec<_> = report.versions.iter().map(|v| (v.by, v.content.figures.total_calls)).collect();
        assert_eq!(said, [(by, 15), (AgentId(Uuid::from_u128(2)), 16)]);
        assert_eq!(decide(&report, &ReportCommand::File(file)), Err(Refusal::AlreadyExists));
    }
}
