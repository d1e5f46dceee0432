//! The faults: what is done to the network, the processes, the lock and the read models while clients ask.

use super::History;
use super::dice::Dice;
use crate::support::lock::LedgerLock;
use crate::support::proxy::Fault as Cut;
use projections::projection::Projection;
use projections::rebuild::{self, RebuildError, Targets};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Something that goes wrong. `process`: which of the two it happens to.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Every statement comes late.
    Delay {
        process: usize,
        by: Duration,
        lasts: Duration,
    },
    /// Statements are cut off; of which kind, their text says.
    Cut {
        process: usize,
        how: Cut,
        containing: &'static str,
        skip: usize,
        times: usize,
    },
    CutAll {
        process: usize,
    },
    /// Nothing passes, and nobody is told.
    Pause {
        process: usize,
        lasts: Duration,
    },
    Refuse {
        process: usize,
        lasts: Duration,
    },
    /// The process ends at once and is started again after a while.
    Kill {
        process: usize,
        dead_for: Duration,
    },
    /// Somebody holds the ledger's lock.
    Lock {
        lasts: Duration,
    },
    /// A read model is held back, and let go.
    HoldBack {
        read_model: usize,
        lasts: Duration,
    },
    Rebuild,
}

/// What statements say that are worth to be cut.
const TEXTS: [&str; 7] = [
    "ledger_append",
    "ledger_append",
    "ledger_append",
    "projection_checkpoints",
    "FROM keys",
    "unsettled",
    "",
];
const CUTS: [Cut; 5] = [Cut::CutBefore, Cut::CutAfter, Cut::CutAfter, Cut::CutAnswer, Cut::CutWithin];

impl Fault {
    pub fn any(dice: &mut Dice) -> Self {
        let process = dice.index(2);
        match dice.below(100) {
            0..10 => Self::Delay { process, by: dice.millis(1, 15), lasts: dice.millis(50, 400) },
            10..52 => Self::Cut {
                process,
                how: dice.pick(&CUTS),
                containing: dice.pick(&TEXTS),
                skip: dice.index(5),
                times: 1 + dice.index(2),
            },
            52..58 => Self::CutAll { process },
            58..66 => {
                // Some outlast the lease of following, which is two seconds and a half.
                let lasts = if dice.percent(10) { dice.millis(2_600, 3_000) } else { dice.millis(100, 600) };
                Self::Pause { process, lasts }
            }
            66..70 => Self::Refuse { process, lasts: dice.millis(20, 300) },
            70..80 => Self::Kill { process, dead_for: dice.millis(1, 200) },
            80..89 => Self::Lock { lasts: dice.millis(10, 300) },
            89..96 => {
                Self::HoldBack { read_model: dice.index(Projection::ALL.len()), lasts: dice.millis(10, 300) }
            }
            _ => Self::Rebuild,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::Cut { how: Cut::CutBefore, .. } => "cut before",
            Self::Cut { how: Cut::CutWithin, .. } => "cut within",
            Self::Cut { how: Cut::CutAfter, .. } => "cut after",
            Self::Cut { how: Cut::CutAnswer, .. } => "cut answer",
            Self::Cut { how: Cut::Hold, .. } => "hold",
            Self::CutAll { .. } => "cut all",
            Self::Pause { .. } => "pause",
            Self::Refuse { .. } => "refuse",
            Self::Kill { .. } => "kill",
            Self::Lock { .. } => "stranger's lock",
            Self::HoldBack { .. } => "read model held back",
            Self::Rebuild => "rebuild",
        }
    }
}

/// How often each was injected.
pub type Counts = Arc<Mutex<BTreeMap<&'static str, usize>>>;

impl History {
    /// Injects a fault and takes it back. Answers what it found out by the way that must not be.
    pub async fn inject(&self, fault: Fault) -> Result<(), String> {
        match fault {
            Fault::Cut { process, how, containing, skip, times } => {
                self.processes[process].proxy.arm(how, containing, skip, times);
                // Those are counted when they happen.
                return Ok(());
            }
            Fault::Delay { process, by, lasts } => {
                let proxy = &self.processes[process].proxy;
                proxy.delay(by);
                tokio::time::sleep(lasts).await;
                proxy.delay(Duration::ZERO);
            }
            Fault::CutAll { process } => self.processes[process].proxy.cut_all(),
            Fault::Pause { process, lasts } => {
                let proxy = &self.processes[process].proxy;
                proxy.pause(true);
                tokio::time::sleep(lasts).await;
                proxy.pause(false);
            }
            Fault::Refuse { process, lasts } => {
                let proxy = &self.processes[process].proxy;
                proxy.refuse(true);
                tokio::time::sleep(lasts).await;
                proxy.refuse(false);
            }
            Fault::Kill { process, dead_for } => {
                if !self.processes[process].kill() {
                    return Ok(());
                }
                tokio::time::sleep(dead_for).await;
                self.processes[process].revive().await;
            }
            Fault::Lock { lasts } => {
                let lock = LedgerLock::take(&self.database_url).await;
                tokio::time::sleep(lasts).await;
                lock.release().await;
            }
            Fault::HoldBack { read_model, lasts } => self.hold_back(Projection::ALL[read_model], lasts).await,
            Fault::Rebuild => self.rebuild().await?,
        }
        self.count(fault.name(), 1);
        Ok(())
    }

    pub fn count(&self, name: &'static str, times: usize) {
        *self.injected.lock().unwrap().entry(name).or_default() += times;
    }

    async fn hold_back(&self, read_model: Projection, lasts: Duration) {
        let hold = "UPDATE projection_checkpoints SET paused_by = 'simulated' WHERE projection = $1";
        sqlx::query(hold).bind(read_model.name()).execute(&self.pool).await.unwrap();
        tokio::time::sleep(lasts).await;
        let let_go = "UPDATE projection_checkpoints SET paused_by = NULL, is_recovering = true \
                      WHERE projection = $1 AND paused_by = 'simulated'";
        sqlx::query(let_go).bind(read_model.name()).execute(&self.pool).await.unwrap();
    }

    /// Rebuilds and switches. Live rows are what the log says at any time; keys only once what stock code wrote is settled.
    async fn rebuild(&self) -> Result<(), String> {
        match rebuild::run(&self.pool, &Targets::all(), false, Arc::new(|_, _| {})).await {
            Ok(report) => {
                let differ: Vec<_> = report.comparisons.iter().filter(|c| c.differing_rows > 0).collect();
                if differ.is_empty() {
                    Ok(())
                } else {
                    Err(format!("live rows were not rebuilt ones: {differ:?}"))
                }
            }
            Err(RebuildError::Busy | RebuildError::Contended) => Ok(()),
            Err(error) => Err(format!("rebuild: {error}")),
        }
    }
}
