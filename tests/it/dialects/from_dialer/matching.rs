//! Which lead a click means: by every id that a dialer knows it by, and by the phone of whatever lead has it.

use crate::support::clients::{Client, report};
use crate::support::{TestApp, history};
use serde_json::{Value, json};

const LEADS: &str = "/api/v1/leads/";

struct Here {
    app: TestApp,
    client: Client,
    admin: Client,
    /// An AI agent of the scheduling dialect.
    agent: Value,
}

async fn start() -> Here {
    let app = TestApp::start().await;
    history::documents_agents(&app.app).await;
    history::open_dialing(&app.app).await;
    let admin = Client::person(&app, "admin").await;
    let agent = admin.post("/api/v1/agents/", &json!({ "name": "Sales Agent" })).await.body["id"].clone();
    Here { client: Client::nobody(&app), app, admin, agent }
}

impl Here {
    /// A lead of an agent, made by the scheduling dialect; answers its UUID.
    async fn scheduled(&self, agent: &Value, phone: &str) -> Value {
        let body = json!({ "agent_id": agent, "first_name": "B", "phone_e164": phone });
        let answer = self.admin.post(LEADS, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body["id"].clone()
    }

    async fn click(&self, body: Value) -> Value {
        let answer = self.client.click(&body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.body
    }

    /// The UUID of the lead that a click answered with.
    async fn lead_id(&self, answer: &Value) -> Value {
        self.admin.get(&format!("{LEADS}{}", answer["lead"]["id"])).await.body["id"].clone()
    }
}

/// Api-fault 2 (B-037, B-043, C-12): a click is taken whatever leases are on the phones it speaks of.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_on_a_phone_refuses_no_click_and_no_change() {
    let here = start().await;
    let other = here.scheduled(&here.agent, "+14155552680").await;
    here.click(json!({ "user": "CalebG", "lead_id": "X", "phone": "07911123456" })).await;
    let dialer = Client::dialer(&here.app);
    let batch = dialer.next_batch(500).await;
    // A click closes nothing: both are handed out.
    assert_eq!(batch.body["batch"]["size_returned"], 2, "{batch:?}");
    let moved = here.click(json!({ "user": "CalebG", "lead_id": "X", "phone": "+14155552680" })).await;
    assert_eq!(
        (&moved["lead"]["phone"], moved["warnings"].as_array().unwrap().len()),
        (&json!("07911123456"), 1)
    );

    let path = format!("{LEADS}{}", other.as_str().unwrap());
    assert_eq!(here.admin.delete(&path).await.status, 200);
    let moved = here.click(json!({ "user": "CalebG", "lead_id": "X", "phone": "+14155552680" })).await;
    assert_eq!((&moved["lead"]["phone"], &moved["warnings"]), (&json!("+14155552680"), &json!([])));
    here.app.rebuilt_equals_live().await;

    // The number that was handed out stays leased until the dialer reports on it or the lease ends; the new one does too.
    assert_eq!(dialer.next_batch(500).await.body["batch"]["size_returned"], 0);
    here.app.clock.advance(chrono::Duration::minutes(16));
    let again = dialer.next_batch(500).await.body;
    assert_eq!(again["batch"]["numbers"][0]["phone_number"], "+14155552680", "{again}");
    here.app.rebuilt_equals_live().await;
}

/// Api-fault 2: `PUT` in the words of the scheduling and of the telecaller dialect.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_may_be_given_a_number_that_is_being_dialed_for_another() {
    let here = start().await;
    let second = here.admin.post("/api/v1/agents/", &json!({ "name": "Second" })).await.body["id"].clone();
    here.scheduled(&here.agent, "+14155552680").await;
    let own = here.scheduled(&second, "+14155552690").await;
    let sale = here.admin.post("/api/leads", &json!({ "name": "N", "phone": "9876543210" })).await.body;
    let dialer = Client::dialer(&here.app);
    assert_eq!(dialer.next_batch(500).await.body["batch"]["size_returned"], 3);
    let path = format!("{LEADS}{}", own.as_str().unwrap());
    let changed = here.admin.put(&path, &json!({ "phone_e164": "+14155552680" })).await;
    assert_eq!((changed.status.as_u16(), &changed.body["phone_e164"]), (200, &json!("+14155552680")));
    let path = format!("/api/leads/{}", sale["lead"]["_id"].as_str().unwrap());
    let changed = here.admin.put(&path, &json!({ "phone": "+14155552680" })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    here.app.rebuilt_equals_live().await;
    for (number, second) in [(1, 1), (2, 2), (3, 3)] {
        assert_eq!(dialer.report(&report(number, "BUSY", second)).await.status, 200);
    }
    here.app.rebuilt_equals_live().await;
}

/// Api-fault 3 (B-034, C-15): a lead of the scheduling dialect is found by its phone.
#[tokio::test(flavor = "multi_thread")]
async fn a_click_finds_a_lead_of_the_scheduling_dialect_by_its_phone() {
    let here = start().await;
    let lead = here.scheduled(&here.agent, "+14155552681").await;
    for phone in ["+14155552681", "+1 (415) 555-2681", "0014155552681"] {
        let updated = here.click(json!({ "user": "CalebG", "phone": phone })).await;
        assert_eq!(updated["message"], "Lead updated successfully", "{phone}");
        assert_eq!(here.lead_id(&updated).await, lead, "{phone}");
    }
    assert_eq!(here.app.count("lead_captured").await, 1);
    here.click(json!({ "user": "CalebG", "lead_id": "X", "phone": "+447911123456" })).await;
    let both = here.click(json!({ "user": "CalebG", "lead_id": "X", "phone": "+14155552681" })).await;
    assert_eq!(both["lead"]["phone"], "+447911123456", "the phone stays where it is");
    assert_eq!(both["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(here.app.count("duplicate_suspected").await, 1);
    here.app.rebuilt_equals_live().await;
}

/// C-15: of several leads the same agent's, else the one that changed last; the others are recorded.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_leads_the_same_agents_is_meant_else_the_last_changed_one() {
    let here = start().await;
    let (minute, phone) = (chrono::Duration::minutes(1), "+14155552682");
    let agents = here.admin.get("/api/v1/agents/?per_page=100").await.body;
    let caleb =
        agents["agents"].as_array().unwrap().iter().find(|agent| agent["username"] == "CalebG").unwrap();
    let own = here.scheduled(&caleb["id"], phone).await;
    here.app.clock.advance(minute);
    let last = here.scheduled(&here.agent, phone).await;
    here.app.clock.advance(minute);
    let by_caleb = here.click(json!({ "user": "CalebG", "phone": phone })).await;
    assert_eq!(here.lead_id(&by_caleb).await, own, "the same agent's, though another changed later");
    assert_eq!(by_caleb["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(here.app.count("duplicate_suspected").await, 1, "the other candidate is recorded");
    here.app.clock.advance(minute);
    let path = format!("{LEADS}{}", last.as_str().unwrap());
    assert_eq!(here.admin.put(&path, &json!({ "first_name": "Later" })).await.status, 200);
    here.app.clock.advance(minute);
    let by_another = here.click(json!({ "user": "agent1", "phone": phone })).await;
    assert_eq!(here.lead_id(&by_another).await, last, "nobody's of that agent: the last changed one");
    assert_eq!(here.app.count("lead_captured").await, 2);
    here.app.rebuilt_equals_live().await;
}

/// Api-fault 4 (B-033, C-14, C-49): one customer in several lists has several ids, and is found by each.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_id_of_a_known_person_is_kept_and_found() {
    let here = start().await;
    let phone = "+447911123456";
    let first =
        here.click(json!({ "user": "CalebG", "lead_id": "E1", "phone": phone, "full_name": "Two" })).await;
    for id in ["E2", "E3", "E 4", "e1"] {
        let second = here.click(json!({ "user": "CalebG", "lead_id": id, "phone": phone })).await;
        assert_eq!(
            (&second["lead"]["id"], &second["lead"]["dialer_lead_id"]),
            (&first["lead"]["id"], &json!("E1"))
        );
    }
    assert_eq!(here.app.count("external_ref_added").await, 5);
    for id in ["E1", "E2", "E3", "E 4", "e1"] {
        let found = here.click(json!({ "user": "agent1", "lead_id": id })).await;
        assert_eq!(
            (&found["message"], &found["lead"]["id"]),
            (&json!("Lead updated successfully"), &first["lead"]["id"])
        );
    }
    assert_eq!((here.app.count("lead_captured").await, here.app.count("external_ref_added").await), (1, 5));
    let path = format!("{LEADS}{}", first["lead"]["id"]);
    assert_eq!(here.admin.delete(&path).await.status, 200);
    let anew = here.click(json!({ "user": "CalebG", "lead_id": "E2" })).await;
    assert_eq!(anew["message"], "Lead created successfully", "deleting gives every id back");
    here.app.rebuilt_equals_live().await;
}
