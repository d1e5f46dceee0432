//! Which figures of days that were over have changed since? What they were, what they are, and what was said so late.

use crate::ledger::Ledger;
use crate::ledger::error::RecordError;
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use domain::lead::LeadEvent;
use domain::outcome::{CallResult, Outcome};
use domain::status::Stage;
use domain::stream::{Event, StreamKind};
use domain::time::{Instant, day_start};
use projections::Views;
use projections::performance::{Day, Span};
use projections::restatements::{CONVERTED, RestatementRow};
use projections::steps::{self, Step};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The most late statements that are looked at; more, and a later time must be asked for.
const LATE_MAX: i64 = 100_000;
/// Leads whose events are read at once.
const PIECE: usize = 5_000;
/// Clocks of several processes differ by less than this.
const CLOCKS: chrono::Duration = chrono::Duration::seconds(10);

/// Since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Since {
    /// After this position of the log.
    Position(i64),
    Time(Instant),
}

/// A figure of a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Figure {
    TotalCalls,
    CompletedCalls,
    NoAnswerCalls,
    FailedCalls,
    Conversions,
}

impl Figure {
    /// Its name, as `explain` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TotalCalls => "total_calls",
            Self::CompletedCalls => "completed_calls",
            Self::NoAnswerCalls => "no_answer_calls",
            Self::FailedCalls => "failed_calls",
            Self::Conversions => "conversions",
        }
    }

    /// The figures that count what is stored under this word.
    fn counting(word: &str) -> Vec<Self> {
        if word == CONVERTED {
            return vec![Self::Conversions];
        }
        let result = Outcome::from_word(word).and_then(Outcome::call_result);
        let own = result.map(|result| match result {
            CallResult::Answered => Self::CompletedCalls,
            CallResult::NoAnswer => Self::NoAnswerCalls,
            CallResult::Failed => Self::FailedCalls,
        });
        own.map(|own| vec![Self::TotalCalls, own]).unwrap_or_default()
    }

    fn of(self, day: Option<&Day>) -> i64 {
        day.map_or(0, |day| match self {
            Self::TotalCalls => day.calls,
            Self::CompletedCalls => day.answered,
            Self::NoAnswerCalls => day.no_answer,
            Self::FailedCalls => day.failed,
            Self::Conversions => day.conversions,
        })
    }
}

/// A figure that is not what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restatement {
    pub figure: Figure,
    pub day: NaiveDate,
    pub old: i64,
    pub new: i64,
    /// Of what was said so late, in order.
    pub positions: Vec<i64>,
}

/// More was said late than is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooMany;

/// By how much a figure moved, and what moved it.
#[derive(Default)]
struct Move {
    by: i64,
    positions: Vec<i64>,
}

