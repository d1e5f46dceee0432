//! Is a verification going on in this process, and how far is it? One at a time; what it finds is kept by the ledger.

use crate::audit::verification;
use crate::shutdown::Tasks;
use serde::Serialize;
use sqlx::PgPool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where the verification of this process stands.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Standing {
    /// None was started here.
    #[default]
    Idle,
    /// Positions looked at, of how many; first the log is checked, then it is folded again.
    Running {
        checked: i64,
        folded: i64,
        of: i64,
    },
    Done,
    Failed {
        problem: String,
    },
}

/// The verification of this process.
#[derive(Clone)]
pub struct Verifications {
    pool: PgPool,
    standing: Arc<Mutex<Standing>>,
}

impl Verifications {
    /// None yet.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, standing: Arc::default() }
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        self.lock().clone()
    }

    /// Starts one in the background, unless one goes on; answers where it stands.
    pub fn start(&self, tasks: &Tasks) -> Standing {
        let mut standing = self.lock();
        if !matches!(*standing, Standing::Running { .. }) {
            *standing = Standing::Running { checked: 0, folded: 0, of: 0 };
            let (this, stopping) = (self.clone(), tasks.clone());
            tasks.start(async move {
                tokio::select! {
                    () = this.run() => {}
                    () = stopping.stopping() => {}
                }
            });
        }
        standing.clone()
    }

    async fn run(&self) {
        let on_chain = |checked, of| *self.lock() = Standing::Running { checked, folded: 0, of };
        let this = self.clone();
        let on_folding = move |folded, of| *this.lock() = Standing::Running { checked: of, folded, of };
        let found = verification::run(&self.pool, on_chain, Arc::new(on_folding)).await;
        *self.lock() = match found {
            Ok(_) => Standing::Done,
            Err(error) => {
                tracing::warn!(%error, "a verification ended early");
                Standing::Failed { problem: error.to_string() }
            }
        };
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
