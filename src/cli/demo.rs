//! What does `--demo` put into an empty ledger? The documents' own people, an always open window, 200 numbers.

use super::serve::admin_token;
use crate::actions::dialing::set_schedule::ChangeSchedule;
use crate::actions::numbers::add::CaptureNumbers;
use crate::actions::people::register::{Register, checked_hash};
use crate::ledger::Context;
use crate::state::App;
use domain::agent::event::{AgentKind, Profile};
use domain::lead::attempt::DialPolicy;
use domain::lead::event::Source;
use domain::phone::{Phone, Region};
use domain::principal::{Role, Scope};
use uuid::{Uuid, uuid};

/// B-017, B-018
const AGENTS: [(&str, &str, &str); 7] = [
    ("CalebG", "Caleb", "Galloway"),
    ("DaniC", "Danielle", "Crutchley"),
    ("JakeR", "Jake", "Rose"),
    ("LeiaG", "Leia", "Garbitt"),
    ("LibbyL", "Liberty", "Liddle-Old"),
    ("ImaniU", "Roheece", "Imani Hines"),
    ("Tyler", "Tyler", "Gittoes-Lemm"),
];
/// The agents that document 002 creates its leads for.
const AI_AGENTS: [Uuid; 2] =
    [uuid!("53420311-13b0-44c5-93df-30f38985e7a0"), uuid!("fe3e7b28-a9d5-4967-a78c-1e18bad870c4")];
const NUMBERS: usize = 200;

/// Fills the ledger if it has no lead; its people log in with `password`. Answers a token of its first admin.
pub async fn fill(app: &App, password: Option<&str>) -> anyhow::Result<Option<String>> {
    let context = Context::system("demo");
    // The names tell, not the read models: those may be folded anew.
    let is_filled = app.ledger.find_login(AGENTS[0].0).await?.is_some();
    if !is_filled && app.ledger.views().highest_lead_num().await? == 0 {
        let password_hash = password.map(checked_hash).transpose()?;
        let human = |name, names| Register {
            password_hash: password_hash.clone(),
            ..person(None, AgentKind::Human, name, names, None)
        };
        for (name, first, last) in AGENTS {
            app.ledger.record(&context, &human(name, (first, last))).await?;
        }
        let mut agent1 = human("agent1", ("Agent", "One"));
        agent1.person.phone = Some("09121111111".to_owned());
        app.ledger.record(&context, &agent1).await?;
        let qualifier =
            Register { scopes: vec![Scope::LeadsQualify], ..human("qualifier1", ("Qualifier", "One")) };
        app.ledger.record(&context, &qualifier).await?;
        for (id, name) in AI_AGENTS.into_iter().zip(["ai-agent-1", "ai-agent-2"]) {
            app.ledger
                .record(&context, &person(Some(id), AgentKind::Ai, name, ("AI", "Agent"), None))
                .await?;
        }
        app.ledger.record(&context, &ChangeSchedule::always_open()).await?;
        let others = (1..NUMBERS).map(|n| format!("0912100{n:04}"));
        let raw = ["09123456789".to_owned()].into_iter().chain(others);
        let phones = raw.map(|raw| Phone::try_new(&raw, Region::default())).collect::<Result<Vec<_>, _>>()?;
        app.ledger.record(&context, &CaptureNumbers { phones: &phones, source: Source::Panel }).await?;
    }
    let admin = app.ledger.find_login(&app.config.admin_username).await?;
    Ok(admin.and_then(|id| admin_token(app, id)))
}

fn person(
    id: Option<Uuid>,
    kind: AgentKind,
    name: &str,
    (first, last): (&str, &str),
    phone: Option<String>,
) -> Register {
    Register {
        id,
        kind,
        role: Role::Agent,
        department: None,
        dialer_user_id: (kind == AgentKind::Human).then(|| name.to_owned()),
        policy: DialPolicy::default(),
        scopes: Vec::new(),
        person: Profile {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            username: Some(name.to_owned()),
            email: None,
            phone,
        },
        password_hash: None,
    }
}
