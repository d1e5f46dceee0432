//! Which calls were made? One row an attempt; names of leads and agents are joined when read.

use crate::change::{Change, Folded};
use crate::row::{Delta, row};
use chrono::{DateTime, Utc};
use domain::lead::attempt::Attempt;
use domain::stream::StreamId;
use uuid::Uuid;

row! {
    /// An attempt and the verdict over everything said about it.
    CallRow in "call_history" {
        id: Uuid = "uuid",
        lead_id: Uuid = "uuid",
        agent_id: Option<Uuid> = "uuid",
        batch_id: Option<Uuid> = "uuid",
        outcome: String = "text",
        is_final: bool = "boolean",
        duration_seconds: Option<i32> = "integer",
        reason: Option<String> = "text",
        user_message: Option<String> = "text",
        recording_url: Option<String> = "text",
        transcript_url: Option<String> = "text",
        summary: Option<String> = "text",
        facts: i32 = "integer",
        occurred_at: DateTime<Utc> = "timestamptz",
        recorded_at: DateTime<Utc> = "timestamptz",
        direction: String = "text",
        provider: Option<String> = "text",
        provider_call_id: Option<String> = "text",
        deleted_at: Option<DateTime<Utc>> = "timestamptz",
    }
}

/// The rows of a lead's attempts; none for other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<CallRow> {
    let Some(lead) = folded.state.as_lead() else { return Vec::new() };
    lead.attempts.iter().map(|attempt| row(stream.id, attempt)).collect()
}

/// The row of one attempt.
pub fn row(lead_id: Uuid, attempt: &Attempt) -> CallRow {
    let verdict = attempt.verdict();
    CallRow {
        id: attempt.id.0,
        lead_id,
        agent_id: verdict.agent_id.map(|id| id.0),
        batch_id: attempt.batch_id.map(|id| id.0),
        outcome: attempt.outcome.as_str().to_owned(),
        is_final: attempt.outcome.is_final(),
        duration_seconds: verdict.duration_seconds.map(|s| i32::try_from(s).unwrap_or(i32::MAX)),
        reason: verdict.remarks.reason,
        user_message: verdict.remarks.user_message,
        recording_url: verdict.remarks.recording_url,
        transcript_url: verdict.remarks.transcript_url,
        summary: verdict.remarks.summary,
        facts: i32::try_from(attempt.facts.len()).unwrap_or(i32::MAX),
        occurred_at: attempt.ordered_at(),
        recorded_at: attempt.recorded_at,
        direction: attempt.direction.as_str().to_owned(),
        provider: attempt.call.as_ref().map(|call| call.provider.clone()),
        provider_call_id: attempt.call.as_ref().map(|call| call.id.clone()),
        deleted_at: attempt.deleted_at,
    }
}

/// Adds what a change does to the rows: those of the attempts that changed.
pub fn change(change: &Change, delta: &mut Delta<CallRow>) {
    for (was, is_now) in change.attempts() {
        let rows = |attempt: Option<&Attempt>| {
            attempt.map(|attempt| row(change.stream.id, attempt)).into_iter().collect()
        };
        delta.diff(rows(was), rows(is_now));
    }
}
