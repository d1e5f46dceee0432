//! Clicks: `POST /api/leads/from-dialer`, each a lead that nobody knows yet, answered durable and followed.

use super::client::{self, Client, Tally, Times};
use super::{Stage, phone};
use crate::actions::people::register::Register;
use crate::ledger::Context;
use domain::agent::event::{AgentKind, Profile};
use domain::lead::attempt::DialPolicy;
use domain::principal::Role;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The key of the service under test.
const KEY: &str = "bench-click-key";
/// Numbers from here on were not captured by any other measurement.
const FIRST: usize = 50_000_000;

/// Clicks for the stage's seconds.
pub async fn run(stage: &Stage, clients: usize) -> anyhow::Result<Times> {
    stage.app.ledger.ensure_from_dialer(KEY, "IR").await?;
    let username = "CalebG".to_owned();
    let agent = Register {
        id: None,
        kind: AgentKind::Human,
        role: Role::Agent,
        department: None,
        dialer_user_id: Some(username.clone()),
        policy: DialPolicy::default(),
        scopes: Vec::new(),
        person: Profile { username: Some(username), ..Profile::default() },
        password_hash: None,
    };
    stage.app.ledger.record(&Context::system("bench"), &agent).await?;
    let until = Instant::now() + Duration::from_secs(stage.seconds);
    let address = stage.address;
    let next = Arc::new(AtomicUsize::new(FIRST));
    client::run(clients, |_| {
        let next = next.clone();
        async move {
            let mut client = Client::connect(address).await?;
            let mut tally = Tally::default();
            while Instant::now() < until {
                let request = click(&phone(next.fetch_add(1, Ordering::Relaxed)));
                client.write(&request, &mut tally).await?;
            }
            Ok(tally)
        }
    })
    .await
}

/// The document's own body, of another person each time.
fn click(phone: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"dialer_user_id":"CalebG","full_name":"Test Lead","phone":"{phone}","email":"test@example.com","address1":"123 Test Street","city":"London","postal_code":"SW1A 1AA","notes":"Test lead from dialer"}}"#
    );
    format!(
        "POST /api/leads/from-dialer/ HTTP/1.1\r\nhost: bench\r\nx-dialer-api-key: {KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
