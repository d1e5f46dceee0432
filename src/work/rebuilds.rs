//! Which rebuilds are going on, and what came of those that are over? In memory: a rebuild ends with its process.

use super::remembered::Remembered;
use crate::ledger::Ledger;
use crate::shutdown::Tasks;
use metrics::gauge;
use projections::rebuild::{self, Report, Targets};
use serde::Serialize;
use sqlx::PgPool;
use std::sync::Arc;
use uuid::Uuid;

/// Where a rebuild stands.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Progress {
    Running { folded: i64, of: i64 },
    Done { report: Report, is_clean: bool },
    Failed { problem: String },
}

/// One rebuild.
#[derive(Clone, Debug, Serialize)]
pub struct Rebuild {
    pub id: Uuid,
    pub projections: Vec<&'static str>,
    pub dry_run: bool,
    #[serde(flatten)]
    pub progress: Progress,
}

/// The rebuilds of this process.
#[derive(Clone)]
pub struct Rebuilds {
    ledger: Ledger,
    pool: PgPool,
    known: Remembered<Rebuild>,
}

impl Rebuilds {
    /// None yet.
    pub fn new(ledger: Ledger, pool: PgPool) -> Self {
        Self { ledger, pool, known: Remembered::default() }
    }

    /// Starts one in the background and answers at once.
    pub fn start(&self, tasks: &Tasks, id: Uuid, targets: Targets, dry_run: bool) -> Rebuild {
        let names = targets.names();
        let rebuild =
            Rebuild { id, projections: names, dry_run, progress: Progress::Running { folded: 0, of: 0 } };
        self.known.push(id, rebuild.clone());
        let (this, stopping) = (self.clone(), tasks.clone());
        tasks.start(async move {
            tokio::select! {
                () = this.run(id, &targets, dry_run) => {}
                () = stopping.stopping() => {}
            }
        });
        rebuild
    }

    async fn run(&self, id: Uuid, targets: &Targets, dry_run: bool) {
        let told = self.clone();
        let progress = Arc::new(move |folded: i64, of: i64| {
            gauge!("ledger_rebuild_progress").set(folded as f64 / of.max(1) as f64);
            told.set(id, Progress::Running { folded, of });
        });
        let done = match self.rebuild(targets, dry_run, progress).await {
            Ok(report) => Progress::Done { is_clean: report.is_clean(), report },
            Err(error) => Progress::Failed { problem: error.to_string() },
        };
        self.set(id, done);
    }

    async fn rebuild(
        &self,
        targets: &Targets,
        dry_run: bool,
        progress: rebuild::Progress,
    ) -> anyhow::Result<Report> {
        let report = rebuild::run(&self.pool, targets, dry_run, progress).await?;
        if let (Some(keys), false) = (&report.keys, dry_run) {
            self.ledger.rebuild_keys(keys).await?;
        }
        Ok(report)
    }

    fn set(&self, id: Uuid, progress: Progress) {
        self.known.update(id, |rebuild| rebuild.progress = progress);
    }

    /// One of those that are remembered.
    pub fn find(&self, id: Uuid) -> Option<Rebuild> {
        self.known.find(id)
    }
}
