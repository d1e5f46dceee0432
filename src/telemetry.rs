//! What does the operator see? Log lines on standard error and figures for Prometheus; never a name, phone, key or token.

use crate::config::LogFormat;
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

/// Seconds, from a tenth of a millisecond to ten.
const SECONDS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Requests in one statement.
const REQUESTS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];

/// Starts logging; `None` chooses by whether standard error is a terminal.
pub fn start_logging(format: Option<LogFormat>) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let is_terminal = std::io::stderr().is_terminal();
    let format = format.unwrap_or(if is_terminal { LogFormat::Pretty } else { LogFormat::Json });
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = match format {
        LogFormat::Pretty => lines.with_ansi(is_terminal && is_coloured()).with_target(false).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_target(false).try_init(),
    };
}

/// Whether the terminal shows colours and its user wants them: `NO_COLOR` and `TERM=dumb` switch them off.
fn is_coloured() -> bool {
    !anstyle_query::no_color() && anstyle_query::term_supports_color()
}

/// Says what every figure is: the HELP lines.
fn describe() {
    for (name, what) in [
        ("ledger_refused", "Requests that were refused, by dialect and code"),
        ("ledger_conflicts", "Decisions that were made again because another was recorded first"),
        ("ledger_append_retries", "Batches of appends that were sent again after a failure"),
        ("ledger_events_appended", "Events appended by this process"),
        ("ledger_calls_not_placed", "Due calls that the provider did not take"),
        ("ledger_http_requests_total", "Requests, by method, route and status"),
    ] {
        describe_counter!(name, what);
    }
    for (name, what) in [
        ("ledger_record_seconds", "Seconds from a command to its durable answer"),
        ("ledger_append_seconds", "Seconds that one append statement takes"),
        ("ledger_flush_seconds", "Seconds that one flush of the read models takes"),
        ("ledger_batch_requests", "Requests in one append statement"),
        ("ledger_http_request_seconds", "Seconds until an answer begins, by method, route and status"),
    ] {
        describe_histogram!(name, what);
    }
    for (name, what) in [
        ("ledger_queue_depth", "Requests that wait to be appended"),
        ("ledger_head_position", "The last position of the log"),
        (
            "ledger_followed_position",
            "The position that the read models of this process's follower have reached",
        ),
        ("ledger_follower_lag", "Positions that the read models are behind the log"),
        ("ledger_oldest_unfollowed_seconds", "Age of the oldest event that the read models do not hold yet"),
        ("ledger_rebuild_progress", "Share of the log that the rebuild in this process has folded, 0 to 1"),
        ("ledger_listeners", "Open event streams and sockets"),
        ("ledger_pool_connections", "Database connections, by pool and whether they are busy or idle"),
        ("ledger_pool_connections_max", "The most database connections, by pool"),
    ] {
        describe_gauge!(name, what);
    }
}

/// The figures of this process, to be rendered for Prometheus.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
                .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_requests".to_owned()), &REQUESTS))
                .expect("invariant: the buckets above are not empty");
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            // Somebody else's recorder in this process (tests) keeps its place.
            let _ = metrics::set_global_recorder(recorder);
            describe();
            handle
        })
        .clone()
}
