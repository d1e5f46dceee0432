//! A simulation: random histories of two processes on one database, with faults, and an oracle for each.
//!
//! | file | what |
//! |---|---|
//! | `plan` | from one seed: every act of every client, every fault and its time |
//! | `faults` | what is injected |
//! | `clients`, `calls`, `stock` | what is asked and how it is said, and the `journal` of it |
//! | `oracle` | what must hold afterwards |
//!
//! The seed determines the plan; how tasks and statements interleave is the machine's. `LEDGER_SIMULATE=1000 cargo test
//! simulation` runs so many histories, `LEDGER_SIMULATE_SEED=17` the one of that seed.

mod calls;
mod clients;
pub mod dice;
mod faults;
mod journal;
mod oracle;
mod plan;
mod prepared;
mod process;
mod stock;

use domain::time::Instant;
use faults::Counts;
use plan::Plan;
use prepared::Prepared;
use process::Process;
use sqlx::PgPool;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Histories in the suite.
const HISTORIES: u64 = 50;
/// Histories at a time: most of each is waiting.
const AT_ONCE: usize = 6;
/// How long the read models and keys may take to be as the log is, once nothing fails any more.
const SETTLED_MAX: Duration = Duration::from_secs(20);
/// How long a history may take.
const HISTORY_MAX: Duration = Duration::from_mins(2);

/// A history under way.
pub struct History {
    pub prepared: Arc<Prepared>,
    pub database_url: String,
    /// Beside the processes and their networks.
    pub pool: PgPool,
    pub processes: [Process; 2],
    /// By the database's clock.
    pub began: Instant,
    pub injected: Counts,
}

/// What came of a history.
#[derive(Default)]
struct Outcome {
    acts: usize,
    acknowledged: usize,
    violations: Vec<String>,
}

impl History {
    pub async fn head(&self) -> i64 {
        let head = sqlx::query_scalar("SELECT COALESCE(max(position), 0) FROM events");
        head.fetch_one(&self.pool).await.unwrap()
    }

    /// Waits until everything is followed and settled; false if it is not in time.
    async fn is_settled(&self) -> bool {
        let until = std::time::Instant::now() + SETTLED_MAX;
        while std::time::Instant::now() < until {
            let is_settled: bool = sqlx::query_scalar(
                "SELECT NOT EXISTS (SELECT 1 FROM unsettled) AND NOT EXISTS (SELECT 1 FROM projection_checkpoints \
                 WHERE paused_by IS NOT NULL OR is_recovering OR position < (SELECT max(position) FROM events))",
            )
            .fetch_one(&self.pool)
            .await
            .unwrap();
            if is_settled {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// What is behind.
    async fn unsettled(&self) -> String {
        sqlx::query_scalar(
            "SELECT concat_ws('; ', (SELECT string_agg(u::text, ', ') FROM unsettled u), \
             (SELECT string_agg(concat_ws(' ', c.projection, c.position, c.paused_by, c.is_recovering), ', ') \
              FROM projection_checkpoints c), (SELECT f::text FROM follower f), \
             'head ' || (SELECT max(position) FROM events), 'now ' || clock_timestamp())",
        )
        .fetch_one(&self.pool)
        .await
        .unwrap()
    }
}

async fn run(prepared: Arc<Prepared>, seed: u64, injected: Counts) -> Outcome {
    let plan = Plan::of(seed);
    let (database_url, pool) = prepared.database().await;
    let name = format!("simulated-{seed}");
    let (a, b) =
        tokio::join!(Process::start(&database_url, name.clone()), Process::start(&database_url, name));
    let began = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&pool).await.unwrap();
    let history = Arc::new(History { prepared, database_url, pool, processes: [a, b], began, injected });
    let (mut clients, mut faults) = (JoinSet::new(), JoinSet::new());
    for (index, acts) in plan.clients.into_iter().enumerate() {
        clients.spawn(clients::Client::new(history.clone(), index).run(acts));
    }
    for (at, fault) in plan.faults {
        let history = history.clone();
        faults.spawn(async move {
            tokio::time::sleep(at).await;
            history.inject(fault).await.err()
        });
    }
    let mut journal: Vec<_> = clients.join_all().await.into_iter().flatten().collect();
    let mut violations: Vec<String> = faults.join_all().await.into_iter().flatten().collect();
    for process in &history.processes {
        process.proxy.calm();
        process.revive().await;
        let cut = process.proxy.injected();
        let cuts = [
            ("cut before", cut.cut_before),
            ("cut within", cut.cut_within),
            ("cut after", cut.cut_after),
            ("cut answer", cut.cut_answer),
        ];
        cuts.into_iter().filter(|(_, times)| *times > 0).for_each(|(name, times)| history.count(name, times));
    }
    if !history.is_settled().await {
        violations.push(format!("what is not as the log is stays so: {}", history.unsettled().await));
    }
    violations.extend(oracle::check(&history, &mut journal).await);
    violations.extend(panics(seed));
    let acknowledged = journal.iter().filter(|entry| entry.is_acknowledged()).count();
    history.processes.iter().for_each(|process| {
        process.kill();
    });
    if violations.is_empty() {
        history.prepared.remove(&history).await;
    }
    Outcome { acts: journal.len(), acknowledged, violations }
}

static PANICS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Keeps what the processes' threads panic with.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let thread = std::thread::current().name().unwrap_or_default().to_owned();
            if thread.starts_with("simulated-") {
                PANICS.lock().unwrap().push((thread, panic.to_string()));
            }
            before(panic);
        }));
    });
}

