//! `POST /api/numbers/upload`

use crate::support::TestApp;
use crate::support::clients::{Answer, Client};
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
    assert_eq!(admin.get("/api/v1/numbers").await.body["total"], 3);
    app.rebuilt_equals_live().await;
}

fn counts(answer: &Answer) -> (i64, i64, i64) {
    let of = |name: &str| answer.body[name].as_i64().unwrap_or(-1);
    (of("inserted"), of("duplicates"), of("invalid"))
}

async fn listed(admin: &Client) -> Vec<String> {
    let numbers = admin.get("/api/numbers?sort_by=phone_number&sort_order=asc&limit=100").await.body;
    let list = numbers.as_array().unwrap();
    list.iter().map(|number| number["phone_number"].as_str().unwrap_or_default().to_owned()).collect()
}

/// K8, K9, K12: the numbers are those of the column that holds them; row numbers are never queued.
#[tokio::test(flavor = "multi_thread")]
async fn only_the_numbers_of_a_file_are_queued() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let files = [
        "09125550006,\"Tehran; Iran\"\n09125550007,\"Karaj\"\n",
        "sep=;\nname;phone\nAli;09125550008\nSara;09125550009\n",
        "id,mobile_number\n20000,09125550010\n20001,09125550011\n",
        "ردیف,شماره موبایل\n1000,09125550012\n1001,09125550013\n",
        "2026 list\n\nردیف\tنام\tموبایل\n1\tعلی\t09125550014\n2\tسارا\t09125550015\n",
    ];
    for file in files {
        let answer = admin.upload("/api/numbers/upload", "a.csv", file.into()).await;
        assert_eq!(counts(&answer), (2, 0, 0), "{file}: {answer:?}");
    }
    let expected: Vec<String> = (6..16).map(|n| format!("09125550{n:03}")).collect();
    assert_eq!(listed(&admin).await, expected);
    app.rebuilt_equals_live().await;
}

/// K12, K13, K7: what holds no numbers, or cannot be read whole, is an error; nothing is queued.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_numbers_is_refused_with_a_reason() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let old_excel = [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 2_000]].concat();
    for (file, why) in [
        (
            b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n0912 555 3333\n".to_vec(),
            "The file is a PDF; save it as CSV or XLSX",
        ),
        (old_excel, "The file is an old Excel workbook (.xls); save it as CSV or XLSX"),
        (
            b"09121112222\n\x04999999\n".to_vec(),
            "Line 2 holds the control character U+0004: the file is not text; save it as CSV or XLSX",
        ),
        (
            b"phone\n09121112222\n\"09123334444\n09125556666\n".to_vec(),
            "The quote that opens in line 3 is never closed",
        ),
        (b"phone,name\n,Ali\n".to_vec(), "The file holds no phone numbers; name their column 'phone'"),
        (vec![b','; 10_000_000], "The file has more than 256 columns"),
        ("09121112222\n".repeat(100_001).into_bytes(), "The file has more than 100000 rows"),
    ] {
        let answer = admin.upload("/api/numbers/upload", "numbers.csv", file).await;
        assert_eq!((answer.status.as_u16(), &answer.body["detail"][0]["msg"]), (422, &json!(why)));
    }
    assert_eq!(app.count("lead_captured").await, 0);
}

/// Many rows come in, each once, from a text in UTF-16 (the readers' own tests read 200,000 in every encoding and shape).
#[tokio::test(flavor = "multi_thread")]
async fn many_rows_come_in_each_once() {
    let app = TestApp::start().await;
    let admin = Client::person(&app, "admin").await;
    let row = |n| format!("{n};0912{:07}\r\n", 1_000_000 + n);
    let rows = (0..20_000).map(row).collect::<Vec<_>>().concat();
    let file: Vec<u8> =
        format!("\u{feff}ردیف;موبایل\r\n{rows}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    let answer = admin.upload("/api/numbers/upload", "a.csv", file).await;
    assert_eq!(counts(&answer), (20_000, 0, 0), "{answer:?}");
    assert_eq!(app.count("lead_captured").await, 20_000);
}
