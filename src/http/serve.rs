//! How are connections taken? An accept loop with a limit on how slowly headers may come, and an orderly end.

use super::request::tidy_path;
use crate::shutdown::Tasks;
use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// How long a client may take to send its headers.
const HEADERS_MAX: Duration = Duration::from_secs(10);
/// How long a client may take nothing of an answer before it is let go.
const STALL_MAX: Duration = Duration::from_mins(1);
/// The most connections at once.
const CONNECTIONS_MAX: usize = 10_000;
/// How long open requests may take to end.
const DRAIN_MAX: Duration = Duration::from_secs(6);

/// A place among the connections, as long as anybody holds a copy.
#[derive(Clone)]
struct Place(#[expect(dead_code, reason = "held, never looked at")] Arc<OwnedSemaphorePermit>);

/// Serves until `until` is done, then lets open requests end.
pub async fn serve(listener: TcpListener, router: Router, tasks: &Tasks, until: impl Future<Output = ()>) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut until = std::pin::pin!(until);
    let mut connections = Builder::new(TokioExecutor::new()).http1_only();
    connections.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_MAX).max_buf_size(64 << 10);
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: connections that end make room.
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut until => break,
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(STALL_MAX));
        let router = router.clone();
        // A connection that is upgraded keeps its place by what is known of its request.
        let place = Arc::new(place);
        let held = Place(place.clone());
        let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
            tidy_path(&mut request);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(held.clone());
            router.clone().oneshot(request.map(axum::body::Body::new))
        });
        let connection = connections
            .serve_connection_with_upgrades(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service))
            .into_owned();
        let watched = graceful.watch(connection);
        tasks.start(async move {
            let _place = place;
            // What goes wrong with one connection is its client's business.
            let _ = watched.await;
        });
    }
    drop(listener);
    tasks.drain();
    let _ = tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await;
}
