//! How many leads came, when, whose are they, and from where? Counts by quarter hour; following adds differences, rebuilding sums.

use crate::change::{Change, Folded};
use crate::plan::Plan;
use crate::row::{CopyField, CopyLine};
use bytes::BytesMut;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::lead::event::Source;
use sqlx::error::BoxDynError;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is told apart: quarter hour, agent (nil: nobody), source.
type Cell = (DateTime<Utc>, Uuid, Source);

const CELL: &str = "bucket, agent_id, source";

/// Leads by cell, deleted ones too: they came all the same (C-23).
#[derive(Clone, Debug, Default)]
pub struct Came(BTreeMap<Cell, i64>);

impl Came {
    /// Adds a lead, `sign` times.
    pub fn add(&mut self, folded: &Folded, sign: i64) {
        let Some(lead) = folded.state.as_lead().filter(|lead| lead.exists()) else { return };
        let at = lead.created_at();
        let bucket = at.duration_trunc(TimeDelta::minutes(15)).unwrap_or(at);
        let agent_id = lead.agent_id.map_or(Uuid::nil(), |id| id.0);
        *self.0.entry((bucket, agent_id, lead.source)).or_default() += sign;
    }

    /// What the changes add and take away.
    pub fn of_changes(changes: &[Change]) -> Self {
        let mut came = Self::default();
        for change in changes {
            if let Some(before) = &change.before {
                came.add(before, -1);
            }
            came.add(&change.after, 1);
        }
        came.0.retain(|_, leads| *leads != 0);
        came
    }

    /// Adds them to a plan; what comes to nothing vanishes, as it would never be in a rebuilt table.
    pub fn plan(&self, plan: &mut Plan) -> Result<(), BoxDynError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let bucket = plan.bind(self.0.keys().map(|cell| cell.0).collect::<Vec<_>>())?;
        let agent = plan.bind(self.0.keys().map(|cell| cell.1).collect::<Vec<_>>())?;
        let source = plan.bind(self.0.keys().map(|cell| cell.2.as_str()).collect::<Vec<_>>())?;
        let leads = plan.bind(self.0.values().copied().collect::<Vec<_>>())?;
        let delta = format!(
            "unnest({bucket}::timestamptz[], {agent}::uuid[], {source}::text[], {leads}::bigint[]) AS d({CELL}, leads)"
        );
        // Nobody else writes here, so the statement's snapshot tells which cells come to nothing.
        plan.push(&format!(
            "DELETE FROM lead_metrics c USING {delta} WHERE c.bucket = d.bucket AND c.agent_id = d.agent_id \
             AND c.source = d.source AND c.leads + d.leads = 0"
        ));
        plan.push(&format!(
            "INSERT INTO lead_metrics AS c ({CELL}, leads) SELECT d.bucket, d.agent_id, d.source, d.leads \
             FROM {delta} LEFT JOIN lead_metrics k USING ({CELL}) WHERE COALESCE(k.leads, 0) + d.leads <> 0 \
             ON CONFLICT ({CELL}) DO UPDATE SET leads = c.leads + EXCLUDED.leads"
        ));
        Ok(())
    }

    /// Writes them as lines of `COPY`'s text format.
    pub fn copy(&self, out: &mut BytesMut) {
        for ((bucket, agent_id, source), leads) in &self.0 {
            let mut line = CopyLine::new(out);
            bucket.write(line.field());
            agent_id.write(line.field());
            source.as_str().write(line.field());
            leads.write(line.field());
            line.end();
        }
    }
}
