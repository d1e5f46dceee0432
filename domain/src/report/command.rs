//! What can be asked of a report?

use super::delete::DeleteReport;
use super::edit::EditReport;
use super::event::ReportEvent;
use super::file::FileReport;
use super::state::Report;
use crate::Refusal;

#[derive(Clone, Debug)]
pub enum ReportCommand {
    File(FileReport),
    Edit(EditReport),
    Delete(DeleteReport),
}

/// What follows from a command: the events, none where all is so already.
pub fn decide(report: &Report, command: &ReportCommand) -> Result<Vec<ReportEvent>, Refusal> {
    match command {
        ReportCommand::File(c) => c.decide(report),
        ReportCommand::Edit(c) => c.decide(report),
        ReportCommand::Delete(c) => c.decide(report),
    }
}
