//! Every number can be followed to its events, and every figure of a closed day that changed says so.

use super::Company;
use super::dashboards::{counted, day, leads_of_the_log, random_month};
use crate::support::clients::{Answer, Client};
use chrono::NaiveDate;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Everything behind a number, page by page.
async fn explained(admin: &Client, metric: &str, query: &str) -> (i64, Vec<Value>) {
    let (mut items, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/ledger/explain/{metric}?limit=7&after={after}&{query}");
        let answer = admin.get(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        items.extend(answer.body["items"].as_array().unwrap().clone());
        match answer.body["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => return (answer.body["value"].as_i64().unwrap(), items),
        }
    }
}

/// B-158, B-159, C-26: every number of the dashboards is a list of events.
#[tokio::test(flavor = "multi_thread")]
async fn every_number_names_the_events_behind_it() {
    let company = Company::start().await;
    random_month(&company, 11).await;
    let admin = Client::person(&company.app, "admin").await;
    let overview = admin.get("/api/dashboard/overview").await.body["overview"].clone();
    for (name, event) in [
        ("totalLeads", "lead_captured"),
        ("newLeads", "lead_captured"),
        ("contactedLeads", "lead_captured"),
        ("convertedLeads", "stage_set"),
        ("totalCalls", "attempt_reported"),
        ("completedCalls", "attempt_reported"),
        ("activeTelecallers", "agent_registered"),
    ] {
        let (value, items) = explained(&admin, &format!("overview.{name}"), "").await;
        assert_eq!((&json!(value), i64::try_from(items.len()).unwrap()), (&overview[name], value), "{name}");
        for item in &items {
            let events = item["events"].as_array().unwrap();
            assert!(events.iter().any(|one| one["event_type"] == event), "{name}: {item}");
        }
    }
    let days = "dateFrom=2025-03-05&dateTo=2025-03-20";
    let performance =
        admin.get(&format!("/api/dashboard/performance?{days}")).await.body["performance"].clone();
    for name in ["calls", "leads", "conversions"] {
        let shown: i64 =
            performance["dailyStats"].as_array().unwrap().iter().map(|d| d[name].as_i64().unwrap()).sum();
        assert_eq!(explained(&admin, name, days).await.0, shown, "{name}");
    }
    for source in performance["leadSources"].as_array().unwrap() {
        let of = format!("{days}&source={}", source["source"].as_str().unwrap());
        assert_eq!(json!(explained(&admin, "leads", &of).await.0), source["count"]);
        assert_eq!(json!(explained(&admin, "conversions", &of).await.0), source["conversions"]);
    }
    for performer in performance["topPerformers"].as_array().unwrap() {
        let of = format!("{days}&userId={}", performer["user"]["_id"].as_str().unwrap());
        assert_eq!(json!(explained(&admin, "calls", &of).await.0), performer["calls"]);
    }
    assert_eq!(admin.get("/api/v1/ledger/explain/happiness").await.status, 404);
    assert_eq!(admin.get("/api/v1/ledger/explain/calls?dateFrom=soon").await.status, 422);
    assert_eq!(
        Client::person(&company.app, "alice@example.com")
            .await
            .get("/api/v1/ledger/explain/calls")
            .await
            .status,
        403
    );
}

/// What was known of closed days at some position, and what is told to have changed since, make what is known now.
#[tokio::test(flavor = "multi_thread")]
async fn restatements_are_all_that_changed_of_days_that_were_over() {
    let company = Company::start().await;
    random_month(&company, 23).await;
    let admin = Client::person(&company.app, "admin").await;
    let head =
        admin.get("/api/v1/ledger/restatements?since=2025-03-01").await.body["position"].as_i64().unwrap();
    let now = counted(&leads_of_the_log(&company, head).await);
    let mut seen = 0;
    for part in 1..5 {
        let cut = head * part / 5;
        let then = leads_of_the_log(&company, cut).await;
        let today = then.values().map(|lead| day(lead.changed_at)).max().unwrap();
        let then = counted(&then);
        let answer = admin.get(&format!("/api/v1/ledger/restatements?since={cut}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let restated: BTreeMap<(NaiveDate, String), Value> = answer.body["restatements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let metric = one["metric"].as_str().unwrap().to_owned();
                ((one["day"].as_str().unwrap().parse().unwrap(), metric), one.clone())
            })
            .collect();
        for (date, now) in &now {
            for (metric, index) in [("total_calls", 0), ("conversions", 2)] {
                let one = restated.get(&(*date, metric.to_owned()));
                if let Some(one) = one {
                    assert_eq!(one["new"], json!(now[index]), "{date} {metric}");
                    assert!(
                        one["positions"].as_array().unwrap().iter().all(|p| p.as_i64().unwrap() > cut),
                        "{one}"
                    );
                    assert!(!one["positions"].as_array().unwrap().is_empty(), "{one}");
                    seen += 1;
                }
                if *date < today {
                    let old = one.map_or(now[index], |one| one["old"].as_i64().unwrap());
                    assert_eq!(
                        old,
                        then.get(date).copied().unwrap_or_default()[index],
                        "{date} {metric} at {cut}"
                    );
                }
            }
        }
    }
    assert!(seen > 3, "a month without a late report shows nothing");
    for bad in ["", "since=", "since=soon"] {
        assert_eq!(admin.get(&format!("/api/v1/ledger/restatements?{bad}")).await.status, 422, "{bad}");
    }
}

/// A late report, its revision and a sale that is taken back: each changes a day that was over, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_report_says_what_it_changed() {
    let company = Company::start().await;
    let sold = company.lead(&company.alice, "9876543210").await;
    company.alice.put(&format!("/api/leads/{sold}"), &json!({ "status": "converted" })).await;
    let before = company.admin.get("/api/v1/ledger/restatements?since=0").await.body;
    assert_eq!(before["restatements"], json!([]), "today is not over");
    company.app.clock.advance(chrono::Duration::hours(20));
    let dialer = Client::dialer(&company.app);
    let late = |status: &str| json!({ "phone_number": "09123456789", "status": status, "attempted_at": "2025-03-01T09:00:00+00:00" });
    let position = |answer: &Answer| -> i64 { answer.header("ledger-position").unwrap().parse().unwrap() };
    let first = position(&dialer.report(&late("MISSED")).await);
    let second = position(&dialer.report(&late("CONNECTED")).await);
    let admin = Client::person(&company.app, "admin").await;
    let undone = admin.put(&format!("/api/leads/{sold}"), &json!({ "status": "contacted" })).await;
    assert_eq!(undone.status, 200);
    let answer = admin.get(&format!("/api/v1/ledger/restatements?since={}", before["position"])).await.body;
    let of = |metric: &str| {
        let all = answer["restatements"].as_array().unwrap();
        all.iter().find(|one| one["metric"] == metric).cloned().unwrap_or_default()
    };
    for (metric, old, new) in [("total_calls", 0, 1), ("completed_calls", 0, 1), ("conversions", 1, 0)] {
        let one = of(metric);
        assert_eq!(
            (&one["day"], &one["old"], &one["new"]),
            (&json!("2025-03-01"), &json!(old), &json!(new)),
            "{answer}"
        );
    }
    assert_eq!(of("no_answer_calls"), Value::Null, "it came and went");
    let positions: Vec<i64> = serde_json::from_value(of("completed_calls")["positions"].clone()).unwrap();
    assert!(positions.len() == 1 && positions[0] > first && positions[0] <= second, "{positions:?}");
    company.app.rebuilt_equals_live().await;
}
