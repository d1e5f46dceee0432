//! How many leads are there, of what status, by whom? Counts of what is not deleted, so that no list has to count.

use crate::Views;
use crate::change::{Change, Folded};
use crate::plan::Plan;
use crate::row::{CopyField, CopyLine};
use bytes::BytesMut;
use domain::status::PanelStatus;
use sqlx::error::BoxDynError;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Leads by panel status and agent (nil: nobody).
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<(PanelStatus, Uuid), i64>);

impl Counts {
    /// Adds a lead, `sign` times.
    pub fn add(&mut self, folded: &Folded, sign: i64) {
        let Some(lead) = folded.state.as_lead() else { return };
        if lead.exists() && lead.deleted_at.is_none() {
            let agent_id = lead.agent_id.map_or(Uuid::nil(), |id| id.0);
            *self.0.entry((lead.panel_status(), agent_id)).or_default() += sign;
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
        let status = plan.bind(self.0.keys().map(|cell| cell.0.as_str()).collect::<Vec<_>>())?;
        let agent = plan.bind(self.0.keys().map(|cell| cell.1).collect::<Vec<_>>())?;
        let leads = plan.bind(self.0.values().copied().collect::<Vec<_>>())?;
        let delta = format!(
            "unnest({status}::text[], {agent}::uuid[], {leads}::bigint[]) AS d(panel_status, agent_id, leads)"
        );
        // Nobody else writes here, so the statement's snapshot tells which cells come to nothing.
        plan.push(&format!(
            "DELETE FROM lead_counts c USING {delta} WHERE c.panel_status = d.panel_status \
             AND c.agent_id = d.agent_id AND c.leads + d.leads = 0"
        ));
        plan.push(&format!(
            "INSERT INTO lead_counts AS c (panel_status, agent_id, leads) SELECT d.panel_status, d.agent_id, d.leads \
             FROM {delta} LEFT JOIN lead_counts k USING (panel_status, agent_id) \
             WHERE COALESCE(k.leads, 0) + d.leads <> 0 \
             ON CONFLICT (panel_status, agent_id) DO UPDATE SET leads = c.leads + EXCLUDED.leads"
        ));
        Ok(())
    }

    /// Writes them as lines of `COPY`'s text format.
    pub fn copy(&self, out: &mut BytesMut) {
        for ((status, agent_id), leads) in &self.0 {
            let mut line = CopyLine::new(out);
            status.as_str().write(line.field());
            agent_id.write(line.field());
            leads.write(line.field());
            line.end();
        }
    }
}

impl Views {
    /// Leads by panel status, all or one agent's.
    pub async fn lead_counts(&self, agent_id: Option<Uuid>) -> Result<Vec<(String, i64)>, sqlx::Error> {
        sqlx::query_as(
            "SELECT panel_status, sum(leads)::bigint FROM lead_counts WHERE $1::uuid IS NULL OR agent_id = $1 \
             GROUP BY panel_status ORDER BY panel_status",
        )
        .bind(agent_id)
        .fetch_all(&self.pool)
        .await
    }
}
