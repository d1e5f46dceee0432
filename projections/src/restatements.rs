//! What was said so late that a day may have been over? One row for each report or taken-back conversion that came in a later
//! quarter of an hour than it speaks of: days begin with one in every zone, so whoever reads knows which days were over.

use crate::Views;
use crate::change::{Change, Folded};
use crate::row::{Delta, row};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::ids::AgentId;
use domain::lead::Lead;
use domain::lead::attempt::Attempt;
use domain::stream::StreamId;
use domain::verdict::verdict;
use uuid::Uuid;

/// What a conversion counts as; calls count as their outcome.
pub const CONVERTED: &str = "converted";

row! {
    /// What something counted as before it was said, and since then; `None`: it did not count.
    RestatementRow in "restatements" {
        id: Uuid = "uuid",
        lead_id: Uuid = "uuid",
        happened_at: DateTime<Utc> = "timestamptz",
        recorded_at: DateTime<Utc> = "timestamptz",
        was: Option<String> = "text",
        was_agent: Option<Uuid> = "uuid",
        is_now: Option<String> = "text",
        is_agent: Option<Uuid> = "uuid",
    }
}

/// The rows of a lead; none for other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<RestatementRow> {
    let Some(lead) = folded.state.as_lead() else { return Vec::new() };
    let mut rows = Vec::new();
    for attempt in lead.attempts.iter() {
        call(stream.id, attempt, &mut rows);
    }
    sales(stream.id, lead, &mut rows);
    rows
}

/// Adds what a change does to the rows: those of the attempts that changed, and those of the conversions.
pub fn change(change: &Change, delta: &mut Delta<RestatementRow>) {
    for (was, is_now) in change.attempts() {
        let rows = |attempt: Option<&Attempt>| {
            let mut rows = Vec::new();
            if let Some(attempt) = attempt {
                call(change.stream.id, attempt, &mut rows);
            }
            rows
        };
        delta.diff(rows(was), rows(is_now));
    }
    let sold = |folded: Option<&Folded>| {
        let mut rows = Vec::new();
        if let Some(lead) = folded.and_then(|folded| folded.state.as_lead()) {
            sales(change.stream.id, lead, &mut rows);
        }
        rows
    };
    delta.diff(sold(change.before.as_ref()), sold(Some(&change.after)));
}

/// What a finished call counts as, and whose it is.
type Counted = (Option<&'static str>, Option<AgentId>);

fn call(lead_id: Uuid, attempt: &Attempt, rows: &mut Vec<RestatementRow>) {
    let happened_at = attempt.ordered_at();
    // As nearly every call is reported: once, at once.
    if attempt.facts.iter().all(|fact| !is_late(happened_at, fact.fact.at)) {
        return;
    }
    let facts: Vec<_> = attempt.facts.iter().map(|fact| fact.fact.clone()).collect();
    let mut before: Counted = (None, None);
    for (index, fact) in facts.iter().enumerate() {
        let said = verdict(&facts[..=index]);
        let outcome = said.outcome.filter(|outcome| outcome.is_final());
        let after = outcome.map_or((None, None), |outcome| (Some(outcome.as_str()), said.agent_id));
        if after != before && is_late(happened_at, fact.at) {
            rows.push(RestatementRow {
                id: fact.id.0,
                lead_id,
                happened_at,
                recorded_at: fact.at,
                was: before.0.map(str::to_owned),
                was_agent: before.1.map(|id| id.0),
                is_now: after.0.map(str::to_owned),
                is_agent: after.1.map(|id| id.0),
            });
        }
        before = after;
    }
}

/// Conversions that were taken back.
fn sales(lead_id: Uuid, lead: &Lead, rows: &mut Vec<RestatementRow>) {
    for (index, sale) in (1u128..).zip(&lead.conversions) {
        let Some(undone_at) = sale.undone_at.filter(|undone_at| is_late(sale.at, *undone_at)) else {
            continue;
        };
        rows.push(RestatementRow {
            // The lead's own id, told apart by the how-manieth it was: facts have random ones.
            id: Uuid::from_u128(lead_id.as_u128().wrapping_add(index)),
            lead_id,
            happened_at: sale.at,
            recorded_at: undone_at,
            was: Some(CONVERTED.to_owned()),
            was_agent: sale.agent_id.map(|id| id.0),
            is_now: None,
            is_agent: None,
        });
    }
}

/// Whether a day may have begun between them.
fn is_late(happened_at: DateTime<Utc>, recorded_at: DateTime<Utc>) -> bool {
    let quarter = |at: DateTime<Utc>| at.duration_trunc(TimeDelta::minutes(15)).unwrap_or(at);
    quarter(happened_at) < quarter(recorded_at)
}

impl Views {
    /// What was recorded from `since` on of days that were over by then in that zone, the first first; up to `limit`.
    pub async fn restatements(
        &self,
        since: DateTime<Utc>,
        zone: Tz,
        limit: i64,
    ) -> Result<Vec<RestatementRow>, sqlx::Error> {
        sqlx::query_as(
            "SELECT id, lead_id, happened_at, recorded_at, was, was_agent, is_now, is_agent FROM restatements \
             WHERE recorded_at >= $1 \
             AND (happened_at AT TIME ZONE $2)::date < (recorded_at AT TIME ZONE $2)::date \
             ORDER BY recorded_at, id LIMIT $3",
        )
        .bind(since)
        .bind(zone.name())
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_within_the_quarter_of_an_hour_is_of_the_same_day_everywhere() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(!is_late(at("2025-03-01T20:15:00Z"), at("2025-03-01T20:29:59Z")));
        // Midnight in Tehran.
        assert!(is_late(at("2025-03-01T20:29:59Z"), at("2025-03-01T20:30:00Z")));
    }
}
