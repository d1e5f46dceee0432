//! How does everything end? Every background task is started here, told here, and waited for here.

use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long tasks may take to end once every connection is closed. With the five seconds that requests in flight have, the
/// service ends within ten seconds, the time that container runtimes give it.
const PATIENCE: Duration = Duration::from_secs(3);

/// The tasks of a running service.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    token: CancellationToken,
    listening: CancellationToken,
}

impl Tasks {
    /// Starts a task; it ends by itself or when [`Tasks::stopping`] says so.
    pub fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        #[expect(clippy::disallowed_methods, reason = "this is its one home")]
        tokio::spawn(self.tracker.track_future(task));
    }

    /// Is done when the service is to end.
    pub async fn stopping(&self) {
        self.token.cancelled().await;
    }

    /// Whether the service is to end.
    pub fn is_stopping(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Is done when nobody new is let in: whoever only listens is sent away, so that requests can end.
    pub async fn draining(&self) {
        self.listening.cancelled().await;
    }

    /// Sends those away who only listen.
    pub fn drain(&self) {
        self.listening.cancel();
    }

    /// Tells every task to end.
    pub fn stop(&self) {
        self.drain();
        self.token.cancel();
        self.tracker.close();
    }

    /// Waits until all have ended; false if some did not in time.
    pub async fn wait(&self) -> bool {
        tokio::time::timeout(PATIENCE, self.tracker.wait()).await.is_ok()
    }
}

/// Is done when the operator asks the service to end: Ctrl-C or SIGTERM.
pub async fn asked() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
