//! Which leads did agents find interested, and which of them wait for a qualifier? Names and phones are those of [`lead`].
//!
//! [`lead`]: crate::lead

use crate::Views;
use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::stream::StreamId;
use uuid::Uuid;

row! {
    /// A lead that an agent clicked "Interested" for, or that was submitted to a qualifier.
    InterestRow in "interests" {
        lead_id: Uuid = "uuid",
        num: i64 = "bigint",
        agent_id: Option<Uuid> = "uuid",
        stage: String = "text",
        came_at: DateTime<Utc> = "timestamptz",
        submitted_by: Option<Uuid> = "uuid",
        waiting_since: Option<DateTime<Utc>> = "timestamptz",
        answered_by: Option<Uuid> = "uuid",
        answer: Option<String> = "text",
        answer_note: Option<String> = "text",
    }
}

/// The row of a lead that somebody found interested; none for others and for deleted ones.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<InterestRow> {
    let Some(lead) = folded.state.as_lead().filter(|lead| lead.deleted_at.is_none()) else {
        return Vec::new();
    };
    let submission = lead.submission.as_ref();
    let answer = submission.and_then(|submission| submission.answer.as_ref());
    let clicked_at = lead.interested_at.or_else(|| submission.map(|submission| submission.at));
    let Some(came_at) = clicked_at.max(answer.map(|answer| answer.at)) else { return Vec::new() };
    vec![InterestRow {
        lead_id: stream.id,
        num: lead.num,
        agent_id: lead.agent_id.map(|id| id.0),
        stage: lead.stage.as_str().to_owned(),
        came_at,
        submitted_by: submission.map(|submission| submission.by.0),
        waiting_since: lead.waiting_submission().map(|submission| submission.at),
        answered_by: answer.map(|answer| answer.by.0),
        answer: answer.map(|answer| answer.verdict.as_str().to_owned()),
        answer_note: answer.and_then(|answer| answer.person.as_ref()).map(|note| note.text.clone()),
    }]
}

/// A lead in somebody's list.
#[derive(Clone, PartialEq, Debug, sqlx::FromRow)]
pub struct Interest {
    pub num: i64,
    pub full_name: Option<String>,
    pub phone: Option<String>,
    pub stage: String,
    pub came_at: DateTime<Utc>,
    pub waiting_since: Option<DateTime<Utc>>,
    pub answer: Option<String>,
    /// Whose it is.
    pub agent_name: Option<String>,
}

macro_rules! select_interest {
    ($condition:literal) => {
        concat!(
            "SELECT i.num, l.full_name, l.phone, i.stage, i.came_at, i.waiting_since, i.answer, ",
            "a.first_name || ' ' || a.last_name AS agent_name FROM interests i JOIN lead l ON l.id = i.lead_id ",
            "LEFT JOIN agents a ON a.id = i.agent_id ",
            $condition
        )
    };
}

impl Views {
    /// An agent's leads, what came last first: clicks, and what a qualifier answered.
    pub async fn interests_of(&self, agent_id: Uuid, limit: i64) -> Result<Vec<Interest>, sqlx::Error> {
        let sql = select_interest!("WHERE i.agent_id = $1 ORDER BY i.came_at DESC, i.num DESC LIMIT $2");
        sqlx::query_as(sql).bind(agent_id).bind(limit).fetch_all(&self.pool).await
    }

    /// What waits for a qualifier, the longest first.
    pub async fn waiting_submissions(&self, limit: i64) -> Result<Vec<Interest>, sqlx::Error> {
        let sql =
            select_interest!("WHERE i.waiting_since IS NOT NULL ORDER BY i.waiting_since, i.num LIMIT $1");
        sqlx::query_as(sql).bind(limit).fetch_all(&self.pool).await
    }
}
