//! Who starts the private server again when it dies? A thread that looks at it five times a second.

use super::embedded::Embedded;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the server is looked at.
const EVERY: Duration = Duration::from_millis(200);

/// A supervised server; dropping it stops the server and waits for that.
#[derive(Debug)]
pub struct Supervisor {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    /// Looks after a running server.
    pub fn start(embedded: Embedded) -> Self {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || watch(embedded, &stopped));
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

fn watch(mut embedded: Embedded, stopped: &Receiver<()>) {
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        match embedded.restart_if_dead() {
            Ok(false) => {}
            Ok(true) => tracing::warn!("the private PostgreSQL server had died and was started again"),
            Err(error) => tracing::error!(%error, "the private PostgreSQL server does not start"),
        }
    }
    embedded.stop();
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there was reported; the server ends with its pipe all the same.
            let _ = thread.join();
        }
    }
}
