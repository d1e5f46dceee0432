//! People file and correct reports: one a person, day and period (C-27).

use crate::ledger::Ledger;
use crate::ledger::desk::Desk;
use crate::ledger::error::RecordError;
use crate::ledger::record::Action;
use domain::Refusal;
use domain::ids::AgentId;
use domain::report::delete::DeleteReport;
use domain::report::edit::EditReport;
use domain::report::event::{Content, Figures, Notes, Period};
use domain::report::file::FileReport;
use domain::report::{Report, ReportCommand, decide};
use domain::stream::{StreamId, StreamKind};
use projections::reports::{self, ReportRow};
use std::sync::Arc;
use uuid::Uuid;

/// A report is filed.
#[derive(Clone, Debug)]
pub struct File {
    pub user_id: Uuid,
    pub by: Uuid,
    pub content: Content,
}

impl Action for File {
    type Answer = ReportRow;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<ReportRow, RecordError> {
        let id = desk.begin(StreamKind::Report);
        let command = ReportCommand::File(FileReport {
            at: desk.now(),
            num: desk.num(StreamKind::Report).await?,
            user_id: AgentId(self.user_id),
            by: AgentId(self.by),
            content: self.content.clone(),
        });
        record(desk, id, &command).await
    }
}

/// What is not said stays.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    pub report_on: Option<chrono::NaiveDate>,
    pub period: Option<Period>,
    pub total_calls: Option<u32>,
    pub completed_calls: Option<u32>,
    pub follow_ups_completed: Option<u32>,
    pub converted_leads: Option<u32>,
    pub daily_notes: Option<String>,
}

impl Correction {
    /// What a report says that said `content`.
    pub fn of(&self, content: &Content) -> Content {
        let figures = content.figures;
        Content {
            report_on: self.report_on.unwrap_or(content.report_on),
            period: self.period.unwrap_or(content.period),
            figures: Figures {
                total_calls: self.total_calls.unwrap_or(figures.total_calls),
                completed_calls: self.completed_calls.unwrap_or(figures.completed_calls),
                follow_ups_completed: self.follow_ups_completed.unwrap_or(figures.follow_ups_completed),
                converted_leads: self.converted_leads.unwrap_or(figures.converted_leads),
            },
            person: Notes {
                daily_notes: self.daily_notes.clone().or_else(|| content.person.daily_notes.clone()),
            },
        }
    }
}

/// A report is corrected.
#[derive(Clone, Debug)]
pub struct Correct {
    pub id: Uuid,
    pub by: Uuid,
    pub correction: Correction,
}

impl Action for Correct {
    type Answer = ReportRow;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<ReportRow, RecordError> {
        let stream = StreamId::new(StreamKind::Report, self.id);
        desk.wait_turn(stream).await;
        let report = desk.stream(stream).await?.state.as_report().cloned().unwrap_or_default();
        let known = report.content().ok_or(Refusal::ReportIsUnknown)?;
        let content = self.correction.of(known);
        let edit = EditReport { at: desk.now(), by: AgentId(self.by), content };
        record(desk, self.id, &ReportCommand::Edit(edit)).await
    }
}

async fn record(desk: &mut Desk<'_>, id: Uuid, command: &ReportCommand) -> Result<ReportRow, RecordError> {
    let stream = StreamId::new(StreamKind::Report, id);
    let report = desk.stream(stream).await?.state.as_report().cloned().unwrap_or_default();
    desk.append(stream, decide(&report, command)?);
    let after = desk.stream(stream).await?;
    for (key, ..) in after.state.held_keys(id) {
        if desk.holder(&key).await?.is_some_and(|holder| holder != id) {
            return Err(Refusal::KeyIsTaken(key.kind).into());
        }
    }
    let rows = reports::rows(stream, &after);
    rows.into_iter().next().ok_or_else(|| RecordError::Internal("a report has no row".to_owned()))
}

/// A report is deleted.
#[derive(Clone, Debug)]
pub struct Remove {
    pub id: Uuid,
    pub by: Uuid,
}

impl Action for Remove {
    type Answer = ();

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<(), RecordError> {
        let stream = StreamId::new(StreamKind::Report, self.id);
        desk.wait_turn(stream).await;
        let report = desk.stream(stream).await?.state.as_report().cloned().unwrap_or_default();
        let delete = DeleteReport { at: desk.now(), by: AgentId(self.by) };
        desk.append(stream, decide(&report, &ReportCommand::Delete(delete))?);
        Ok(())
    }
}

impl Ledger {
    /// A report with everything it ever said.
    pub async fn report(&self, id: Uuid) -> Result<Arc<Report>, RecordError> {
        let folded = self.loaded(StreamId::new(StreamKind::Report, id)).await?;
        Ok(folded.state.as_report().cloned().unwrap_or_default())
    }
}
