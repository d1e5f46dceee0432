//! Every number of the dashboards is one that can be counted by hand over the events.

use super::Company;
use crate::support::clients::Client;
use crate::support::history;
use chrono::NaiveDate;
use domain::lead::Lead;
use domain::outcome::CallResult;
use domain::status::Stage;
use domain::stored;
use domain::stream::{State, StreamId, StreamKind};
use domain::time::Instant;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Every lead, folded from the log up to that position here and now: none of the read models is asked.
pub async fn leads_of_the_log(company: &Company, upto: i64) -> BTreeMap<Uuid, Arc<Lead>> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT aggregate_id, event_type, event_version, payload::text FROM events \
         WHERE aggregate_type = 'lead' AND position <= $1 ORDER BY position",
    )
    .bind(upto)
    .fetch_all(&company.app.app.pool)
    .await
    .unwrap();
    let mut states: BTreeMap<Uuid, State> = BTreeMap::new();
    for (id, name, version, payload) in rows {
        let stream = StreamId::read("lead", &id).unwrap();
        let event = stored::decode(StreamKind::Lead, &name, &version, &payload).unwrap();
        states.entry(stream.id).or_insert_with(|| State::empty(StreamKind::Lead)).apply(event);
    }
    states.into_iter().map(|(id, state)| (id, state.as_lead().unwrap().clone())).collect()
}

pub fn day(at: Instant) -> NaiveDate {
    at.with_timezone(&chrono_tz::Asia::Tehran).date_naive()
}

/// Calls, leads, conversions of a day.
pub type Counted = BTreeMap<NaiveDate, [i64; 3]>;

pub fn counted(leads: &BTreeMap<Uuid, Arc<Lead>>) -> Counted {
    let mut counted = Counted::new();
    for lead in leads.values() {
        counted.entry(day(lead.created_at())).or_default()[1] += 1;
        for attempt in lead.attempts.iter().filter(|attempt| attempt.outcome.is_final()) {
            counted.entry(day(attempt.ordered_at())).or_default()[0] += 1;
        }
        if let Some(sale) = lead.conversions.iter().find(|sale| sale.undone_at.is_none()) {
            counted.entry(day(sale.at)).or_default()[2] += 1;
        }
    }
    counted
}

/// A month of everything that all dialects say.
pub async fn random_month(company: &Company, seed: u64) {
    history::capture(&company.app.app, (0..12).map(|n| format!("0912555{n:04}"))).await;
    for day in 0..30 {
        history::random(&company.app, seed + day, 12).await;
        company.app.clock.advance(chrono::Duration::hours(23));
    }
}

