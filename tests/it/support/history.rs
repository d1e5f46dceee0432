//! Histories to test on: an open window, captured numbers, and a random past.

use super::clients::Client;
use super::{PASSWORD, TestApp};
use domain::agent::event::{AgentKind, Profile};
use domain::lead::LeadCommand;
use domain::lead::attempt::DialPolicy;
use domain::lead::capture::CaptureLead;
use domain::lead::event::{Person, Source};
use domain::phone::{Phone, Region};
use domain::principal::{Role, Scope};
use domain::status::Stage;
use domain::stream::StreamKind;
use lead_ledger::actions::dialing::set_schedule::ChangeSchedule;
use lead_ledger::actions::people::change::ChangePerson;
use lead_ledger::actions::people::place::Move;
use lead_ledger::actions::people::register::{Register, hash_password};
use lead_ledger::ledger::desk::Desk;
use lead_ledger::ledger::record::Action;
use lead_ledger::ledger::{Context, RecordError};
use lead_ledger::state::App;
use serde_json::{Value, json};

/// Dialing round the clock.
pub async fn open_dialing(app: &App) {
    let open = ChangeSchedule {
        skip_holidays: Some(true),
        holidays: Some(Vec::new()),
        switch_locked: Some(false),
        ..ChangeSchedule::always_open()
    };
    app.ledger.record(&Context::system("test"), &open).await.unwrap();
}

struct Capture {
    phone: String,
}

impl Action for Capture {
    type Answer = i64;

    async fn decide(&self, desk: &mut Desk<'_>) -> Result<i64, RecordError> {
        let id = desk.begin(StreamKind::Lead);
        let command = LeadCommand::Capture(Box::new(CaptureLead {
            at: desk.now(),
            num: desk.num(StreamKind::Lead).await?,
            source: Source::Panel,
            stage: Stage::New,
            agent_id: None,
            priority: 0,
            schedule_at: None,
            person: Person {
                phone: Some(Phone::try_new(&self.phone, Region::default()).unwrap()),
                ..Person::default()
            },
        }));
        Ok(desk.decide_lead(id, &command).await?.num)
    }
}

/// Captures numbers one after another; their ids are 1, 2, 3 ... on a fresh ledger.
pub async fn capture(app: &App, phones: impl IntoIterator<Item = String>) {
    for phone in phones {
        app.ledger.record(&Context::system("test"), &Capture { phone }).await.unwrap();
    }
}

/// A random past, the same for the same seed: batches, reports, revisions, late and repeated ones, unknown numbers, clicks.
pub async fn random(app: &TestApp, mut seed: u64, steps: usize) {
    const WORDS: [&str; 10] = [
        "CONNECTED",
        "FAILED",
        "NOT_INTERESTED",
        "MISSED",
        "HANGUP",
        "DISCONNECTED",
        "BUSY",
        "POWER_OFF",
        "BANNED",
        "UNKNOWN",
    ];
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let dialer = Client::dialer(app);
    if app.app.ledger.find_login("CalebG").await.unwrap().is_none() {
        documents_agents(&app.app).await;
    }
    let admin = Client::person(app, "admin").await;
    let (mut batch, mut call) = (json!(null), json!("none"));
    for _ in 0..steps {
        match next(10) {
            0 => app.clock.advance(chrono::Duration::minutes(i64::try_from(next(40)).unwrap())),
            1 | 2 => {
                let answer = dialer.next_batch(usize::try_from(next(5) + 1).unwrap()).await;
                assert_eq!(answer.status, 200, "{answer:?}");
                batch = answer.body["batch"]["batch_id"].clone();
            }
            3 => {
                let phone = format!("0935{:07}", next(30));
                let body =
                    json!({ "phone_number": phone, "status": WORDS[usize::try_from(next(10)).unwrap()] });
                assert_eq!(dialer.report(&body).await.status, 200);
            }
            4 => {
                // The numbers that are reported on too, by their own ids, of calls that are named and that are not.
                let click = json!({
                    "user": if next(2) == 0 { "CalebG" } else { "agent1" },
                    "phone": format!("+98935{:07}", next(30)), "lead_id": next(12),
                    "uniqueid": if next(2) == 0 { json!(null) } else { json!(format!("1740817{:03}.1", next(20))) },
                    "city": format!("City {}", next(3)), "notes": format!("noted {}", next(3)),
                });
                let answer = dialer.click(&click).await;
                assert_eq!(answer.status, 201, "{answer:?}");
            }
            5 | 6 => work(&admin, &mut call, &mut next).await,
            _ => {
                let body = json!({
                    "number_id": next(8) + 1, "phone_number": null, "batch_id": batch,
                    "status": WORDS[usize::try_from(next(10)).unwrap()],
                    "attempted_at": format!("2025-03-01T08:{:02}:{:02}+00:00", 30 + next(20), next(3)),
                    "user_message": if next(2) == 0 { json!(null) } else { json!(format!("said {}", next(4))) },
                });
                assert_eq!(dialer.report(&body).await.status, 200);
            }
        }
    }
}

