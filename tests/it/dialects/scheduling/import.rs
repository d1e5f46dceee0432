//! The leads of a CSV or XLSX file.

use super::start;
use crate::support::clients::Client;
use serde_json::json;

fn path(agent: &serde_json::Value) -> String {
    format!("/api/v1/leads/csv-import?agent_id={}", agent.as_str().unwrap())
}

/// B-073, B-077, B-078: one bad row, the others in; the same file again changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn good_rows_become_leads_and_bad_ones_are_told_by_their_row() {
    let (app, admin, agent) = start().await;
    let file = "first_name,phone,company,position,notes,schedule_at\n\
        John,+14155552671,Acme Corp,Manager,Interested in premium,2025-06-24T14:00:00Z\n\
        Jane,415-555-2672,TechCo,Director,\"Follow up\nnext week\",\n\
        Bob,(415) 555-invalid,StartupInc,CEO,High priority,\n\
        Ann,4155552672,,,,\n";
    let answer = admin.upload(&path(&agent), "leads.csv", file.into()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let duplicate = "Lead with this phone number already exists for this agent";
    let expected = json!({ "success_count": 2, "error_count": 2, "total_processed": 4, "errors": [
        { "row": 5, "error": "Invalid phone number format: (415) 555-invalid" },
        { "row": 6, "error": duplicate },
    ] });
    assert_eq!(answer.body, expected);
    let jane = admin.get("/api/v1/leads/?search=Jane").await.body["leads"][0].clone();
    assert_eq!((&jane["phone_e164"], &jane["status"]), (&json!("+14155552672"), &json!("new")));
    assert_eq!(jane["custom_fields"]["notes"], "Follow up\nnext week");
    let events = app.app.ledger.views().head().await.unwrap();
    let again = admin.upload(&path(&agent), "leads.csv", file.into()).await.body;
    assert_eq!((&again["success_count"], &again["error_count"]), (&json!(0), &json!(4)));
    assert_eq!(app.app.ledger.views().head().await.unwrap(), events);
    app.rebuilt_equals_live().await;
}

/// C-37: what is wrong with the whole file.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_is_refused_with_a_reason() {
    let (app, admin, agent) = start().await;
    let good = || b"first_name,phone\nA,4155552671\n".to_vec();
    let missing = admin.upload("/api/v1/leads/csv-import", "a.csv", good()).await;
    assert_eq!(
        (missing.status.as_u16(), &missing.body["detail"][0]["loc"]),
        (422, &json!(["query", "agent_id"]))
    );
    let unknown = admin.upload(&path(&json!("00000000-0000-7000-8000-000000000000")), "a.csv", good()).await;
    assert_eq!((unknown.status.as_u16(), &unknown.body["detail"]), (404, &json!("Agent not found")));
    for (file, why) in [
        (b"name,phone\nA,1\n".to_vec(), "Missing required column: first_name"),
        (
            b"first_name,phone\nA,\"4155552671\nB,4155552672\n".to_vec(),
            "The quote that opens in line 2 is never closed",
        ),
        (b"%PDF-1.4\nfirst_name,phone\n".to_vec(), "The file is a PDF; save it as CSV or XLSX"),
        (
            b"first_name,phone\nA,\x04155\n".to_vec(),
            "Line 2 holds the control character U+0004: the file is not text; save it as CSV or XLSX",
        ),
        (Vec::new(), "The file is empty"),
    ] {
        let answer = admin.upload(&path(&agent), "a.csv", file).await;
        assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (400, &json!(why)));
    }
    let large = admin.upload(&path(&agent), "a.csv", vec![b'x'; 11 << 20]).await;
    assert_eq!(large.status, 413);
    assert_eq!(Client::nobody(&app).upload(&path(&agent), "a.csv", good()).await.status, 401);
    assert_eq!(app.count("lead_captured").await, 0);
}

