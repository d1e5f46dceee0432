//! A process of the service: on a runtime of its own, so that it can be killed between any two of its steps, behind a network of
//! its own.

use crate::support::config;
use crate::support::proxy::Proxy;
use lead_ledger::dialects::router;
use lead_ledger::http::serve::serve;
use lead_ledger::state::App;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};

/// The secret of the tokens of every process.
const SECRET: &str = "a secret for tests";
/// How long a process may take to start, faults and all.
const START_MAX: Duration = Duration::from_secs(30);

/// A process that runs.
#[derive(Clone)]
pub struct Alive {
    pub app: App,
    pub base: String,
    handle: Handle,
}

impl Alive {
    /// Does something within the process; `None` if it was killed meanwhile.
    pub async fn within<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.handle.spawn(work).await.ok()
    }
}

/// A process, alive or dead.
pub struct Process {
    pub proxy: Proxy,
    name: String,
    life: Mutex<Option<(Runtime, Alive)>>,
}

impl Process {
    /// Starts one on this database. Its threads bear the name, by which its panics are known.
    pub async fn start(database_url: &str, name: String) -> Self {
        let proxy = Proxy::in_front_of(database_url).await;
        let this = Self { proxy, name, life: Mutex::default() };
        this.revive().await;
        this
    }

    pub fn alive(&self) -> Option<Alive> {
        self.life.lock().unwrap().as_ref().map(|(_, alive)| alive.clone())
    }

    /// Ends it as `kill -9` does: no task takes another step, and every connection is gone. False if it was dead.
    pub fn kill(&self) -> bool {
        let Some((runtime, alive)) = self.life.lock().unwrap().take() else { return false };
        self.proxy.cut_all();
        drop(alive);
        runtime.shutdown_background();
        true
    }

    /// Starts it again as whoever looks after it would: until it runs.
    pub async fn revive(&self) {
        let until = Instant::now() + START_MAX;
        while self.alive().is_none() {
            let runtime =
                Builder::new_multi_thread().worker_threads(1).thread_name(&self.name).enable_all().build();
            let runtime = runtime.unwrap();
            match runtime.handle().spawn(begin(self.proxy.url().to_owned())).await {
                Ok(Ok(alive)) => *self.life.lock().unwrap() = Some((runtime, alive)),
                failed => {
                    runtime.shutdown_background();
                    assert!(Instant::now() < until, "a process does not start: {:?}", failed.err());
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn begin(url: String) -> anyhow::Result<Alive> {
    let app = App::start(config(&[]), &url, SECRET, None).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let (router, tasks) = (router(app.clone()), app.tasks.clone());
    app.tasks.start(async move { serve(listener, router, &tasks.clone(), tasks.stopping()).await });
    Ok(Alive { app, base, handle: Handle::current() })
}
