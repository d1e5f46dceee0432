//! Which leads does a list show? One filter for lists, counts, selections and exports.
//!
//! Pages are asked for by how many come before them. Where a page begins that follows one asked for lately is
//! remembered as a key, so that paging on costs the same wherever it has come to.

use crate::Views;
use crate::lead::LeadRow;
use chrono::{DateTime, Utc};
use domain::status::{PanelStatus, SchedulingStatus};
use futures_util::TryStreamExt;
use quick_cache::sync::Cache;
use sqlx::{Postgres, QueryBuilder};
use std::fmt;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Up to how many leads are counted where the counts read model cannot tell.
const COUNTED_MAX: i64 = 10_000;

/// Which leads are meant; deleted ones never are. Numbers of the lead's `num`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Filter {
    pub status: Option<PanelStatus>,
    pub agent_id: Option<Uuid>,
    /// Where it stands for the scheduler at that time: one that is being dialed is in progress.
    pub scheduling: Option<(SchedulingStatus, DateTime<Utc>)>,
    /// The whole number, as the ledger compares it.
    pub phone_key: Option<String>,
    /// In the number, the name or the address.
    pub search: Option<String>,
    /// Created then or later.
    pub from: Option<DateTime<Utc>>,
    /// Created before then.
    pub before: Option<DateTime<Utc>>,
    pub nums: Option<Vec<i64>>,
    pub excluded_nums: Vec<i64>,
}

/// What a list is ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Column {
    CreatedAt,
    UpdatedAt,
    Phone,
    Status,
    Attempts,
    LastAttemptAt,
}

impl Column {
    /// The expression, never null, and the type of its values.
    const fn sql(self) -> (&'static str, &'static str) {
        match self {
            Self::CreatedAt => ("l.created_at", "timestamptz"),
            Self::UpdatedAt => ("l.updated_at", "timestamptz"),
            Self::Phone => ("COALESCE(l.phone_key, '')", "text"),
            Self::Status => ("l.panel_status", "text"),
            Self::Attempts => ("l.attempts", "integer"),
            Self::LastAttemptAt => ("COALESCE(l.last_attempt_at, '-infinity')", "timestamptz"),
        }
    }
}

/// The order of a list; the lead's number decides among equals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Order {
    pub column: Column,
    pub is_descending: bool,
}

/// How many beginnings of pages are remembered, and how long: longer, and a list that grows would be cut elsewhere.
const STARTS_MAX: usize = 10_000;
const START_FRESH: Duration = Duration::from_mins(1);

/// After which lead a page begins: its value of the order, as text, and its number.
#[derive(Clone, Debug)]
struct Start {
    value: String,
    num: i64,
    known_since: Instant,
}

/// Where pages begin that somebody is likely to ask for next.
pub(crate) struct Starts(Cache<(Filter, Order, i64), Start>);

impl Default for Starts {
    fn default() -> Self {
        Self(Cache::new(STARTS_MAX))
    }
}

impl fmt::Debug for Starts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starts").finish_non_exhaustive()
    }
}

/// A lead in a list, and its value of the order.
#[derive(sqlx::FromRow)]
struct Listed {
    #[sqlx(flatten)]
    lead: LeadRow,
    order_value: String,
}

/// How many there are; more than 10,000 that only a search or dates tell apart are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Total {
    pub count: i64,
    pub is_exact: bool,
}

fn push_filter(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    sql.push(" WHERE l.deleted_at IS NULL");
    if let Some(status) = filter.status {
        sql.push(" AND l.panel_status = ").push_bind(status.as_str());
    }
    if let Some(agent_id) = filter.agent_id {
        sql.push(" AND l.agent_id = ").push_bind(agent_id);
    }
    match filter.scheduling {
        None => {}
        Some((SchedulingStatus::New, now)) => {
            sql.push(" AND l.scheduling = 'new' AND (l.lease_until IS NULL OR l.lease_until <= ")
                .push_bind(now);
            sql.push(")");
        }
        Some((SchedulingStatus::InProgress, now)) => {
            sql.push(" AND (l.scheduling = 'in_progress' OR l.scheduling = 'new' AND l.lease_until > ")
                .push_bind(now);
            sql.push(")");
        }
        Some((SchedulingStatus::Done, _)) => {
            sql.push(" AND l.scheduling = 'done'");
        }
    }
    if let Some(from) = filter.from {
        sql.push(" AND l.created_at >= ").push_bind(from);
    }
    if let Some(before) = filter.before {
        sql.push(" AND l.created_at < ").push_bind(before);
    }
    if let Some(nums) = &filter.nums {
        sql.push(" AND l.num = ANY(").push_bind(nums.clone()).push(")");
    }
    if !filter.excluded_nums.is_empty() {
        sql.push(" AND l.num <> ALL(").push_bind(filter.excluded_nums.clone()).push(")");
    }
    if let Some(phone_key) = &filter.phone_key {
        sql.push(" AND l.phone_key = ").push_bind(phone_key.clone());
    }
    if let Some(search) = &filter.search {
        let text = like(search);
        sql.push(" AND (l.phone LIKE ").push_bind(text.clone());
        sql.push(" OR l.full_name ILIKE ").push_bind(text.clone());
        sql.push(" OR l.first_name ILIKE ").push_bind(text.clone());
        sql.push(" OR l.email ILIKE ").push_bind(text);
        // A national number is looked for in the international form without its trunk zero.
        let digits: String = search.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        let is_number = search.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
        if is_number && !digits.is_empty() {
            sql.push(" OR l.phone_key LIKE ").push_bind(like(digits));
        }
        sql.push(")");
    }
}