/// B-158, B-159, B-160, C-26
#[tokio::test(flavor = "multi_thread")]
async fn dashboards_equal_a_hand_count_over_the_events_of_a_random_month() {
    let company = Company::start().await;
    random_month(&company, 7).await;
    let leads = leads_of_the_log(&company, i64::MAX).await;
    let attempts = || leads.values().flat_map(|lead| lead.attempts.iter());
    let counted = counted(&leads);

    let admin = Client::person(&company.app, "admin").await;
    let answer = admin.get("/api/dashboard/performance?dateFrom=2025-03-01&dateTo=2025-04-05").await;
    let performance = &answer.body["performance"];
    let shown: Counted = performance["dailyStats"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| {
            let counts = ["calls", "leads", "conversions"].map(|name| day[name].as_i64().unwrap());
            (day["date"].as_str().unwrap().parse().unwrap(), counts)
        })
        .collect();
    assert_eq!(shown.len(), 36, "every day, those too on which nothing happened");
    let moved: Counted =
        shown.iter().filter(|(_, counts)| **counts != [0; 3]).map(|(d, c)| (*d, *c)).collect();
    assert_eq!(moved, counted);
    assert!(
        counted.values().map(|counts| counts[2]).sum::<i64>() > 0,
        "a month without a sale shows nothing"
    );

    // By source, and by who sold the most.
    for source in performance["leadSources"].as_array().unwrap() {
        let of = leads.values().filter(|lead| lead.source.as_str() == source["source"]);
        let sold = of.clone().filter(|lead| lead.conversion().is_some()).count();
        assert_eq!(
            (&source["count"], &source["conversions"]),
            (&json!(of.count()), &json!(sold)),
            "{source}"
        );
    }
    for performer in performance["topPerformers"].as_array().unwrap() {
        let is_theirs =
            |id: Option<Uuid>| id.is_some_and(|id| performer["user"]["_id"] == domain::ids::oid(id));
        let calls = attempts().filter(|attempt| {
            attempt.outcome.is_final() && is_theirs(attempt.verdict().agent_id.map(|id| id.0))
        });
        assert_eq!(performer["calls"], json!(calls.count()), "{performer}");
        let sales = leads.values().filter_map(|lead| lead.conversion());
        let sales = sales.filter(|sale| is_theirs(sale.agent_id.map(|id| id.0)));
        assert_eq!(performer["conversions"], json!(sales.count()), "{performer}");
    }

    let there: Vec<_> = leads.values().filter(|lead| lead.deleted_at.is_none()).collect();
    let of_stage = |stages: &[Stage]| there.iter().filter(|lead| stages.contains(&lead.stage)).count();
    let calls: Vec<_> = attempts().filter(|attempt| attempt.outcome.is_final()).collect();
    let completed = calls.iter().filter(|a| a.outcome.call_result() == Some(CallResult::Answered)).count();
    let overview = admin.get("/api/dashboard/overview").await.body["overview"].clone();
    for (name, count) in [
        ("totalLeads", there.len()),
        ("newLeads", of_stage(&[Stage::New])),
        ("contactedLeads", of_stage(&[Stage::Contacted, Stage::Lost])),
        ("convertedLeads", of_stage(&[Stage::Converted])),
        ("totalCalls", calls.len()),
        ("completedCalls", completed),
        ("activeTelecallers", 4),
    ] {
        assert_eq!(overview[name], json!(count), "{name}");
    }
    let analytics = admin.get("/api/dashboard/leads").await.body["leads"].clone();
    let sum =
        |list: &Value| list.as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap()).sum::<u64>();
    for list in ["statusDistribution", "sourceDistribution", "qualityDistribution"] {
        assert_eq!(sum(&analytics[list]), there.len() as u64, "{list}");
    }
    company.app.rebuilt_equals_live().await;
}

/// B-158, B-159, C-36
#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_figures_of_what_they_may_see() {
    let company = Company::start().await;
    let sold = company.lead(&company.alice, "9876543210").await;
    company.lead(&company.bob, "9876543211").await;
    company.alice.put(&format!("/api/leads/{sold}"), &json!({ "status": "converted", "value": 10 })).await;
    let leads = async |by: &Client, query: &str| {
        let overview = by.get("/api/dashboard/overview").await.body["overview"].clone();
        let days = by.get(&format!("/api/dashboard/performance?{query}")).await.body["performance"].clone();
        assert_eq!(days["dailyStats"].as_array().unwrap().len(), 30);
        let today = days["dailyStats"][29].clone();
        assert_eq!(today["date"], "2025-03-01");
        (
            overview["totalLeads"].clone(),
            overview["conversionRate"].clone(),
            today["leads"].clone(),
            today["conversions"].clone(),
        )
    };
    assert_eq!(leads(&company.admin, "dateFrom=&userId=").await, (json!(2), json!(50), json!(2), json!(1)));
    assert_eq!(leads(&company.supervisor, "").await, (json!(1), json!(100), json!(1), json!(1)));
    assert_eq!(leads(&company.bob, "").await, (json!(1), json!(0), json!(1), json!(0)));
    let of_alice = format!("userId={}", company.alice_id);
    assert_eq!(leads(&company.admin, &of_alice).await.2, json!(1));
    assert_eq!(leads(&company.bob, &of_alice).await.2, json!(0), "not theirs to see");
    for query in
        ["dateFrom=soon", "dateFrom=2019-01-01&dateTo=2025-01-01", "dateFrom=2025-02-02&dateTo=2025-02-01"]
    {
        assert_eq!(
            company.admin.get(&format!("/api/dashboard/performance?{query}")).await.status,
            400,
            "{query}"
        );
    }
    // What is taken back is a sale no more.
    company.alice.put(&format!("/api/leads/{sold}"), &json!({ "status": "contacted" })).await;
    assert_eq!(leads(&company.admin, "").await.3, json!(0));
    company.app.rebuilt_equals_live().await;
}
