//! `POST /api/numbers/export`

use crate::support::TestApp;
use crate::support::clients::{Client, report};
use calamine::{Data, Reader};
use serde_json::json;
use std::io::Cursor;

fn rows(file: Vec<u8>) -> Vec<Vec<Data>> {
    let mut book = calamine::Xlsx::new(Cursor::new(file)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

/// B-117, B-118, B-119
#[tokio::test(flavor = "multi_thread")]
async fn the_selection_is_answered_as_a_spreadsheet_without_formulas() {
    let app = TestApp::with_numbers(&["09123456789", "+989351112222", "09120000001"]).await;
    let mut body = report(2, "BUSY", 1);
    body["user_message"] = json!("=HYPERLINK(\"http://example.com\")");
    assert_eq!(Client::dialer(&app).report(&body).await.status, 200);
    let admin = Client::person(&app, "admin").await;
    let selection = json!({ "select_all": true, "sort_by": "phone_number", "sort_order": "asc",
        "excluded_ids": [3], "search": "", "agent_id": null });
    let (status, content_type, file) = admin.download("/api/numbers/export", &selection).await;
    assert_eq!(status, 200);
    assert!(content_type.contains("spreadsheetml"), "{content_type}");
    let rows = rows(file);
    let text = |row: usize, column: usize| rows[row][column].to_string();
    assert_eq!((rows.len(), text(0, 0), text(0, 1)), (3, "Phone".to_owned(), "Status".to_owned()));
    assert_eq!((text(1, 0), text(1, 1)), ("09123456789".to_owned(), "IN_QUEUE".to_owned()));
    assert_eq!(rows[2][0], Data::String("+989351112222".to_owned()), "a text, not a number");
    assert_eq!(
        rows[2][7],
        Data::String("=HYPERLINK(\"http://example.com\")".to_owned()),
        "a text, not a formula"
    );
    assert!(matches!(rows[2][5], Data::DateTime(_)), "{:?}", rows[2]);

    let (_, _, file) = admin.download("/api/numbers/export", &json!({ "ids": [2] })).await;
    assert_eq!(self::rows(file).len(), 2);
    for body in [json!({}), json!({ "ids": [1], "select_all": true })] {
        assert_eq!(admin.post("/api/numbers/export", &body).await.status, 422);
    }
}
