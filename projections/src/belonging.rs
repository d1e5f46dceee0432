//! Whose is it? The agent of each of several leads, the author of each of several reports.

use crate::Views;
use std::collections::HashMap;
use uuid::Uuid;

impl Views {
    /// The agents of leads, deleted ones too; `None`: nobody's. Leads that are unknown are not among them.
    pub async fn agents_of_leads(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Option<Uuid>>, sqlx::Error> {
        let rows: Vec<(Uuid, Option<Uuid>)> =
            sqlx::query_as("SELECT id, agent_id FROM lead WHERE id = ANY($1)")
                .bind(ids)
                .fetch_all(&self.by_key)
                .await?;
        Ok(rows.into_iter().collect())
    }

    /// Who filed reports; reports that are unknown are not among them.
    pub async fn authors_of_reports(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, sqlx::Error> {
        let rows: Vec<(Uuid, Uuid)> = sqlx::query_as("SELECT id, user_id FROM reports WHERE id = ANY($1)")
            .bind(ids)
            .fetch_all(&self.by_key)
            .await?;
        Ok(rows.into_iter().collect())
    }
}