fn panics(seed: u64) -> Vec<String> {
    let name = format!("simulated-{seed}");
    let panics = PANICS.lock().unwrap();
    panics.iter().filter(|(thread, _)| *thread == name).map(|(_, panic)| format!("panic: {panic}")).collect()
}

#[expect(clippy::disallowed_methods, reason = "the long run, and the one seed, are asked for by variables")]
fn seeds() -> Vec<u64> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse().ok());
    match number("LEDGER_SIMULATE_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("LEDGER_SIMULATE").unwrap_or(HISTORIES)).collect(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_of_two_processes_under_faults_leave_nothing_lost_doubled_or_dialed_that_must_not_be()
 {
    watch_panics();
    let (prepared, injected) = (Arc::new(Prepared::make().await), Counts::default());
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for seed in seeds() {
        let (prepared, injected, turns) = (prepared.clone(), injected.clone(), turns.clone());
        running.spawn(async move {
            let _turn = turns.acquire_owned().await.unwrap();
            let history = tokio::time::timeout(HISTORY_MAX, run(prepared, seed, injected));
            let ended = futures_util::FutureExt::catch_unwind(AssertUnwindSafe(history)).await;
            let failed = |why: &str| Outcome { violations: vec![why.to_owned()], ..Outcome::default() };
            let outcome = match ended {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => failed("it does not end"),
                Err(_) => failed("the simulation itself panicked"),
            };
            for violation in &outcome.violations {
                eprintln!(
                    "simulation {seed} failed: {violation}; run it again with LEDGER_SIMULATE_SEED={seed} cargo test simulation"
                );
            }
            (seed, outcome)
        });
    }
    let outcomes = running.join_all().await;
    let sum = |of: fn(&Outcome) -> usize| outcomes.iter().map(|(_, outcome)| of(outcome)).sum::<usize>();
    let violations = sum(|outcome| outcome.violations.len());
    println!(
        "{} histories, {} acts, {} acknowledged, {violations} violations; injected: {:?}",
        outcomes.len(),
        sum(|outcome| outcome.acts),
        sum(|outcome| outcome.acknowledged),
        injected.lock().unwrap()
    );
    prepared.end().await;
    let mut failed: Vec<u64> = outcomes
        .iter()
        .filter(|(_, outcome)| !outcome.violations.is_empty())
        .map(|(seed, _)| *seed)
        .collect();
    failed.sort_unstable();
    assert!(failed.is_empty(), "simulations {failed:?} failed; see above");
}
