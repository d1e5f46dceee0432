//! Which leads does a list show? One filter for lists, counts, selections and exports.
//!
//! Pages are asked for by how many come before them; see `starts`.

use crate::Views;
use crate::lead::LeadRow;
use crate::starts::Starts;
use chrono::{DateTime, Utc};
use domain::lead::event::Source;
use domain::lead::grade::{Priority, Quality};
use domain::search::{folded_pattern, like, phone_digits};
use domain::status::{PanelStatus, SchedulingStatus, Stage};
use futures_util::TryStreamExt;
use sqlx::{Postgres, QueryBuilder};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Up to how many leads are counted where the counts read model cannot tell.
const COUNTED_MAX: i64 = 10_000;

/// Which leads are meant; deleted ones never are. Numbers of the lead's `num`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Filter {
    pub status: Option<PanelStatus>,
    pub agent_id: Option<Uuid>,
    /// Of these agents, or of nobody too: what somebody may see (C-36).
    pub agents: Option<(Vec<Uuid>, bool)>,
    /// In one of these stages.
    pub stages: Vec<Stage>,
    pub source: Option<Source>,
    pub priority: Option<Priority>,
    pub quality: Option<Quality>,
    /// Where it stands for the scheduler at that time: one that is being dialed is in progress.
    pub scheduling: Option<(SchedulingStatus, DateTime<Utc>)>,
    /// The whole number, as the ledger compares it.
    pub phone_key: Option<String>,
    /// In the number, the name or the address, in any spelling (`domain::search`).
    pub search: Option<String>,
    /// The number that `search` may also be as a whole, as the ledger compares it.
    pub search_key: Option<String>,
    /// Created then or later.
    pub from: Option<DateTime<Utc>>,
    /// Created before then.
    pub before: Option<DateTime<Utc>>,
    pub nums: Option<Vec<i64>>,
    pub excluded_nums: Vec<i64>,
}

impl Filter {
    /// Whether the counts can tell how many there are.
    fn is_counted(&self) -> bool {
        let Self { phone_key, scheduling, search, from, before, nums, excluded_nums, priority, .. } = self;
        phone_key.is_none()
            && scheduling.is_none()
            && search.is_none()
            && from.is_none()
            && before.is_none()
            && nums.is_none()
            && priority.is_none()
            && excluded_nums.is_empty()
    }
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

/// Where pages begin: after which lead, by its value of the order (as text) and its number.
pub(crate) type LeadStarts = Starts<(Filter, Order), (String, i64)>;

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

/// A lead's names as searches compare them; rows of an older release have none until they are made anew.
pub(crate) const LEAD_NAME: &str =
    "COALESCE(l.folded_name, lower(concat_ws(' ', l.full_name, l.first_name)))";

fn push_filter(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    sql.push(" WHERE l.deleted_at IS NULL");
    if let Some(status) = filter.status {
        sql.push(" AND l.panel_status = ").push_bind(status.as_str());
    }
    if let Some(agent_id) = filter.agent_id {
        sql.push(" AND l.agent_id = ").push_bind(agent_id);
    }
    if let Some((agents, or_nobody)) = &filter.agents {
        sql.push(" AND (l.agent_id = ANY(").push_bind(agents.clone());
        sql.push(if *or_nobody { ") OR l.agent_id IS NULL)" } else { "))" });
    }
    if !filter.stages.is_empty() {
        let stages: Vec<&str> = filter.stages.iter().map(|stage| stage.as_str()).collect();
        sql.push(" AND l.stage = ANY(").push_bind(stages).push(")");
    }
    if let Some(source) = filter.source {
        sql.push(" AND l.source = ").push_bind(source.as_str());
    }
    if let Some(priority) = filter.priority {
        sql.push(" AND l.priority = ").push_bind(priority.as_str());
    }
    if let Some(quality) = filter.quality {
        sql.push(" AND l.quality = ").push_bind(quality.as_str());
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
        let folded = folded_pattern(search);
        sql.push(" AND (l.phone LIKE ").push_bind(like(search));
        sql.push(format!(" OR {LEAD_NAME} LIKE ")).push_bind(folded.clone());
        sql.push(" OR COALESCE(l.folded_email, lower(l.email)) LIKE ").push_bind(folded);
        if let Some(key) = &filter.search_key {
            sql.push(" OR l.phone_key = ").push_bind(key.clone());
        }
        if let Some(digits) = phone_digits(search) {
            sql.push(" OR l.phone_key LIKE ").push_bind(like(&digits));
        }
        sql.push(")");
    }
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
        // A list of what the clock moves is cut anew each time.
        let is_remembered = filter.scheduling.is_none();
        let list = (filter.clone(), order);
        let start = self.lead_starts.find(&list, skip).filter(|_| is_remembered);
        let mut sql = select(filter, order);
        if let Some((value, num)) = &start {
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
            self.lead_starts.put(&list, next, (last.order_value.clone(), last.lead.num));
        }
        Ok(listed.into_iter().map(|listed| listed.lead).collect())
    }

    /// How many there are: from the counts read model, else counted up to a limit.
    pub async fn total_leads(&self, filter: &Filter) -> Result<Total, sqlx::Error> {
        if filter.is_counted() {
            return Ok(Total { count: self.lead_count(filter).await?, is_exact: true });
        }
        let mut sql = QueryBuilder::new("SELECT count(*) FROM (SELECT 1 FROM lead l");
        push_filter(&mut sql, filter);
        sql.push(" LIMIT ").push_bind(COUNTED_MAX + 1).push(") AS counted");
        let count: i64 = sql.build_query_scalar().fetch_one(&self.pool).await?;
        Ok(Total { count: count.min(COUNTED_MAX), is_exact: count <= COUNTED_MAX })
    }

    /// How many there are of each panel status that occurs: from the counts read model, else counted one by one.
    pub async fn leads_by_status(&self, filter: &Filter) -> Result<Vec<(String, i64)>, sqlx::Error> {
        if filter.is_counted() {
            return self.lead_counts(filter).await;
        }
        let mut sql = QueryBuilder::new("SELECT l.panel_status, count(*) FROM lead l");
        push_filter(&mut sql, filter);
        sql.push(" GROUP BY l.panel_status ORDER BY l.panel_status");
        sql.build_query_as().fetch_all(&self.pool).await
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
        sender: mpsc::Sender<LeadRow>,
    ) -> Result<(), sqlx::Error> {
        let mut sql = select(filter, order);
        push_order(&mut sql, order);
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
        let filter = Filter { search: Some("'; DROP TABLE lead; --".to_owned()), ..Filter::default() };
        let order = Order { column: Column::Phone, is_descending: false };
        let sql = select(&filter, order).into_sql();
        assert!(!sql.contains("DROP"), "{sql}");
    }
}