/// K7 to K11, and part 3 of issue 14: what people's spreadsheets write.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_as_the_field_sends_it() {
    let (app, admin, agent) = start().await;
    let wide: Vec<u8> = "\u{feff}sep=;\r\nFirst Name;Mobile;notes;notes\r\nAna;+14155550101;first;second\r\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let files: [(&str, Vec<u8>); 6] = [
        ("UTF-16, sep=, names of their own, two columns of one name", wide),
        ("a delimiter in a quoted name", "first_name,phone,\"notes; tags\"\nBea,+14155550102,x\n".into()),
        (
            "a title and an empty line above the header",
            "Leads; of May\n\nfirst_name;phone\nCid;+14155550103\n".into(),
        ),
        ("Persian names", "نام,شماره موبایل\nدارا,+14155550104\n".into()),
        ("Windows-1252", b"first_name,phone\nRen\xE9 M\xFCller,+14155550105\n".to_vec()),
        ("Windows-1256", b"first_name,phone\n\xE3\xCD\xE3\xCF,+14155550106\n".to_vec()),
    ];
    for (what, file) in files {
        let answer = admin.upload(&path(&agent), "leads.csv", file).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["success_count"]),
            (200, &json!(1)),
            "{what}: {answer:?}"
        );
    }
    let ana = admin.get("/api/v1/leads/?search=Ana").await.body["leads"][0].clone();
    assert_eq!(ana["custom_fields"], json!({ "notes": "first", "notes_2": "second" }));
    let named = admin.get("/api/v1/leads/?search=5550105").await.body["leads"][0].clone();
    assert_eq!(named["first_name"], "René Müller");
    let named = admin.get("/api/v1/leads/?search=5550106").await.body["leads"][0].clone();
    assert_eq!(named["first_name"], "محمد");
    let old = "first_name,phone\rA,+14155550107\rB,bad\r";
    let answer = admin.upload(&path(&agent), "old.csv", old.into()).await;
    assert_eq!(answer.body["errors"][0]["row"], 3, "lines that end in CR");
    app.rebuilt_equals_live().await;
}

/// A workbook is read as a text is; its dates are local time in the ledger's zone (K16).
#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_becomes_leads() {
    let (app, admin, agent) = start().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "Read the second sheet").unwrap();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Phone Number", "First Name", "schedule_at"]) {
        sheet.write(0, column, name).unwrap();
    }
    let moment = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet.write(1, 0, 14_155_550_101.0).unwrap();
    sheet.write(1, 1, "Ana").unwrap();
    sheet.write_with_format(1, 2, 46_562.583_333_333, &moment).unwrap();
    sheet.write(3, 0, "bad").unwrap();
    sheet.write(3, 1, "Bob").unwrap();
    let answer = admin.upload(&path(&agent), "leads.xlsx", book.save_to_buffer().unwrap()).await;
    assert_eq!((answer.status.as_u16(), &answer.body["success_count"]), (200, &json!(1)), "{answer:?}");
    assert_eq!(answer.body["errors"], json!([{ "row": 4, "error": "Invalid phone number format: bad" }]));
    let ana = admin.get("/api/v1/leads/?search=Ana").await.body["leads"][0].clone();
    assert_eq!(ana["phone_e164"], "+14155550101");
    assert!(ana["schedule_at"].as_str().unwrap().starts_with("2027-06-24T10:30:00"), "{ana}");
    app.rebuilt_equals_live().await;
}

/// Part 5: a bound of size is 413 and named; more rows than are taken is 400 (C-37); nothing changes.
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_a_bound_is_refused_by_its_name() {
    let (app, admin, agent) = start().await;
    for (file, status, why) in [
        (vec![b','; 10 << 20], 413, "The file has more than 256 columns"),
        (vec![b'x'; 10 << 20], 413, "The file has more than 131072 bytes in one cell"),
        (vec![b'"'; 10 << 20], 413, "The file has more than 131072 bytes in one cell"),
        (
            format!("first_name,phone{}\n", ",x".repeat(63)).into_bytes(),
            413,
            "The file has more than 64 columns",
        ),
        (
            ["first_name,phone\n", &"A,4155552671\n".repeat(50_001)].concat().into_bytes(),
            400,
            "The file has more than 50000 rows",
        ),
    ] {
        let answer = admin.upload(&path(&agent), "a.csv", file).await;
        assert_eq!((answer.status.as_u16(), &answer.body["detail"]), (status, &json!(why)));
    }
    assert_eq!(app.count("lead_captured").await, 0);
}

/// The same file by many at once is the same leads.
#[tokio::test(flavor = "multi_thread")]
async fn many_who_import_the_same_file_make_each_lead_once() {
    let (app, admin, agent) = start().await;
    let rows: Vec<String> = (0..600).map(|n| format!("Name {n},+1415555{:04}", 2000 + n)).collect();
    let file = format!("first_name,phone\n{}\n", rows.join("\n"));
    let target = path(&agent);
    let imports = (0..4).map(|_| admin.upload(&target, "a.csv", file.clone().into_bytes()));
    let answers = futures_util::future::join_all(imports).await;
    let created: u64 = answers.iter().map(|answer| answer.body["success_count"].as_u64().unwrap()).sum();
    assert_eq!((created, app.count("lead_captured").await), (600, 600));
    app.rebuilt_equals_live().await;
}
