//! What can be asked of a lead, and what every decision adds: the record of the statuses it moved.

use super::event::{LeadEvent, LeadStatusChanged, StatusChange};
use super::state::Lead;
use super::{
    add_note::AddNote,
    assign::AssignLead,
    capture::CaptureLead,
    change_details::ChangeDetails,
    close::CloseLead,
    delete::DeleteLead,
    grade::GradeLead,
    lease::LeaseLead,
    lift_suppression::LiftSuppression,
    place_call::PlaceCall,
    plan_call::{DeleteCall, PlanCall},
    record_campaign::RecordCampaign,
    record_interest::RecordInterest,
    report_attempt::ReportAttempt,
    requeue::RequeueLead,
    schedule::ScheduleLead,
    set_panel_status::SetPanelStatus,
    set_stage::SetStage,
    submission::{AnswerSubmission, SubmitLead},
    take_up::TakeUpLead,
};
use crate::Refusal;

/// Everything that can be asked of a lead.
#[derive(Clone, Debug)]
pub enum LeadCommand {
    Capture(Box<CaptureLead>),
    ChangeDetails(Box<ChangeDetails>),
    Assign(AssignLead),
    Schedule(ScheduleLead),
    Lease(LeaseLead),
    ReportAttempt(Box<ReportAttempt>),
    SetStage(SetStage),
    AddNote(AddNote),
    SetPanelStatus(SetPanelStatus),
    LiftSuppression(LiftSuppression),
    Requeue(RequeueLead),
    Close(CloseLead),
    Delete(DeleteLead),
    RecordInterest(Box<RecordInterest>),
    Submit(SubmitLead),
    AnswerSubmission(AnswerSubmission),
    TakeUp(TakeUpLead),
    PlaceCall(PlaceCall),
    PlanCall(PlanCall),
    DeleteCall(DeleteCall),
    Grade(GradeLead),
    RecordCampaign(RecordCampaign),
}

/// What follows from a command: the events, none where all is so already.
pub fn decide(lead: &Lead, command: &LeadCommand) -> Result<Vec<LeadEvent>, Refusal> {
    let mut events = match command {
        LeadCommand::Capture(c) => c.decide(lead)?,
        LeadCommand::ChangeDetails(c) => c.decide(lead)?,
        LeadCommand::Assign(c) => c.decide(lead)?,
        LeadCommand::Schedule(c) => c.decide(lead)?,
        LeadCommand::Lease(c) => c.decide(lead)?,
        LeadCommand::ReportAttempt(c) => c.decide(lead)?,
        LeadCommand::SetStage(c) => c.decide(lead)?,
        LeadCommand::AddNote(c) => c.decide(lead)?,
        LeadCommand::SetPanelStatus(c) => c.decide(lead)?,
        LeadCommand::LiftSuppression(c) => c.decide(lead)?,
        LeadCommand::Requeue(c) => c.decide(lead)?,
        LeadCommand::Close(c) => c.decide(lead)?,
        LeadCommand::Delete(c) => c.decide(lead)?,
        LeadCommand::RecordInterest(c) => c.decide(lead)?,
        LeadCommand::Submit(c) => c.decide(lead)?,
        LeadCommand::AnswerSubmission(c) => c.decide(lead)?,
        LeadCommand::TakeUp(c) => c.decide(lead)?,
        LeadCommand::PlaceCall(c) => c.decide(lead)?,
        LeadCommand::PlanCall(c) => c.decide(lead)?,
        LeadCommand::DeleteCall(c) => c.decide(lead)?,
        LeadCommand::Grade(c) => c.decide(lead)?,
        LeadCommand::RecordCampaign(c) => c.decide(lead)?,
    };
    if let Some(changed) = status_changed(lead, &events) {
        events.push(LeadEvent::LeadStatusChanged(changed));
    }
    Ok(events)
}

/// What `events` move on the axes that people see; `None` if nothing, or if the lead only begins with them.
pub fn status_changed(before: &Lead, events: &[LeadEvent]) -> Option<LeadStatusChanged> {
    let first = events.first()?;
    let (at, cause) = (first.at(), first.name());
    if !before.exists() || matches!(events, [LeadEvent::LeadLeased(_)]) {
        return None;
    }
    let mut after = before.clone();
    for event in events {
        after.apply(event.clone());
    }
    let changes: Vec<_> = before
        .axes()
        .into_iter()
        .zip(after.axes())
        .filter(|(from, to)| from != to)
        .map(|((axis, from), (_, to))| StatusChange {
            axis,
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        })
        .collect();
    (!changes.is_empty()).then(|| LeadStatusChanged { at, cause: cause.to_owned(), changes })
}

/// What every command but the capture asks first.
pub(super) fn live(lead: &Lead) -> Result<(), Refusal> {
    match (lead.exists(), lead.deleted_at) {
        (false, _) => Err(Refusal::LeadIsUnknown),
        (true, Some(_)) => Err(Refusal::LeadIsDeleted),
        (true, None) => Ok(()),
    }
}
