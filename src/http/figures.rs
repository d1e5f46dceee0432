//! How many requests are there, of what, and how long do they take? Counted by route (its template, so that no id becomes a
//! label) and status, for Prometheus.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, histogram};
use std::time::Instant;

/// What a path that no route has is counted as.
const NO_ROUTE: &str = "none";

/// Counts a request and the time until its answer begins.
pub async fn counted(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method(&request);
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let labels = [
        ("method", method.to_owned()),
        ("route", route.unwrap_or_else(|| NO_ROUTE.to_owned())),
        ("status", response.status().as_u16().to_string()),
    ];
    counter!("ledger_http_requests_total", &labels).increment(1);
    histogram!("ledger_http_request_seconds", &labels).record(started.elapsed().as_secs_f64());
    response
}

/// The method as a label: clients may make others up, and each would be a series of its own.
fn method(request: &Request) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == request.method().as_str()).unwrap_or("OTHER")
}