/// What people do beside the dialer, in the words of two dialects; what a rule refuses is refused.
async fn work(admin: &Client, call: &mut Value, next: &mut impl FnMut(u64) -> u64) {
    const STATUSES: [&str; 4] = ["completed", "no-answer", "busy", "in-progress"];
    let lead = format!("/api/leads/{}", next(12) + 1);
    let answer = match next(9) {
        0 => {
            let quality = ["hot", "warm", "cold"][usize::try_from(next(3)).unwrap()];
            let body =
                json!({ "name": "Somebody", "phone": format!("+98935{:07}", next(30)), "quality": quality });
            admin.post("/api/leads", &body).await
        }
        1 => {
            let kind = if next(4) == 0 { "inbound" } else { "outbound" };
            let body = json!({ "leadId": (next(12) + 1).to_string(), "callType": kind });
            let answer = admin.post("/api/calls/initiate", &body).await;
            if answer.status == 201 {
                *call = answer.body["callId"].clone();
            }
            answer
        }
        2 => {
            let outcome = ["answered", "no_answer", "failed"][usize::try_from(next(3)).unwrap()];
            let body = json!({ "outcome": outcome, "duration_seconds": next(90) });
            admin.post(&format!("/api/v1/calls/{}/result", call.as_str().unwrap()), &body).await
        }
        3 => {
            let status = STATUSES[usize::try_from(next(4)).unwrap()];
            let body = json!({ "status": status, "notes": format!("noted {}", next(3)) });
            admin.put(&format!("/api/calls/{}", call.as_str().unwrap()), &body).await
        }
        7 => {
            let body = json!({ "reportDate": format!("2025-03-{:02}", next(9) + 1), "totalCalls": next(50) });
            admin.post("/api/reports", &body).await
        }
        8 => admin.put(&format!("/api/reports/{}", next(4) + 1), &json!({ "convertedLeads": next(9) })).await,
        4 => admin.post("/api/v1/calls/schedule", &json!({ "lead_id": (next(12) + 1).to_string() })).await,
        5 => {
            let status = ["new", "contacted", "converted"][usize::try_from(next(3)).unwrap()];
            admin.put(&lead, &json!({ "status": status, "value": next(100), "priority": "high" })).await
        }
        _ => admin.post(&format!("{lead}/assign"), &json!({ "assignedTo": "auto" })).await,
    };
    assert!(answer.status.as_u16() < 500, "{answer:?}");
}

/// The documents' agent `CalebG`, and `agent1`, who has a user name only.
pub async fn documents_agents(app: &App) {
    for (username, dialer_user_id, first_name, last_name) in
        [("CalebG", Some("CalebG"), "Caleb", "Galloway"), ("agent1", None, "Agent", "One")]
    {
        let register = Register {
            id: None,
            kind: AgentKind::Human,
            role: Role::Agent,
            department: None,
            dialer_user_id: dialer_user_id.map(ToOwned::to_owned),
            policy: DialPolicy::default(),
            scopes: Vec::new(),
            person: Profile {
                first_name: first_name.to_owned(),
                last_name: last_name.to_owned(),
                username: Some(username.to_owned()),
                ..Profile::default()
            },
            password_hash: None,
        };
        app.ledger.record(&Context::system("test"), &register).await.unwrap();
    }
}

/// Puts somebody under a supervisor.
pub async fn lead_by(app: &App, id: uuid::Uuid, supervisor: uuid::Uuid) {
    let change = ChangePerson { id, ..ChangePerson::default() };
    let joins = Move { change, department: None, supervisor_id: Some(Some(supervisor)), led_by: None };
    app.ledger.record(&Context::system("test"), &joins).await.unwrap();
}

/// Lets somebody log in with the tests' password, and do what these scopes say.
pub async fn let_in(app: &App, username: &str, scopes: &[Scope]) {
    let id = app.ledger.find_login(username).await.unwrap().unwrap();
    let change = ChangePerson {
        id,
        password_hash: Some(hash_password(PASSWORD).unwrap()),
        scopes: Some(scopes.to_vec()),
        ..ChangePerson::default()
    };
    app.ledger.record(&Context::system("test"), &change).await.unwrap();
}
