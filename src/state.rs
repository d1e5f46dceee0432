//! What does a running service hold? Put together once, in the order in which the parts need each other.

use crate::actions::people::machines::Machines;
use crate::call_provider::{CallProvider, Simulated, Twilio};
use crate::clock::{Clock, DatabaseClock};
use crate::config::{Config, Provider};
use crate::exports::job::Exports;
use crate::files::turns::Turns;
use crate::http::descriptors;
use crate::http::limits::Limits;
use crate::http::log_in_limits::LogInLimits;
use crate::http::tokens::{Claims, REVOCATION_KEPT_SECONDS, Tokens, Use};
use crate::ledger::following::Following;
use crate::ledger::heads::Heads;
use crate::ledger::lane::{Lane, Told};
use crate::ledger::load::Loader;
use crate::ledger::{Context, Ledger, RecordError};
use crate::live::hub::Hub;
use crate::live::places::Places;
use crate::postgres::pool;
use crate::shutdown::Tasks;
use crate::work::bulks::Bulks;
use crate::work::calls::Calls;
use crate::work::follow::Follow;
use crate::work::rebuilds::Rebuilds;
use crate::work::verifications::Verifications;
use crate::work::{refold, settle, tick};
use anyhow::Context as _;
use domain::agent::Agent;
use domain::keys::Key;
use domain::principal::{Principal, Role};
use domain::time::Instant;
use projections::folds;
use sqlx::PgPool;
use std::ops::Deref;
use std::sync::{Arc, Weak};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

/// Connections for what is looked up by key: streams and numbers of the loader, histories of the views.
const LOOKUPS: u32 = 4;
/// Connections for downloads of the log.
const DOWNLOADS: u32 = 2;
/// Committed batches that wait for the follower; more are read from the log.
const HANDOVER_MAX: usize = 256;

/// A running service. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The same, for whoever must not keep it running: what clients hold open is one of those.
#[derive(Clone)]
pub struct WeakApp(Weak<Parts>);

impl WeakApp {
    /// The service, if it still runs.
    pub fn upgrade(&self) -> Option<App> {
        self.0.upgrade().map(App)
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The parts of a running service.
pub struct Parts {
    pub config: Arc<Config>,
    pub ledger: Ledger,
    pub pool: PgPool,
    pub tokens: Arc<Tokens>,
    pub machines: Arc<Machines>,
    pub log_ins: Arc<LogInLimits>,
    pub limits: Arc<Limits>,
    /// Turns at hashing passwords.
    pub hashing: Semaphore,
    /// Turns at reading files that were uploaded.
    pub files: Turns,
    pub rebuilds: Rebuilds,
    pub verifications: Verifications,
    pub bulks: Bulks,
    pub exports: Exports,
    /// What happens, told while it happens.
    pub hub: Hub,
    /// Places of those who listen.
    pub places: Places,
    /// `None`: nobody places calls.
    pub calls: Option<Calls>,
    pub tasks: Tasks,
}

impl App {
    /// Connects to the database at `url`, migrates it and starts everything that runs by itself. `clock`: `None` is the
    /// database's own.
    pub async fn start(
        config: Config,
        url: &str,
        jwt_secret: &str,
        clock: Option<Arc<dyn Clock>>,
    ) -> anyhow::Result<Self> {
        let pool = pool::reach(url).await?;
        let options = (*pool.connect_options()).clone();
        pool::migrate(&pool).await.context("the database could not be brought up to date")?;
        // Asked for while the log of a new ledger is still empty: of that nothing is old.
        let stale = folds::stale(&pool).await.context("the folds' versions could not be read")?;
        let tasks = Tasks::default();
        let clock = match clock {
            Some(clock) => clock,
            None => database_clock(&pool, &tasks).await?,
        };
        let (handover, handed) = mpsc::channel(HANDOVER_MAX);
        let (following, heads) = (Arc::<Following>::default(), Arc::<Heads>::default());
        let told = Told { handover, following: following.clone(), heads: heads.clone() };
        let by_key = pool::by_key(options);
        let (lane, lane_worker) = Lane::new(by_key.clone(), clock.clone(), told);
        // A few of their own: statements that come this often should find the same warm backends.
        let lookups = pool::connect_some(by_key.clone(), LOOKUPS).await?;
        let downloads = pool::connect_some((*pool.connect_options()).clone(), DOWNLOADS).await?;
        let (loader, load_worker) = Loader::new(lookups.clone());
        let loader = Arc::new(loader);
        tasks.start(lane_worker.run());
        tasks.start(load_worker.run());
        tasks.start(heads.run(lookups.clone(), loader.clone(), tasks.clone()));
        tasks.start(Follow::new(by_key, handed, following.clone(), clock.now(), tasks.clone()).run());
        let watched = following.watch();
        let ledger = Ledger::new(pool.clone(), lookups, downloads, clock.clone(), lane, loader, following);
        ledger.ensure_open(config.timezone.name()).await.context("the ledger could not be opened")?;
        let head = ledger.views().head().await.context("the log could not be read")?;
        let hub = Hub::new(ledger.clone(), head);
        tasks.start(hub.clone().run(watched, tasks.clone()));
        tasks.start(settle::run(ledger.clone(), tasks.clone()));
        tasks.start(refold::run(ledger.clone(), pool.clone(), stale, tasks.clone()));
        let lease = chrono::Duration::minutes(i64::from(config.lease_minutes));
        let calls = match &config.call_provider {
            None => None,
            Some(provider) => Some({
                let provider = call_provider(provider, &config)?;
                Calls::new(ledger.clone(), provider, lease, config.region_telecaller)
            }),
        };
        let dials = calls.clone().filter(|_| config.autodial);
        tasks.start(tick::run(ledger.clone(), dials, tasks.clone()));
        Ok(Self(Arc::new(Parts {
            tokens: Arc::new(Tokens::new(jwt_secret, clock.clone())),
            machines: Arc::new(Machines::new(ledger.clone())),
            hashing: Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)),
            files: Turns::default(),
            log_ins: Arc::new(LogInLimits::new(config.limits.auth, clock.clone())),
            limits: Arc::new(Limits::new(config.limits, &clock)),
            rebuilds: Rebuilds::new(ledger.clone(), pool.clone()),
            verifications: Verifications::new(pool.clone()),
            bulks: Bulks::new(ledger.clone()),
            exports: Exports::new(ledger.clone()),
            hub,
            // Half of all connections at most: those who listen keep theirs.
            places: Places::new(descriptors::connections_max() / 2),
            calls,
            config: Arc::new(config),
            ledger,
            pool,
            tasks,
        })))
    }
}