impl Ledger {
    /// What has changed since then of days that were over; of one agent, or of all.
    pub async fn restatements(
        &self,
        since: Since,
        agent_id: Option<Uuid>,
    ) -> Result<Result<Vec<Restatement>, TooMany>, RecordError> {
        let zone = self.dialing().await?.zone();
        let (from, after) = match since {
            Since::Time(at) => (Some(at), 0),
            Since::Position(position) => (self.told_after(position).await?, position),
        };
        let Some(from) = from else { return Ok(Ok(Vec::new())) };
        // Rows and figures at one position: what comes between would be in one of them only.
        let snapshot = self.views().snapshot().await?;
        let rows = snapshot.views.restatements(from, zone, LATE_MAX + 1).await?;
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) > LATE_MAX {
            return Ok(Err(TooMany));
        }
        let positions = self.positions(&rows).await?;
        let mut moves: BTreeMap<(NaiveDate, Figure), Move> = BTreeMap::new();
        for row in &rows {
            let position = positions.get(&row.id).copied().unwrap_or(0);
            if position <= after && after > 0 {
                continue;
            }
            let day = row.happened_at.with_timezone(&zone).date_naive();
            for (word, agent, by) in [(&row.was, row.was_agent, -1), (&row.is_now, row.is_agent, 1)] {
                let is_meant = agent_id.is_none_or(|id| agent == Some(id));
                for figure in word.as_deref().filter(|_| is_meant).map(Figure::counting).unwrap_or_default() {
                    let known = moves.entry((day, figure)).or_default();
                    known.by += by;
                    if position > 0 && known.positions.last() != Some(&position) {
                        known.positions.push(position);
                    }
                }
            }
        }
        moves.retain(|_, known| known.by != 0);
        let days = days_of(&snapshot.views, zone, &moves, agent_id).await?;
        let restated = moves.into_iter().map(|((day, figure), mut known)| {
            let new = figure.of(days.get(&day));
            known.positions.sort_unstable();
            known.positions.dedup();
            Restatement { figure, day, old: new - known.by, new, positions: known.positions }
        });
        Ok(Ok(restated.collect()))
    }

    /// When what was stored after that position was told; `None`: nothing was.
    async fn told_after(&self, position: i64) -> Result<Option<Instant>, RecordError> {
        let lead: Option<String> = sqlx::query_scalar(
            "SELECT aggregate_id FROM events WHERE position > $1 AND aggregate_type = 'lead' \
             ORDER BY position LIMIT 1",
        )
        .bind(position)
        .fetch_optional(self.pool())
        .await?;
        let Some(id) = lead.and_then(|id| id.parse::<Uuid>().ok()) else { return Ok(None) };
        let mut conn = self.pool().acquire().await?;
        let steps = steps::load_all(&mut conn, StreamKind::Lead, &[id]).await?;
        let first = steps.into_values().flatten().find(|step| step.position > position);
        Ok(first.and_then(|step| match step.event {
            Event::Lead(event) => Some(event.at() - CLOCKS),
            Event::Agent(_)
            | Event::Dialing(_)
            | Event::Batch(_)
            | Event::Credential(_)
            | Event::DeadLetter(_)
            | Event::Report(_)
            | Event::Log(_) => None,
        }))
    }

    /// Where each of these was said.
    async fn positions(&self, rows: &[RestatementRow]) -> Result<HashMap<Uuid, i64>, RecordError> {
        let mut leads: Vec<Uuid> = rows.iter().map(|row| row.lead_id).collect();
        leads.sort_unstable();
        leads.dedup();
        let mut conn = self.pool().acquire().await?;
        let mut found = HashMap::with_capacity(rows.len());
        for piece in leads.chunks(PIECE) {
            let steps = steps::load_all(&mut conn, StreamKind::Lead, piece).await?;
            found.extend(rows.iter().filter_map(|row| {
                let said = steps.get(&row.lead_id)?.iter().find(|step| says(step, row))?;
                Some((row.id, said.position))
            }));
        }
        Ok(found)
    }
}

/// The figures of these days.
async fn days_of(
    views: &Views,
    zone: Tz,
    moves: &BTreeMap<(NaiveDate, Figure), Move>,
    agent_id: Option<Uuid>,
) -> Result<HashMap<NaiveDate, Day>, RecordError> {
    let (Some((first, _)), Some((last, _))) = (moves.keys().next(), moves.keys().next_back()) else {
        return Ok(HashMap::new());
    };
    let (from, before) = (day_start(*first, zone), day_start(*last + Days::new(1), zone));
    let span = Span::new(agent_id.map(|id| vec![id]), Some(from), Some(before), zone);
    Ok(views.days(&span).await?.into_iter().map(|day| (day.day, day)).collect())
}

/// Whether it is this event that a row is about.
fn says(step: &Step, row: &RestatementRow) -> bool {
    let Event::Lead(event) = &step.event else { return false };
    if let LeadEvent::AttemptReported(e) = event {
        return e.attempt_id.0 == row.id;
    }
    if let LeadEvent::AttemptRevised(e) | LeadEvent::AttemptAnnotated(e) = event {
        return e.fact_id.0 == row.id;
    }
    if let LeadEvent::StageSet(e) = event {
        let is_sale = row.was.as_deref() == Some(CONVERTED);
        return is_sale && e.stage != Stage::Converted && e.at == row.recorded_at;
    }
    false
}
