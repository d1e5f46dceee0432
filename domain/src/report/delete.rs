//! Somebody deletes a report. Its history stays; one who files the same day again makes another report.

use super::event::{ReportDeleted, ReportEvent};
use super::state::Report;
use crate::Refusal;
use crate::ids::AgentId;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct DeleteReport {
    pub at: Instant,
    pub by: AgentId,
}

impl DeleteReport {
    pub fn decide(&self, report: &Report) -> Result<Vec<ReportEvent>, Refusal> {
        if report.content().is_none() {
            return Err(Refusal::ReportIsUnknown);
        }
        Ok(vec![ReportEvent::ReportDeleted(ReportDeleted { at: self.at, by: self.by })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::event::{Content, Figures, Notes, Period};
    use crate::report::file::FileReport;
    use crate::report::{ReportCommand, decide};
    use uuid::Uuid;

    /// F16
    #[test]
    fn a_deleted_report_says_nothing_any_more_and_gives_its_day_free() {
        let by = AgentId(Uuid::from_u128(1));
        let delete = ReportCommand::Delete(DeleteReport { at: Instant::UNIX_EPOCH, by });
        let mut report = Report::default();
        assert_eq!(decide(&report, &delete), Err(Refusal::ReportIsUnknown));
        let content = Content {
            report_on: "2024-01-15".parse().unwrap(),
            period: Period::Daily,
            figures: Figures::default(),
            person: Notes::default(),
        };
        let file = FileReport { at: Instant::UNIX_EPOCH, num: 1, user_id: by, by, content };
        for command in [ReportCommand::File(file), delete.clone()] {
            for event in decide(&report, &command).unwrap() {
                report.apply(event);
            }
        }
        assert_eq!((report.content(), report.versions.len()), (None, 1), "the history stays");
        assert_eq!(report.held_keys(Uuid::nil()).len(), 1, "its number stays taken, its day does not");
        assert_eq!(decide(&report, &delete), Err(Refusal::ReportIsUnknown));
    }
}
