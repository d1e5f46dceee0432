//! Which reports wait for a person?

use crate::Views;
use crate::change::Folded;
use crate::row::row;
use chrono::{DateTime, Utc};
use domain::ids::AnyId;
use domain::stream::StreamId;
use uuid::Uuid;

row! {
    /// A report that no lead could be found for.
    DeadLetterRow in "dead_letters" {
        id: Uuid = "uuid",
        num: i64 = "bigint",
        dialect: String = "text",
        reason: String = "text",
        body: String = "text",
        received_at: DateTime<Utc> = "timestamptz",
        resolved_at: Option<DateTime<Utc>> = "timestamptz",
        resolution: Option<String> = "text",
        lead_id: Option<Uuid> = "uuid",
    }
}

/// The row of a dead letter's stream; none for other streams.
pub fn rows(stream: StreamId, folded: &Folded) -> Vec<DeadLetterRow> {
    let Some(letter) = folded.state.as_dead_letter() else { return Vec::new() };
    let Some(report) = &letter.quarantined else { return Vec::new() };
    let resolved = letter.resolved.as_ref();
    vec![DeadLetterRow {
        id: stream.id,
        num: report.num,
        dialect: report.dialect.clone(),
        reason: report.reason.as_str().to_owned(),
        body: report.person.body.clone(),
        received_at: report.at,
        resolved_at: resolved.map(|resolved| resolved.at),
        resolution: resolved.map(|resolved| resolved.person.text.clone()),
        lead_id: resolved.and_then(|resolved| resolved.lead_id).map(|id| id.0),
    }]
}

macro_rules! select_dead_letter {
    ($condition:literal) => {
        concat!(
            "SELECT id, num, dialect, reason, body, received_at, resolved_at, resolution, lead_id FROM dead_letters ",
            $condition
        )
    };
}

impl Views {
    /// Dead letters after number `after`, oldest first; only unresolved ones unless asked for all.
    pub async fn dead_letters(
        &self,
        include_resolved: bool,
        after: i64,
        limit: i64,
    ) -> Result<Vec<DeadLetterRow>, sqlx::Error> {
        sqlx::query_as(select_dead_letter!(
            "WHERE num > $1 AND ($2 OR resolved_at IS NULL) ORDER BY num LIMIT $3"
        ))
        .bind(after)
        .bind(include_resolved)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
    }

    /// The dead letter of that id, in any spelling.
    pub async fn find_dead_letter(&self, id: AnyId) -> Result<Option<DeadLetterRow>, sqlx::Error> {
        let query = match id {
            AnyId::Num(num) => sqlx::query_as(select_dead_letter!("WHERE num = $1")).bind(num),
            AnyId::Uuid(id) => sqlx::query_as(select_dead_letter!("WHERE id = $1")).bind(id),
            AnyId::Oid { first, last } => {
                sqlx::query_as(select_dead_letter!("WHERE id BETWEEN $1 AND $2")).bind(first).bind(last)
            }
        };
        query.fetch_optional(&self.pool).await
    }
}
