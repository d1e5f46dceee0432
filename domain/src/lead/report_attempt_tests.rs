//! The rules of C-17 and C-43 as sentences.

use super::*;
use crate::lead::event::LeadLeased;
use crate::lead::given::{batch, captured, given, minute, report};
use crate::lead::{LeadCommand, close::CloseLead, requeue::RequeueLead};
use crate::status::{Disposition, PanelStatus, QueueState, SchedulingStatus, Stage};
use proptest::prelude::*;
use uuid::Uuid;

fn said(outcome: Outcome, minutes: i64, user_message: &str) -> ReportAttempt {
    let remarks = Remarks { user_message: Some(user_message.to_owned()), ..Remarks::default() };
    ReportAttempt { remarks, ..report(outcome, minutes) }
}

fn leased(batch_no: u128, from: i64, until: i64) -> LeadEvent {
    LeadEvent::LeadLeased(LeadLeased {
        at: minute(from),
        batch_id: batch(batch_no),
        expires_at: minute(until),
    })
}

/// B-107, B-108, B-110
#[test]
fn a_report_moves_the_number_and_leaves_a_note() {
    let after = given([captured()]).reports(said(Outcome::Connected, 5, "call me in May"));
    assert_eq!(after.lead.panel_status(), PanelStatus::Connected);
    assert_eq!(after.lead.latest_message.as_ref().unwrap().text, "call me in May");
    assert_eq!(after.lead.queue().disposition, Some(Disposition::Completed));
    assert_eq!(after.lead.stage, Stage::Contacted);
}

#[test]
fn the_record_of_the_move_stands_beside_the_report() {
    let events =
        given([captured()]).then(LeadCommand::ReportAttempt(Box::new(report(Outcome::Busy, 5)))).unwrap();
    let [LeadEvent::AttemptReported(_), LeadEvent::LeadStatusChanged(moved)] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(moved.cause, "attempt_reported");
    let moves: Vec<_> = moved.changes.iter().map(|c| (c.axis.as_str(), c.to.as_deref())).collect();
    assert_eq!(moves, [("panel", Some("busy")), ("scheduling", Some("in_progress"))]);
}

#[test]
fn the_same_report_changes_nothing_and_is_answered_alike() {
    let first = given([captured()]).reports(report(Outcome::Busy, 5));
    let mut again = report(Outcome::Busy, 5);
    again.at = minute(9);
    again.attempt_id = AttemptId(Uuid::from_u128(77));
    again.call_allowed = false;
    assert_eq!(first.then(LeadCommand::ReportAttempt(Box::new(again.clone()))), Ok(Vec::new()));
    assert_eq!(again.answer(&first.lead), report(Outcome::Busy, 5).answer(&first.lead));
}

#[test]
fn another_status_for_the_same_attempt_revises_it() {
    let after =
        given([captured()]).reports(report(Outcome::Failed, 5)).reports(report(Outcome::Connected, 5));
    assert_eq!(after.lead.attempts_count(), 1);
    assert_eq!(after.lead.panel_status(), PanelStatus::Connected);
}

#[test]
fn a_lower_ranked_revision_is_kept_with_a_warning() {
    let weaker = report(Outcome::Failed, 5);
    let after = given([captured()]).reports(report(Outcome::Connected, 5)).reports(weaker.clone());
    let answer = weaker.answer(&after.lead).unwrap().answered;
    assert_eq!((answer.status, answer.warnings), (PanelStatus::Connected, vec![Warning::Outranked]));
    assert_eq!(after.lead.newest_attempt().unwrap().facts.len(), 2);
}

#[test]
fn other_remarks_annotate_the_attempt() {
    let events = given([captured()])
        .reports(report(Outcome::Busy, 5))
        .then(LeadCommand::ReportAttempt(Box::new(said(Outcome::Busy, 5, "engaged tone"))))
        .unwrap();
    assert!(matches!(events.as_slice(), [LeadEvent::AttemptAnnotated(_)]), "{events:?}");
}

/// B-112
#[test]
fn a_later_attempt_moves_even_an_immutable_number() {
    let after = given([captured()]).reports(report(Outcome::Connected, 5)).reports(report(Outcome::Busy, 9));
    assert_eq!(after.lead.panel_status(), PanelStatus::Busy);
    assert_eq!(after.lead.attempts_count(), 2);
}

#[test]
fn an_older_attempt_is_history_only() {
    let mut late = said(Outcome::Connected, 3, "from before");
    late.at = minute(10);
    late.agent_id = Some(AgentId(Uuid::from_u128(4)));
    let after = given([captured()]).reports(report(Outcome::Busy, 5)).reports(late.clone());
    assert_eq!(after.lead.panel_status(), PanelStatus::Busy);
    assert_eq!((after.lead.latest_message.clone(), after.lead.agent_id), (None, None));
    assert_eq!(late.answer(&after.lead).unwrap().answered.warnings, [Warning::OlderThanNewest]);
}

/// B-109
#[test]
fn the_reported_agent_becomes_responsible() {
    let mut by_agent = report(Outcome::Connected, 5);
    by_agent.agent_id = Some(AgentId(Uuid::from_u128(4)));
    let after = given([captured()]).reports(by_agent.clone());
    assert_eq!(after.lead.agent_id, by_agent.agent_id);
}

