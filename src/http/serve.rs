//! How are connections taken? An accept loop that always has room for one more, and an orderly end.
//!
//! At the end, in this order: nobody new is let in; those who only listen are told where to come back; connections that
//! wait for a request are closed; requests in flight are answered for `DRAIN_MAX`; what is left is cut off.

use super::connections::{Connections, Place, Seat, Served};
use super::descriptors;
use super::request::tidy_path;
use super::wire::Wire;
use crate::shutdown::Tasks;
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::response::Response;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// How long a client may take nothing of an answer before it is let go.
const STALL_MAX: Duration = Duration::from_mins(1);
/// How long open requests may take to end.
const DRAIN_MAX: Duration = Duration::from_secs(5);
/// How often connections that wait too long are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// The pause after a connection could not be taken; it doubles up to `BACK_OFF_MAX` while none can.
const BACK_OFF: Duration = Duration::from_millis(20);
const BACK_OFF_MAX: Duration = Duration::from_secs(1);
/// How often it is logged that connections cannot be taken.
const COMPLAIN_EVERY: Duration = Duration::from_secs(10);

/// Serves until `until` is done, then lets open requests end.
pub async fn serve(listener: TcpListener, router: Router, tasks: &Tasks, until: impl Future<Output = ()>) {
    let connections = Connections::new(descriptors::connections_max());
    let server = Server { router, connections, graceful: GracefulShutdown::new(), builder: builder() };
    tokio::select! {
        () = server.accept_all(&listener, tasks) => {}
        () = server.sweep_all() => {}
        () = until => {}
    }
    drop(listener);
    tasks.drain();
    server.connections.end_waiting();
    let Server { connections, graceful, .. } = server;
    if tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were not answered in time and are cut off");
    }
    connections.end_all();
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    // How long a head may take is watched by `Connections`, which tells a head that has begun from an idle client.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(64 << 10);
    builder
}

struct Server {
    router: Router,
    connections: Arc<Connections>,
    graceful: GracefulShutdown,
    builder: Builder<TokioExecutor>,
}

impl Server {
    async fn sweep_all(&self) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            self.connections.sweep();
        }
    }

    async fn accept_all(&self, listener: &TcpListener, tasks: &Tasks) {
        let mut failures = Failures::default();
        loop {
            self.connections.room().await;
            match listener.accept().await {
                Ok((stream, peer)) => {
                    failures = Failures { logged: failures.logged, ..Failures::default() };
                    self.take(stream, peer, tasks);
                }
                // That client went away before it was taken; others wait.
                Err(error) if is_of_client(&error) => {}
                Err(error) => {
                    // Out of file descriptors, most likely: connections that are closed make room.
                    let closed = self.connections.make_room(self.connections.slack());
                    tokio::time::sleep(failures.add(&error, closed)).await;
                }
            }
        }
    }

    fn take(&self, stream: TcpStream, peer: SocketAddr, tasks: &Tasks) {
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(STALL_MAX));
        let place = self.connections.take();
        let seat = place.seat().clone();
        let (router, held) = (self.router.clone(), place.clone());
        let service = tower::service_fn(move |request| answer(router.clone(), held.clone(), peer, request));
        let wire = TokioIo::new(Wire::new(stream, seat.clone()));
        let connection = self.builder.serve_connection_with_upgrades(wire, TowerToHyperService::new(service));
        let watched = self.graceful.watch(connection.into_owned());
        tasks.start(async move {
            tokio::select! {
                biased;
                () = seat.ended() => {}
                // What goes wrong with one connection is its client's business.
                _ = watched => {}
            }
            drop(place);
        });
    }
}

/// The connection is being closed; the request was not begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the connection is being closed")]
struct Closing;

async fn answer(
    router: Router,
    place: Place,
    peer: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<Response<Answered>, Closing> {
    let seat = place.seat().clone();
    let served = seat.begin(!request.body().is_end_stream()).ok_or(Closing)?;
    let arriving = |body| Body::new(Arriving { body, seat: seat.clone() });
    let mut request = request.map(arriving);
    tidy_path(&mut request);
    request.extensions_mut().insert(ConnectInfo(peer));
    // A connection that is upgraded keeps its place by what is known of its request.
    request.extensions_mut().insert(place);
    let response = router.oneshot(request).await.unwrap_or_else(|never: Infallible| match never {});
    seat.received();
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        seat.upgraded();
    }
    Ok(response.map(|body| Answered { body, _served: served }))
}

/// The body of a request; its seat is told when all of it has come.
struct Arriving {
    body: Incoming,
    seat: Arc<Seat>,
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.seat.received();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer; the request counts as being answered until it is handed over.
struct Answered {
    body: Body,
    _served: Served,
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether only the client that knocked is to blame.
fn is_of_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    [ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted].contains(&error.kind())
}

/// Connections that could not be taken, one after the other.
#[derive(Default)]
struct Failures {
    count: u32,
    logged: Option<Instant>,
}

impl Failures {
    /// Counts one; answers how long to wait before the next try.
    fn add(&mut self, error: &std::io::Error, closed: usize) -> Duration {
        self.count += 1;
        if self.logged.is_none_or(|logged| logged.elapsed() >= COMPLAIN_EVERY) {
            let failures = self.count;
            tracing::warn!(%error, failures, closed, "a connection could not be taken; idle ones are closed");
            self.logged = Some(Instant::now());
        }
        (BACK_OFF * 2u32.saturating_pow(self.count.min(10) - 1)).min(BACK_OFF_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Issue 14, part 5
    #[tokio::test(start_paused = true)]
    async fn accept_errors_back_off_to_one_try_a_second() {
        let mut failures = Failures::default();
        let error = std::io::Error::from_raw_os_error(24);
        let pauses: Vec<_> = (0..8).map(|_| failures.add(&error, 0).as_millis()).collect();
        assert_eq!(pauses, [20, 40, 80, 160, 320, 640, 1_000, 1_000]);
        assert!(!is_of_client(&error));
    }
}
