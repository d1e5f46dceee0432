//! next-batch(100) by 8 pollers, beside one indexed `SELECT ... FOR UPDATE SKIP LOCKED` and `UPDATE`.

use super::client::{self, Client, get};
use super::{Figure, Stage, TOKEN, pgbench};
use sqlx::Executor;
use std::time::{Duration, Instant};

/// The queue's own copy for the reference: a lease is a column.
const PREPARE: &str = "DROP TABLE IF EXISTS ref_queue;
    CREATE TABLE ref_queue AS SELECT lead_id, num, phone, rank, priority, due_at, false AS leased FROM live.dial_queue;
    ALTER TABLE ref_queue ADD PRIMARY KEY (lead_id);
    CREATE INDEX ON ref_queue (rank, priority DESC, due_at, num) WHERE NOT leased;
    VACUUM ANALYZE ref_queue;";
const PICK: &str = "WITH picked AS (SELECT lead_id FROM ref_queue WHERE NOT leased AND due_at <= now() \
    ORDER BY rank, priority DESC, due_at, num LIMIT 100 FOR UPDATE SKIP LOCKED) \
    UPDATE ref_queue q SET leased = true FROM picked WHERE q.lead_id = picked.lead_id RETURNING q.num, q.phone;\n";

pub async fn run(stage: &Stage, leads: usize) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut so_far = 0;
    for size in [leads / 10, leads] {
        stage.capture(size - so_far).await?;
        so_far = size;
        for statement in PREPARE.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            stage.app.pool.execute(statement).await?;
        }
        let reference = pgbench::rate(stage, PICK, 8).await?;
        // A long queue must not be dialed empty within the measurement.
        let batches_max = size / 100 * 8 / 10 / 8;
        let until = Instant::now() + Duration::from_secs(stage.seconds);
        let address = stage.address;
        let mut times = client::run(8, |_| async move {
            let mut client = Client::connect(address).await?;
            let request = get("/api/dialer/next-batch?size=100", TOKEN);
            let mut times = Vec::new();
            while Instant::now() < until && times.len() < batches_max {
                let started = Instant::now();
                client.send(&request).await?;
                times.push(started.elapsed());
            }
            Ok(times)
        })
        .await?;
        figures.push(Figure {
            what: format!("next-batch(100) from {size} numbers, 8 pollers / SKIP LOCKED"),
            ours: times.rate(),
            reference: Some(reference),
            unit: "batches/s",
        });
        let p99 = times.quantile_ms(0.99);
        figures.push(Figure {
            what: "next-batch(100), p99".to_owned(),
            ours: p99,
            reference: None,
            unit: "ms",
        });
    }
    Ok(figures)
}
