//! Somebody files a report. Nothing is checked against what the ledger knows: both are shown side by side.

use super::event::{Content, ReportEvent, ReportFiled};
use super::state::Report;
use crate::Refusal;
use crate::ids::AgentId;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct FileReport {
    pub at: Instant,
    pub num: i64,
    pub user_id: AgentId,
    pub by: AgentId,
    pub content: Content,
}

impl FileReport {
    pub fn decide(&self, report: &Report) -> Result<Vec<ReportEvent>, Refusal> {
        if report.exists() {
            return Err(Refusal::AlreadyExists);
        }
        Ok(vec![ReportEvent::ReportFiled(Box::new(ReportFiled {
            at: self.at,
            num: self.num,
            user_id: self.user_id,
            by: self.by,
            content: self.content.clone(),
        }))])
    }
}
