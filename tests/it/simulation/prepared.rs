//! What every history begins with: one ledger, copied for each.

use super::History;
use super::plan::{NUMBERS, phone_of};
use super::process::Process;
use crate::support::{DIALER_TOKEN, FROM_DIALER_KEY, PASSWORD, database, history};
use domain::agent::Agent;
use lead_ledger::http::tokens::Use;
use lead_ledger::postgres::pool;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use std::sync::Arc;
use uuid::Uuid;

/// A ledger that nobody uses: an admin, an agent, dialing round the clock, numbers.
pub struct Prepared {
    pub admin: (Uuid, Arc<Agent>),
    /// The admin's token.
    pub token: String,
    database_url: String,
}

impl Prepared {
    pub async fn make() -> Self {
        let database_url = database().await;
        let process = Process::start(&database_url, "prepared".to_owned()).await;
        let alive = process.alive().unwrap();
        let app = alive.app.clone();
        let made = alive.within(async move {
            let ledger = &app.ledger;
            ledger.register_first_admin(&app.config.first_admin(PASSWORD.to_owned())).await.unwrap();
            ledger.ensure_dialer(DIALER_TOKEN, "IR").await.unwrap();
            ledger.ensure_from_dialer(FROM_DIALER_KEY, "IR").await.unwrap();
            history::documents_agents(&app).await;
            history::open_dialing(&app).await;
            history::capture(&app, (1..=NUMBERS).map(phone_of)).await;
            let id = ledger.find_login("admin").await.unwrap().unwrap();
            let agent = ledger.current_agent(id).await.unwrap();
            let token = app.tokens.issue(Use::Api, id, &agent).unwrap();
            let head = ledger.views().head().await.unwrap();
            assert!(ledger.wait_followed(head).await);
            ((id, agent), token)
        });
        let (admin, token) = made.await.unwrap();
        drop(alive);
        process.kill();
        Self { admin, token, database_url }
    }

    /// A copy, and a few connections to it beside every network.
    pub async fn database(&self) -> (String, PgPool) {
        let (server, name) = self.server();
        let copy = format!("simulated_{}", Uuid::now_v7().simple());
        let mut conn = PgConnection::connect(&server).await.unwrap();
        // Whoever was connected last may be slow to go.
        while conn.execute(&*format!("CREATE DATABASE {copy} TEMPLATE {name}")).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let url = self.database_url.replacen(&name, &copy, 1);
        let pool = pool::connect_some(pool::options(&url).unwrap(), 8).await.unwrap();
        (url, pool)
    }

    /// Removes a copy. That of a history that failed stays.
    pub async fn remove(&self, history: &History) {
        history.pool.close().await;
        let (server, name) = self.server();
        let copy = database_of(&history.database_url);
        assert_ne!(copy, name);
        drop_database(&server, &copy).await;
    }

    pub async fn end(&self) {
        let (server, name) = self.server();
        drop_database(&server, &name).await;
    }

    /// The server by another of its databases, and the name of this one.
    fn server(&self) -> (String, String) {
        let name = database_of(&self.database_url);
        (self.database_url.replacen(&name, "postgres", 1), name)
    }
}

fn database_of(url: &str) -> String {
    url.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn drop_database(server: &str, database: &str) {
    let mut conn = PgConnection::connect(server).await.unwrap();
    let _ = conn.execute(&*format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).await;
}
