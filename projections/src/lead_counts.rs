//! How many leads are there, of what status, stage, source and quality, by whom? Counts of what is not deleted, so that no list has to count.

use crate::Views;
use crate::change::{Change, Folded};
use crate::lead_list::Filter;
use crate::plan::Plan;
use crate::row::{CopyField, CopyLine};
use bytes::BytesMut;
use domain::lead::event::Source;
use domain::lead::grade::Quality;
use domain::status::{PanelStatus, Stage};
use sqlx::error::BoxDynError;
use sqlx::{Postgres, QueryBuilder};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is told apart: panel status, agent (nil: nobody), stage, source, quality.
type Cell = (PanelStatus, Uuid, Stage, Source, Quality);

/// Leads by cell.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<Cell, i64>);

impl Counts {
    /// Adds a lead, `sign` times.
    pub fn add(&mut self, folded: &Folded, sign: i64) {
        let Some(lead) = folded.state.as_lead() else { return };
        if lead.exists() && lead.deleted_at.is_none() {
            let agent_id = lead.agent_id.map_or(Uuid::nil(), |id| id.0);
            let cell = (lead.panel_status(), agent_id, lead.stage, lead.source, lead.grade().quality);
            *self.0.entry(cell).or_default() += sign;
        }
    }

    /// What the changes add and take away.
    pub fn of_changes(changes: &[Change]) -> Self {
        let mut counts = Self::default();
        for change in changes {
            if let Some(before) = &change.before {
                counts.add(before, -1);
            }
            counts.add(&change.after, 1);
        }
        counts.0.retain(|_, count| *count != 0);
        counts
    }

    /// Adds them to a plan; what comes to nothing vanishes, as it would never be in a rebuilt table.
    pub fn plan(&self, plan: &mut Plan) -> Result<(), BoxDynError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let columns = [
            plan.bind(self.0.keys().map(|cell| cell.0.as_str()).collect::<Vec<_>>())?,
            plan.bind(self.0.keys().map(|cell| cell.1).collect::<Vec<_>>())?,
            plan.bind(self.0.keys().map(|cell| cell.2.as_str()).collect::<Vec<_>>())?,
            plan.bind(self.0.keys().map(|cell| cell.3.as_str()).collect::<Vec<_>>())?,
            plan.bind(self.0.keys().map(|cell| cell.4.as_str()).collect::<Vec<_>>())?,
            plan.bind(self.0.values().copied().collect::<Vec<_>>())?,
        ];
        let [status, agent, stage, source, quality, leads] = columns;
        let delta = format!(
            "unnest({status}::text[], {agent}::uuid[], {stage}::text[], {source}::text[], {quality}::text[], \
             {leads}::bigint[]) AS d({CELL}, leads)"
        );
        // Nobody else writes here, so the statement's snapshot tells which cells come to nothing.
        plan.push(&format!(
            "DELETE FROM lead_counts c USING {delta} WHERE c.panel_status = d.panel_status \
             AND c.agent_id = d.agent_id AND c.stage = d.stage AND c.source = d.source \
             AND c.quality = d.quality AND c.leads + d.leads = 0"
        ));
        plan.push(&format!(
            "INSERT INTO lead_counts AS c ({CELL}, leads) \
             SELECT d.panel_status, d.agent_id, d.stage, d.source, d.quality, d.leads \
             FROM {delta} LEFT JOIN lead_counts k USING ({CELL}) WHERE COALESCE(k.leads, 0) + d.leads <> 0 \
             ON CONFLICT ({CELL}) DO UPDATE SET leads = c.leads + EXCLUDED.leads"
        ));
        Ok(())
    }

    /// Writes them as lines of `COPY`'s text format.
    pub fn copy(&self, out: &mut BytesMut) {
        for ((status, agent_id, stage, source, quality), leads) in &self.0 {
            let mut line = CopyLine::new(out);
            status.as_str().write(line.field());
            agent_id.write(line.field());
            stage.as_str().write(line.field());
            source.as_str().write(line.field());
            quality.as_str().write(line.field());
            leads.write(line.field());
            line.end();
        }
    }
}

const CELL: &str = "panel_status, agent_id, stage, source, quality";

/// The cells that a filter means which names nothing but what is told apart here.
fn push_cells(sql: &mut QueryBuilder<'_, Postgres>, filter: &Filter) {
    sql.push(" WHERE true");
    if let Some(status) = filter.status {
        sql.push(" AND panel_status = ").push_bind(status.as_str());
    }
    if let Some(agent_id) = filter.agent_id {
        sql.push(" AND agent_id = ").push_bind(agent_id);
    }
    if let Some((agents, or_nobody)) = &filter.agents {
        let nobody = or_nobody.then_some(Uuid::nil());
        let agents: Vec<Uuid> = agents.iter().copied().chain(nobody).collect();
        sql.push(" AND agent_id = ANY(").push_bind(agents).push(")");
    }
    if !filter.stages.is_empty() {
        let stages: Vec<&str> = filter.stages.iter().map(|stage| stage.as_str()).collect();
        sql.push(" AND stage = ANY(").push_bind(stages).push(")");
    }
    if let Some(source) = filter.source {
        sql.push(" AND source = ").push_bind(source.as_str());
    }
    if let Some(quality) = filter.quality {
        sql.push(" AND quality = ").push_bind(quality.as_str());
    }
}

impl Views {
    /// How many leads a filter means that names nothing but what is told apart here.
    pub(crate) async fn lead_count(&self, filter: &Filter) -> Result<i64, sqlx::Error> {
        let mut sql = QueryBuilder::new("SELECT COALESCE(sum(leads), 0)::bigint FROM lead_counts");
        push_cells(&mut sql, filter);
        sql.build_query_scalar().fetch_one(&self.pool).await
    }

    /// The same by panel status.
    pub(crate) async fn lead_counts(&self, filter: &Filter) -> Result<Vec<(String, i64)>, sqlx::Error> {
        let mut sql = QueryBuilder::new("SELECT panel_status, sum(leads)::bigint FROM lead_counts");
        push_cells(&mut sql, filter);
        sql.push(" GROUP BY panel_status ORDER BY panel_status");
        sql.build_query_as().fetch_all(&self.pool).await
    }

    /// Leads by agent (nil: nobody) and stage.
    pub async fn leads_by_agent(&self, agents: &[Uuid]) -> Result<Vec<(Uuid, String, i64)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT agent_id, stage, sum(leads)::bigint FROM lead_counts WHERE agent_id = ANY($1) \
             GROUP BY agent_id, stage",
        )
        .bind(agents)
        .fetch_all(&self.pool)
        .await
    }
}