#[test]
fn a_report_ends_the_lease_of_its_own_batch_only() {
    let mut own = report(Outcome::Busy, 5);
    own.batch_id = Some(batch(1));
    let after = given([captured(), leased(1, 1, 16)]).reports(own.clone());
    assert_eq!(own.answer(&after.lead).unwrap().answered.lease, LeaseAnswer::Matched);
    assert_eq!(after.lead.lease, None);

    let late = given([captured(), leased(1, 1, 4), leased(2, 4, 20)]).reports(own.clone());
    assert_eq!(own.answer(&late.lead).unwrap().answered.lease, LeaseAnswer::Expired);
    assert_eq!(late.lead.lease.unwrap().batch_id, batch(2));
}

#[test]
fn a_report_without_a_batch_ends_the_lease_it_was_dialed_under() {
    assert_eq!(given([captured(), leased(1, 1, 16)]).reports(report(Outcome::Busy, 5)).lead.lease, None);
    let before = given([captured(), leased(1, 7, 22)]).reports(report(Outcome::Busy, 5));
    assert!(before.lead.lease.is_some());
}

#[test]
fn a_clock_that_runs_ahead_is_kept_but_not_believed() {
    let mut ahead = report(Outcome::Busy, 60);
    ahead.at = minute(5);
    let after = given([captured()]).reports(ahead.clone());
    assert_eq!(ahead.answer(&after.lead).unwrap().answered.warnings, [Warning::ClockSkew]);
    assert_eq!(after.lead.newest_attempt().unwrap().ordered_at(), minute(5));
}

/// B-085, B-086, B-088
#[test]
fn unanswered_calls_are_retried_until_the_attempts_are_used_up() {
    let twice = given([captured()]).reports(report(Outcome::NoAnswer, 5)).reports(report(Outcome::Busy, 70));
    assert_eq!(twice.lead.queue().state, QueueState::RetryWait);
    assert_eq!(twice.lead.queue().due_at, minute(130));
    assert_eq!(twice.lead.scheduling_status(), SchedulingStatus::InProgress);
    let thrice = twice.reports(report(Outcome::NoAnswer, 140));
    assert_eq!(thrice.lead.queue().disposition, Some(Disposition::NoAnswer));
    assert_eq!(thrice.lead.scheduling_status(), SchedulingStatus::Done);
    let again = thrice.when(LeadCommand::Requeue(RequeueLead { at: minute(200) }));
    assert_eq!(again.lead.scheduling_status(), SchedulingStatus::New);
    assert_eq!((again.lead.calls_since_requeue, again.lead.attempts_count()), (0, 3));
}

#[test]
fn a_report_after_a_person_closed_the_lead_moves_it_again() {
    let close = LeadCommand::Close(CloseLead { at: minute(6), disposition: Disposition::NotInterested });
    let after = given([captured()]).when(close).reports(report(Outcome::Busy, 9));
    assert_eq!(after.lead.queue().state, QueueState::RetryWait);
}

/// C-45: another process's clock may be ahead of this one's.
#[test]
fn a_persons_word_outranks_what_a_person_said_before_by_a_clock_that_was_ahead() {
    let by_person = |outcome, fact, at| ReportAttempt {
        at: minute(at),
        source: FactSource::Person,
        fact_id: FactId(Uuid::from_u128(fact)),
        ..report(outcome, 5)
    };
    let after = given([captured()])
        .reports(report(Outcome::Busy, 5))
        .reports(by_person(Outcome::Connected, 2, 9))
        .reports(by_person(Outcome::NoAnswer, 1, 8));
    assert_eq!(after.lead.newest_attempt().unwrap().outcome, Outcome::NoAnswer);
}

fn facts() -> impl Strategy<Value = Vec<ReportAttempt>> {
    let one = (0..Outcome::ALL.len(), 1i64..4, 0usize..3, any::<bool>());
    proptest::collection::vec(one, 1..6).prop_map(|facts| {
        facts
            .into_iter()
            .enumerate()
            .map(|(n, (outcome, minutes, message, person))| {
                let mut report = report(Outcome::ALL[outcome], minutes);
                report.at = minute(10);
                report.attempt_id = AttemptId(Uuid::from_u128(100 + n as u128));
                report.fact_id = FactId(Uuid::from_u128(200 + n as u128));
                report.source = if person { FactSource::Person } else { FactSource::Machine };
                report.remarks.reason = ["", "a", "b"].get(message).map(|s| (*s).to_owned());
                report
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn any_order_of_the_same_reports_gives_the_same_statuses(
        (told, shuffled) in facts().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle()))
    ) {
        let fold = |reports: Vec<ReportAttempt>| reports.into_iter().fold(given([captured()]), Given::reports).lead;
        let (one, other) = (fold(told), fold(shuffled));
        prop_assert_eq!(one.attempts_count(), other.attempts_count());
        prop_assert_eq!(one.stage, other.stage);
        let outcomes = |lead: &Lead| {
            let mut outcomes: Vec<_> = lead.attempts.iter().map(|a| (a.attempted_at, a.outcome)).collect();
            outcomes.sort();
            outcomes
        };
        prop_assert_eq!(outcomes(&one), outcomes(&other));
        prop_assert_eq!(one.panel_status(), other.panel_status());
        prop_assert_eq!(one.queue().state, other.queue().state);
    }
}

use crate::lead::given::Given;
