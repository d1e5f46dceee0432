//! `POST /api/numbers/upload`

use crate::support::TestApp;
use crate::support::clients::Client;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_csv_and_a_spreadsheet_are_added_and_told_apart_from_what_is_none() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let csv = "\u{feff}name,phone\nAli,09121112222\nSara,letters\nReza,0912 111 2222\n";
    let answer = admin.upload("/api/numbers/upload", "a.csv", csv.into()).await;
    let told = |body: &serde_json::Value| {
        (body["inserted"].as_i64(), body["duplicates"].as_i64(), body["invalid"].as_i64())
    };
    assert_eq!(told(&answer.body), (Some(1), Some(1), Some(1)), "{answer:?}");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, phone) in [(0, "09123334444"), (1, "09125556666")] {
        sheet.write(row, 0, phone).unwrap();
    }
    let answer = admin.upload("/api/numbers/upload", "a.xlsx", book.save_to_buffer().unwrap()).await;
    assert_eq!(told(&answer.body), (Some(2), Some(0), Some(0)), "{answer:?}");
    let broken = admin.upload("/api/numbers/upload", "a.xlsx", b"PK\x03\x04 no zip".to_vec()).await;
    assert_eq!((broken.status.as_u16(), &broken.body["detail"][0]["loc"][1]), (422, &json!("file")));
    let large = admin.upload("/api/numbers/upload", "a.csv", vec![b'1'; 11 << 20]).await;
    assert_eq!(large.status, 413);
    assert_eq!(admin.get("/api/numbers").await.body["total"], 3);
    app.rebuilt_equals_live().await;
}