/// The database's clock, asked again from time to time.
async fn database_clock(pool: &PgPool, tasks: &Tasks) -> anyhow::Result<Arc<dyn Clock>> {
    let clock = Arc::new(DatabaseClock::try_new(pool).await.context("the database does not tell its time")?);
    let (asked, pool, stopping) = (clock.clone(), pool.clone(), tasks.clone());
    tasks.start(async move {
        while !stopping.is_stopping() {
            tokio::select! {
                () = tokio::time::sleep(crate::clock::ASK_EVERY) => {}
                () = stopping.stopping() => return,
            }
            if let Err(error) = asked.ask(&pool).await {
                tracing::debug!(%error, "the database was not asked for the time; this process counts on");
            }
        }
    });
    Ok(clock)
}

/// Who places calls, by the settings.
fn call_provider(provider: &Provider, config: &Config) -> anyhow::Result<Arc<dyn CallProvider>> {
    match provider {
        Provider::Simulated => Ok(Arc::new(Simulated)),
        Provider::Twilio { account_sid, auth_token, from, api_base } => {
            let [account_sid, auth_token] = [account_sid.clone(), auth_token.0.clone()];
            let (from, api_base, public_url) = (from.clone(), api_base.clone(), config.public_url.clone());
            let twilio = Twilio::try_new(account_sid, auth_token, from, api_base, public_url);
            let twilio =
                twilio.context("no HTTPS client could be made; are the system's certificates installed?")?;
            Ok(Arc::new(twilio))
        }
    }
}

impl App {
    /// Where the database is, for messages.
    pub fn database_place(&self) -> String {
        pool::place(&self.pool.connect_options())
    }

    /// Does not keep it running.
    pub fn downgrade(&self) -> WeakApp {
        WeakApp(Arc::downgrade(&self.0))
    }

    /// Ends what runs by itself and waits for it: for commands, which are done when they are done.
    pub async fn end(self) {
        let tasks = self.tasks.clone();
        tasks.stop();
        drop(self);
        tasks.wait().await;
    }
}

/// A person whose token is good now.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub agent: Arc<Agent>,
}

impl Person {
    /// The role as it is now.
    pub fn role(&self) -> Role {
        self.agent.role
    }

    /// Who acts.
    pub fn principal(&self) -> Principal {
        Principal::Person { id: self.id.into(), role: self.agent.role }
    }
}

impl App {
    /// The person that this token belongs to: active, and nothing has made the token void.
    pub async fn find_person(&self, token: &str) -> Result<Option<Person>, RecordError> {
        self.find_session(Use::Api, token).await
    }

    /// The person who shows this token for this use, and has not logged out with it.
    pub async fn find_session(&self, use_of: Use, token: &str) -> Result<Option<Person>, RecordError> {
        let Some(claims) = self.tokens.read(use_of, token) else { return Ok(None) };
        if self.ledger.is_ended(claims.jti).await? {
            return Ok(None);
        }
        self.person(&claims).await
    }

    /// Ends a session: its token is void from now on.
    pub async fn end_session(&self, context: &Context, use_of: Use, token: &str) -> Result<(), RecordError> {
        let Some(claims) = self.tokens.read(use_of, token) else { return Ok(()) };
        let until = claims.exp.saturating_add(REVOCATION_KEPT_SECONDS);
        let until = Instant::from_timestamp(until, 0).unwrap_or_default();
        self.ledger.use_once(context, Key::ended_session(claims.jti), until).await.map(|_| ())
    }

    async fn person(&self, claims: &Claims) -> Result<Option<Person>, RecordError> {
        let agent = self.ledger.current_agent(claims.sub).await?;
        let is_good = agent.exists() && agent.is_active && agent.token_epoch == claims.epoch;
        Ok(is_good.then_some(Person { id: claims.sub, agent }))
    }
}
