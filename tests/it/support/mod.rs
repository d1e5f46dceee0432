//! The service under test: a database of its own from a template, a clock of its own, real HTTP.

pub mod chromium;
pub mod clients;
pub mod documented;
pub mod history;
pub mod lock;
pub mod log;
pub mod pages;
pub mod proxied;
pub mod proxy;
pub mod readiness;
pub mod socket;
pub mod web_app;

use chrono::Duration;
use domain::time::Instant;
use lead_ledger::actions::people::register::{Register, hash_password};
use lead_ledger::clock::Clock;
use lead_ledger::config::Config;
use lead_ledger::dialects::router;
use lead_ledger::http::serve::serve;
use lead_ledger::ledger::Context;
use lead_ledger::postgres::{pool, throwaway};
use lead_ledger::state::App;
use projections::rebuild::{self, RebuildError, Report, Targets};
use sqlx::{Connection, Executor, PgConnection};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// The dialer's token in tests.
pub const DIALER_TOKEN: &str = "a dialer token for tests";
pub const FROM_DIALER_KEY: &str = "a from-dialer key for tests";
/// The admin's password in tests.
pub const PASSWORD: &str = "correct horse battery";

/// A clock that moves when told: the time of day, and how much time has passed.
pub struct TestClock(Mutex<(Instant, std::time::Duration)>);

impl TestClock {
    /// Saturday, 1 March 2025, noon in Tehran.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(("2025-03-01T08:30:00Z".parse().unwrap(), std::time::Duration::ZERO))))
    }

    /// Time passes.
    pub fn advance(&self, by: Duration) {
        let mut hands = self.0.lock().unwrap();
        *hands = (hands.0 + by, hands.1 + by.to_std().unwrap());
    }

    /// Somebody sets the time of day, forward or back; no time passes.
    pub fn set_off(&self, by: Duration) {
        self.0.lock().unwrap().0 += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.0.lock().unwrap().0
    }

    fn passed(&self) -> std::time::Duration {
        self.0.lock().unwrap().1
    }
}

/// A running service.
pub struct TestApp {
    pub app: App,
    pub clock: Arc<TestClock>,
    pub address: SocketAddr,
    pub database_url: String,
}

/// A fresh database with the schema in it; answers its URL.
pub async fn database() -> String {
    static TEMPLATE: OnceCell<(String, String)> = OnceCell::const_new();
    let (server, template) = TEMPLATE.get_or_init(make_template).await;
    let name = format!("test_{}", Uuid::now_v7().simple());
    let mut conn = PgConnection::connect(server).await.unwrap();
    conn.execute(&*format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    in_database(server, &name)
}

/// The URL of another database on the same server.
fn in_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let (host, _) = base.rsplit_once('/').unwrap();
    format!("{host}/{name}?{query}")
}

/// One template for each state of the migrations, whoever makes it first.
async fn make_template() -> (String, String) {
    #[expect(clippy::disallowed_methods, reason = "tests may be pointed at a server")]
    let given = std::env::var("TEST_DATABASE_URL").ok();
    let server = match given {
        Some(url) => url,
        None => tokio::task::spawn_blocking(|| throwaway::shared_cluster("it").unwrap()).await.unwrap(),
    };
    let hash = pool::MIGRATIONS.iter().fold(0u64, |hash, migration| {
        migration
            .checksum
            .iter()
            .fold(hash, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(*byte)))
    });
    let template = format!("template_{hash:016x}");
    let mut conn = PgConnection::connect(&server).await.unwrap();
    conn.execute("SELECT pg_advisory_lock(42)").await.unwrap();
    let is_there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(&template)
        .fetch_one(&mut conn)
        .await
        .unwrap();
    if !is_there {
        let making = format!("{template}_making");
        conn.execute(&*format!("DROP DATABASE IF EXISTS {making}")).await.unwrap();
        conn.execute(&*format!("CREATE DATABASE {making}")).await.unwrap();
        let pool = pool::connect(pool::options(&in_database(&server, &making)).unwrap()).await.unwrap();
        pool::migrate(&pool).await.unwrap();
        pool.close().await;
        // A session that is slow to end, or autovacuum, would be in the way of the name and of every copy.
        conn.execute(&*format!("ALTER DATABASE {making} ALLOW_CONNECTIONS false")).await.unwrap();
        sqlx::query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1")
            .bind(&making)
            .execute(&mut conn)
            .await
            .unwrap();
        conn.execute(&*format!("ALTER DATABASE {making} RENAME TO {template}")).await.unwrap();
    }
    conn.execute("SELECT pg_advisory_unlock(42)").await.unwrap();
    (server, template)
}

