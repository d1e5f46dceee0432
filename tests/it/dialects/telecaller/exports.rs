//! Reports as files: what is in them, whose they are, and for how long.

use super::Company;
use crate::support::clients::{Client, http};
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use std::io::Cursor;

async fn export(by: &Client, query: &str) -> Value {
    let answer = by.get(&format!("/api/reports/export/{query}")).await;
    assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("done")), "{answer:?}");
    answer.body
}

/// The bytes of a file, and what they are said to be.
async fn fetch(company: &Company, by: &Client, url: &Value) -> (u16, String, Vec<u8>) {
    let url = format!("http://{}{}", company.app.address, url.as_str().unwrap());
    let token = by.token().unwrap();
    let answer = http().build().unwrap().get(url).bearer_auth(token).send().await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.bytes().await.unwrap().to_vec())
}

async fn company_with_reports() -> Company {
    let company = Company::start().await;
    for (by, day, notes) in [
        (&company.alice, "2025-02-27", "=HYPERLINK(\"http://evil.example\")"),
        (&company.alice, "2025-02-28", "امروز دو فروش داشتیم"),
        (&company.bob, "2025-02-28", "Quiet"),
    ] {
        let said = json!({ "reportDate": day, "reportType": "daily", "totalCalls": 15, "completedCalls": 12,
            "followUpsCompleted": 8, "convertedLeads": 2, "dailyNotes": notes });
        assert_eq!(by.post("/api/reports", &said).await.status, 201);
    }
    company
}

/// B-150, B-151, C-33
#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_holds_dates_and_numbers_and_no_formula() {
    let company = company_with_reports().await;
    let made = export(&company.admin, "daily?format=excel&dateFrom=2025-02-27&dateTo=2025-02-28").await;
    let name = made["filename"].as_str().unwrap();
    let (days, ending) = name.rsplit_once('_').unwrap();
    assert_eq!((days, ending.split_once('.').unwrap().1), ("report_daily_2025-02-27_2025-02-28", "xlsx"));
    assert_eq!(made["downloadUrl"], format!("/api/reports/download/{name}"));
    let (status, kind, bytes) = fetch(&company, &company.admin, &made["downloadUrl"]).await;
    assert_eq!(
        (status, kind.as_str()),
        (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    );
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    assert_eq!(book.sheet_names(), ["Summary", "By person", "Reports"]);
    for sheet in book.sheet_names() {
        assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet}");
    }
    let reports = book.worksheet_range("Reports").unwrap();
    assert_eq!(reports.height(), 4);
    assert!(
        reports.get((1, 0)).is_some_and(|cell| matches!(cell, Data::DateTime(_))),
        "{:?}",
        reports.get((1, 0))
    );
    assert_eq!(reports.get((1, 3)), Some(&Data::Float(15.0)));
    let notes: Vec<_> = (1..4).map(|row| reports.get((row, 15)).unwrap().to_string()).collect();
    assert!(notes.contains(&"=HYPERLINK(\"http://evil.example\")".to_owned()), "as text: {notes:?}");
    let people = book.worksheet_range("By person").unwrap();
    assert_eq!(people.get((1, 0)).unwrap().to_string(), "Alice Johnson");
    assert_eq!(
        (people.get((1, 1)).unwrap().to_string().as_str(), people.get((1, 3))),
        ("daily", Some(&Data::Float(30.0)))
    );

    // Nothing was said in between: the same bytes.
    let again = export(&company.admin, "daily?format=excel&dateFrom=2025-02-27&dateTo=2025-02-28").await;
    assert_ne!(again["filename"], made["filename"]);
    assert_eq!(fetch(&company, &company.admin, &again["downloadUrl"]).await.2, bytes);
    let of_bob = export(&company.admin, &format!("all?userId={}", company.bob_id)).await;
    let bytes = fetch(&company, &company.admin, &of_bob["downloadUrl"]).await.2;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.worksheet_range("Reports").unwrap().height(), 2);
    for bad in
        ["yearly", "daily?format=csv", "daily?dateFrom=soon", "daily?dateFrom=2025-03-02&dateTo=2025-03-01"]
    {
        assert_eq!(company.admin.get(&format!("/api/reports/export/{bad}")).await.status, 400, "{bad}");
    }
}

/// B-150, C-33
#[tokio::test(flavor = "multi_thread")]
async fn pages_can_be_printed_and_are_the_same_for_the_same_position() {
    let company = company_with_reports().await;
    let made = export(&company.admin, "daily?format=pdf").await;
    let (status, kind, bytes) = fetch(&company, &company.admin, &made["downloadUrl"]).await;
    assert_eq!((status, kind.as_str()), (200, "application/pdf"));
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    assert_eq!(document.get_pages().len(), 1);
    let text = document.extract_text(&[1]).unwrap();
    for shown in ["Daily reports", "3 reports by 2 people", "Alice Johnson", "Page 1 of 1"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let again = export(&company.admin, "daily?format=pdf").await;
    assert_eq!(fetch(&company, &company.admin, &again["downloadUrl"]).await.2, bytes);
    let nothing = export(&company.admin, "monthly?format=pdf").await;
    let bytes = fetch(&company, &company.admin, &nothing["downloadUrl"]).await.2;
    let text = lopdf::Document::load_mem(&bytes).unwrap().extract_text(&[1]).unwrap();
    assert!(text.contains("No reports"), "{text}");
}

/// B-151, C-33, C-36
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_for_whoever_had_it_made_for_a_day() {
    let company = company_with_reports().await;
    let made = export(&company.alice, "all").await;
    for (by, status) in
        [(&company.alice, 200), (&company.admin, 200), (&company.bob, 404), (&company.supervisor, 404)]
    {
        assert_eq!(fetch(&company, by, &made["downloadUrl"]).await.0, status);
    }
    let (_, _, bytes) = fetch(&company, &company.alice, &made["downloadUrl"]).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.worksheet_range("Reports").unwrap().height(), 3, "her own two");
    let file = made["filename"].as_str().unwrap();
    assert_eq!(Client::nobody(&company.app).get(&format!("/api/reports/download/{file}")).await.status, 401);
    for other in ["..%2F..%2Fetc%2Fpasswd", "report.xlsx", "%00", &format!("..%2F{file}"), &"a".repeat(300)] {
        assert_eq!(company.admin.get(&format!("/api/reports/download/{other}")).await.status, 404, "{other}");
    }

    // How far it is, and that it is there.
    let url = format!("http://{}{}", company.app.address, made["progressUrl"].as_str().unwrap());
    let watched =
        http().build().unwrap().get(url).bearer_auth(company.alice.token().unwrap()).send().await.unwrap();
    assert_eq!(watched.headers()["content-type"], "text/event-stream");
    let told = watched.text().await.unwrap();
    assert!(told.contains("event: done") && told.contains(file), "{told}");
    assert_eq!(company.bob.get(made["progressUrl"].as_str().unwrap()).await.status, 404);

    company.app.clock.advance(chrono::Duration::hours(24));
    let admin = Client::person(&company.app, "admin").await;
    assert_eq!(fetch(&company, &admin, &made["downloadUrl"]).await.0, 404);
}