/// A pattern for a text somewhere.
fn like(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

fn push_order(sql: &mut QueryBuilder<'_, Postgres>, order: Order) {
    let direction = if order.is_descending { "DESC" } else { "ASC" };
    sql.push(format!(" ORDER BY {} {direction}, l.num {direction}", order.column.sql().0));
}

fn select(filter: &Filter, order: Order) -> QueryBuilder<'static, Postgres> {
    let mut sql = QueryBuilder::new("SELECT l.*, ");
    sql.push(format!("({})::text AS order_value FROM lead l", order.column.sql().0));
    push_filter(&mut sql, filter);
    sql
}

impl Views {
    /// The page of up to `limit` leads that begins after `skip`.
    pub async fn list_leads(
        &self,
        filter: &Filter,
        order: Order,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<LeadRow>, sqlx::Error> {
        let starts = &self.starts.0;
        let start = starts.get(&(filter.clone(), order, skip));
        // A list of what the clock moves is cut anew each time.
        let is_remembered = filter.scheduling.is_none();
        let start =
            start.filter(|start| is_remembered && skip > 0 && start.known_since.elapsed() < START_FRESH);
        let mut sql = select(filter, order);
        if let Some(Start { value, num, .. }) = &start {
            let (column, sql_type) = order.column.sql();
            let comparison = if order.is_descending { "<" } else { ">" };
            sql.push(format!(" AND ({column}, l.num) {comparison} (")).push_bind(value.clone());
            sql.push(format!("::{sql_type}, ")).push_bind(*num).push(")");
        }
        push_order(&mut sql, order);
        sql.push(" LIMIT ").push_bind(limit);
        if start.is_none() {
            sql.push(" OFFSET ").push_bind(skip);
        }
        let listed: Vec<Listed> = sql.build_query_as().fetch_all(&self.pool).await?;
        if let Some(last) = listed.last().filter(|_| is_remembered) {
            let next = skip.saturating_add(i64::try_from(listed.len()).unwrap_or(0));
            let (value, num) = (last.order_value.clone(), last.lead.num);
            starts.insert((filter.clone(), order, next), Start { value, num, known_since: Instant::now() });
        }
        Ok(listed.into_iter().map(|listed| listed.lead).collect())
    }

    /// How many there are: from the counts read model, else counted up to a limit.
    pub async fn total_leads(&self, filter: &Filter) -> Result<Total, sqlx::Error> {
        let Filter { status, agent_id, scheduling, phone_key, search, from, before, nums, excluded_nums } =
            filter;
        let is_counted = phone_key.is_none()
            && scheduling.is_none()
            && search.is_none()
            && from.is_none()
            && before.is_none()
            && nums.is_none()
            && excluded_nums.is_empty();
        if is_counted {
            let counts = self.lead_counts(*agent_id).await?;
            let is_meant = |word: &str| status.is_none_or(|status| status.as_str() == word);
            let count = counts.iter().filter(|(word, _)| is_meant(word)).map(|(_, count)| count).sum();
            return Ok(Total { count, is_exact: true });
        }
        let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM lead l");
        push_filter(&mut sql, filter);
        sql.push(" LIMIT ").push_bind(COUNTED_MAX + 1).push(") AS counted");
        let count: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        Ok(Total { count: count.min(COUNTED_MAX), is_exact: count <= COUNTED_MAX })
    }

    /// The next leads of a selection, by number: `(num, id)`. Changing them does not move what comes after.
    pub async fn select_leads(
        &self,
        filter: &Filter,
        after: i64,
        upto: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Uuid)>, sqlx::Error> {
        let mut sql = QueryBuilder::new("SELECT l.num, l.id FROM lead l");
        push_filter(&mut sql, filter);
        sql.push(" AND l.num > ").push_bind(after).push(" AND l.num <= ").push_bind(upto);
        sql.push(" ORDER BY l.num LIMIT ").push_bind(limit);
        sql.build_query_as().fetch_all(&self.pool).await
    }

    /// Sends every lead of a selection, in order, as they come from the database: nothing is collected. Ends early when
    /// nobody receives any more.
    pub async fn send_leads(
        &self,
        filter: &Filter,
        order: Order,
        limit: i64,
        sender: mpsc::Sender<LeadRow>,
    ) -> Result<(), sqlx::Error> {
        let mut sql = select(filter, order);
        push_order(&mut sql, order);
        sql.push(" LIMIT ").push_bind(limit);
        let mut rows = sql.build_query_as::<Listed>().fetch(&self.pool);
        while let Some(row) = rows.try_next().await? {
            if sender.send(row.lead).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_search_for_is_a_value_and_never_a_pattern() {
        assert_eq!(like("50%_\\"), "%50\\%\\_\\\\%");
        let filter = Filter { search: Some("'; DROP TABLE lead; --".to_owned()), ..Filter::default() };
        let order = Order { column: Column::Phone, is_descending: false };
        let sql = select(&filter, order).into_sql();
        assert!(!sql.contains("DROP"), "{sql}");
    }
}