/// Settings: these, and what every test wants.
pub fn config(settings: &[(&str, &str)]) -> Config {
    let own = [
        ("LEDGER_BIND", "127.0.0.1:0"),
        ("DIALER_API_KEY", FROM_DIALER_KEY),
        ("LEDGER_RATE_LIMIT_GENERAL", "off"),
    ];
    let all = own.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read("", all.collect::<BTreeMap<_, _>>()).unwrap()
}

impl TestApp {
    /// A service on a fresh ledger: an admin, the dialer's token, no window, no number.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with these settings.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let this = Self::join_with(&database().await, TestClock::new(), config(settings)).await;
        this.app
            .ledger
            .register_first_admin(&this.app.config.first_admin(PASSWORD.to_owned()))
            .await
            .unwrap();
        this.app.ledger.ensure_dialer(DIALER_TOKEN, "IR").await.unwrap();
        this.app.ledger.ensure_from_dialer(FROM_DIALER_KEY, "GB").await.unwrap();
        this
    }

    /// A further service on a ledger.
    pub async fn join(database_url: &str, clock: Arc<TestClock>) -> Self {
        Self::join_with(database_url, clock, config(&[])).await
    }

    /// A further service on this ledger, with other settings.
    pub async fn serve_with(&self, config: Config) -> Self {
        Self::join_with(&self.database_url, self.clock.clone(), config).await
    }

    async fn join_with(database_url: &str, clock: Arc<TestClock>, config: Config) -> Self {
        let app = App::start(config, database_url, "a secret for tests", Some(clock.clone())).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (router, tasks) = (router(app.clone()), app.tasks.clone());
        app.tasks.start(async move { serve(listener, router, &tasks.clone(), tasks.stopping()).await });
        Self { app, clock, address, database_url: database_url.to_owned() }
    }

    /// The same with dialing round the clock and these numbers in the queue.
    pub async fn with_numbers(phones: &[&str]) -> Self {
        let this = Self::start().await;
        history::open_dialing(&this.app).await;
        history::capture(&this.app, phones.iter().map(|&phone| phone.to_owned())).await;
        this
    }

    /// Somebody with a role, who can log in with [`PASSWORD`].
    pub async fn register(&self, username: &str, role: domain::principal::Role, phone: Option<&str>) -> Uuid {
        let register = Register {
            id: None,
            kind: domain::agent::event::AgentKind::Human,
            role,
            department: None,
            dialer_user_id: None,
            policy: domain::lead::attempt::DialPolicy::default(),
            person: domain::agent::event::Profile {
                first_name: "Ali".to_owned(),
                last_name: "Ahmadi".to_owned(),
                username: Some(username.to_owned()),
                email: Some(format!("{username}@example.com")),
                phone: phone.map(ToOwned::to_owned),
            },
            scopes: Vec::new(),
            password_hash: Some(hash_password(PASSWORD).unwrap()),
        };
        self.app.ledger.record(&Context::system("test"), &register).await.unwrap().answer
    }

    /// The service's clock, in seconds since 1970.
    pub fn clock_seconds(&self) -> i64 {
        self.clock.now().timestamp()
    }

    /// The service's clock, as a dialer writes it.
    pub fn now_text(&self) -> String {
        self.clock.now().to_rfc3339()
    }

    /// Rebuilds everything beside the live rows and compares: the end of many tests.
    pub async fn rebuilt_equals_live(&self) -> Report {
        // A verification or rebuild that the test itself started may still be at it.
        let report = loop {
            match rebuild::run(&self.app.pool, &Targets::all(), true, Arc::new(|_, _| {})).await {
                Err(RebuildError::Busy) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                done => break done.unwrap(),
            }
        };
        assert!(report.is_clean(), "{report:#?}");
        report
    }

    /// How many events of this type the log holds.
    pub async fn count(&self, event_type: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = $1")
            .bind(event_type)
            .fetch_one(&self.app.pool)
            .await
            .unwrap()
    }
}
