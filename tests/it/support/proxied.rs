//! The service under test behind a network that fails when told.

use super::lock::LedgerLock;
use super::proxy::Proxy;
use super::{DIALER_TOKEN, FROM_DIALER_KEY, PASSWORD, TestApp, TestClock, config, database, history};
use lead_ledger::postgres::pool;
use projections::rebuild::{self, Targets};
use sqlx::{Connection, PgConnection};
use std::sync::Arc;
use std::time::Duration;

/// A service whose every connection to the database goes through the proxy.
pub struct Proxied {
    pub app: TestApp,
    pub proxy: Proxy,
}

impl Proxied {
    /// A fresh ledger as of [`TestApp::start`], dialing round the clock, with these numbers in the queue.
    pub async fn with_numbers(phones: &[&str]) -> Self {
        let database_url = database().await;
        let proxy = Proxy::in_front_of(&database_url).await;
        let app = TestApp::join_with(proxy.url(), TestClock::new(), config(&[])).await;
        let app = TestApp { database_url, ..app };
        let ledger = &app.app.ledger;
        ledger.register_first_admin(&app.app.config.first_admin(PASSWORD.to_owned())).await.unwrap();
        ledger.ensure_dialer(DIALER_TOKEN, "IR").await.unwrap();
        ledger.ensure_from_dialer(FROM_DIALER_KEY, "GB").await.unwrap();
        history::open_dialing(&app.app).await;
        history::capture(&app.app, phones.iter().map(|&phone| phone.to_owned())).await;
        Self { app, proxy }
    }

    /// Asks for something whose append waits for the ledger's lock; meanwhile the service loses its connection, and the
    /// statement goes on at the server.
    pub async fn lose_the_append_of<T>(&self, asked: impl Future<Output = T>) -> T {
        let mut lock = LedgerLock::take(&self.app.database_url).await;
        let before = self.proxy.injected().cut_after;
        self.proxy.cut_after_next_statement_containing("ledger_append");
        let lose = async {
            assert!(lock.is_awaited_by(1, Duration::from_secs(5)).await, "nothing was appended");
            // Now the service asks what became of it, and waits too; a service that waits otherwise is not waited for.
            lock.is_awaited_by(2, Duration::from_millis(500)).await;
            lock.release().await;
        };
        let (answer, ()) = tokio::join!(asked, lose);
        assert_eq!(self.proxy.injected().cut_after, before + 1, "no connection was lost");
        answer
    }

    /// How many events of this type the log holds, asked beside the proxy.
    pub async fn count(&self, event_type: &str) -> i64 {
        let mut conn = PgConnection::connect(&self.app.database_url).await.unwrap();
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = $1")
            .bind(event_type)
            .fetch_one(&mut conn)
            .await
            .unwrap()
    }

    /// The same as [`TestApp::rebuilt_equals_live`], beside the proxy.
    pub async fn rebuilt_equals_live(&self) {
        let pool = pool::connect_some(pool::options(&self.app.database_url).unwrap(), 4).await.unwrap();
        let report = rebuild::run(&pool, &Targets::all(), true, Arc::new(|_, _| {})).await.unwrap();
        assert!(report.is_clean(), "{report:#?}");
    }
}
