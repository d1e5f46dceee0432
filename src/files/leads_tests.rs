//! Leads of files as people send them.

use super::*;
use crate::files::workbook::tests::{Sheet, workbook};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::io::Cursor;

fn reading() -> Reading {
    Reading { agent_id: Uuid::nil(), region: "US".parse().unwrap(), zone: chrono_tz::Asia::Tehran }
}

type Read = (Vec<import::Row>, Vec<(usize, String)>);

fn read_bytes(bytes: &[u8]) -> Result<Read, FileError> {
    let file = read(&mut Cursor::new(bytes), Bounds::upload(ROWS_MAX))?;
    let (mut leads, mut errors) = (Vec::new(), Vec::new());
    for read in file.leads(reading()) {
        match read {
            Ok(lead) => leads.push(lead),
            Err(error) => errors.push((error.row, error.error)),
        }
    }
    Ok((leads, errors))
}

fn errors(text: &str) -> Vec<(usize, String)> {
    read_bytes(text.as_bytes()).unwrap().1
}

fn names(text: &str) -> Vec<String> {
    let (leads, errors) = read_bytes(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(errors.is_empty(), "{text}: {errors:?}");
    leads.into_iter().map(|(_, lead)| lead.first_name).collect()
}

fn custom(text: &str) -> Value {
    let (mut leads, _) = read_bytes(text.as_bytes()).unwrap();
    leads.remove(0).1.custom_fields.map_or(Value::Null, Value::Object)
}

fn why(bytes: &[u8]) -> String {
    read_bytes(bytes).unwrap_err().to_string()
}

/// B-074, B-075, B-076
#[test]
fn the_documents_own_file_is_read_whole() {
    let file = "first_name,phone,company,position,notes,schedule_at\n\
        John,+14155552671,Acme Corp,Manager,Interested in premium,2025-06-24T14:00:00Z\n\
        Jane,415-555-2672,TechCo,Director,Follow up next week,\n\
        Bob,(415) 555-2673,StartupInc,CEO,High priority,\n";
    let (leads, errors) = read_bytes(file.as_bytes()).unwrap();
    let phones: Vec<String> = leads.iter().filter_map(|(_, lead)| lead.phone.key()).collect();
    assert_eq!(phones, ["+14155552671", "+14155552672", "+14155552673"]);
    assert!(errors.is_empty());
    assert_eq!(leads[0].1.schedule_at.unwrap().to_rfc3339(), "2025-06-24T14:00:00+00:00");
    assert_eq!(leads[2].1.custom_fields.as_ref().unwrap()["company"], "StartupInc");
}

/// B-078, K10: the header is row 1, a cell may hold line ends, and each bad row is reported by its line.
#[test]
fn bad_rows_are_reported_by_their_lines() {
    for end in ["\r\n", "\n", "\r"] {
        let file = [
            "\u{feff}First_Name;PHONE;schedule_at;note",
            "A;4155552671;;\"two",
            "lines\"",
            "",
            "B;(415) 555-invalid;;",
            ";4155552672;;",
            "C;4155552673;soon;",
            "",
        ]
        .join(end);
        let expected = [
            (5, "Invalid phone number format: (415) 555-invalid".to_owned()),
            (6, "first_name is required".to_owned()),
            (7, "Invalid schedule_at: soon".to_owned()),
        ];
        assert_eq!(errors(&file), expected, "{end:?}");
    }
    let long = format!("first_name,phone\nA,{}x\n", "1".repeat(900));
    assert!(errors(&long)[0].1.len() < 100, "the message does not repeat all of it");
}

/// K8, K9, part 3: headers as people write them, titles above them, and every delimiter.
#[test]
fn a_header_is_found_however_it_is_written() {
    for file in [
        "first_name,phone,\"notes; tags\"\nAna,+14155552671,\"a; b\"\n",
        "sep=;\nfirst_name;phone\nAna;+14155552671\n",
        "SEP=|\r\nfirst_name|phone\r\nAna|+14155552671\r\n",
        "First Name,Phone Number\nAna,+14155552671\n",
        "FIRST-NAME\tMobile\nAna\t+14155552671\n",
        "Phone,firstName,Phone Type\n+14155552671,Ana,home\n",
        "نام;شماره موبایل\nAna;+14155552671\n",
        "نام\u{200c},تلفن همراه\nAna,+14155552671\n",
        "\u{200b}first_name\u{200b},\u{200e}phone\nAna,+14155552671\n",
        "Leads of May; second part, corrected\n\nfirst_name;phone\nAna;+14155552671\n",
        "Report,,\nmade 2026-05-01,,\nid,first_name,phone\n7,Ana,+14155552671\n",
        "\"first_name\",\"phone\"\r\"Ana\",\"+14155552671\"\r",
    ] {
        assert_eq!(names(file), ["Ana"], "{file:?}");
    }
    let titled = "Leads of May\n\nfirst_name,phone\nAna,bad\n";
    assert_eq!(errors(titled), [(4, "Invalid phone number format: bad".to_owned())]);
    let named = "sep=;\nfirst_name;phone\nAna;bad\n";
    assert_eq!(errors(named)[0].0, 2, "the line that names the delimiter is no row");
}

/// K11
#[test]
fn columns_of_one_name_are_both_kept() {
    assert_eq!(
        custom("first_name,phone,notes,notes\nA,4155552671,first,second\n"),
        json!({ "notes": "first", "notes_2": "second" })
    );
    assert_eq!(
        custom("first_name,phone,Notes,notes ,NOTES\nA,4155552671,1,2,3\n"),
        json!({ "Notes": "1", "notes_2": "2", "NOTES_3": "3" })
    );
    assert_eq!(
        custom("first_name,phone,notes,notes_2,notes\nA,4155552671,1,2,3\n"),
        json!({ "notes": "1", "notes_2": "2", "notes_3": "3" })
    );
    assert_eq!(
        custom("first_name,phone,phone\nA,4155552671,4155552672\n"),
        json!({ "phone_2": "4155552672" })
    );
    assert_eq!(
        custom("first_name,phone,mobile\nA,4155552671,4155552672\n"),
        json!({ "mobile": "4155552672" })
    );
    assert_eq!(custom("first_name,first name,phone\nA,B,4155552671\n"), json!({ "first name_2": "B" }));
    assert_eq!(custom("first_name,phone,\nA,4155552671,x,y\n"), json!({ "column_3": "x", "column_4": "y" }));
    assert_eq!(custom("first_name,phone,?,!\nA,4155552671,x,y\n"), json!({ "?": "x", "!": "y" }));
}

/// K15, K16: ISO 8601, and what a spreadsheet keeps for a date.
#[test]
fn a_date_of_a_spreadsheet_is_local_time() {
    let at = |text: &str| {
        let file = format!("first_name,phone,schedule_at\nA,4155552671,\"{text}\"\n");
        let (leads, errors) = read_bytes(file.as_bytes()).unwrap();
        leads.first().map_or_else(|| errors[0].1.clone(), |(_, lead)| lead.schedule_at.unwrap().to_rfc3339())
    };
    assert_eq!(at("2027-06-24T14:00:00Z"), "2027-06-24T14:00:00+00:00");
    assert_eq!(at("46562.5833333"), "2027-06-24T10:30:00+00:00");
    assert_eq!(at("46562.58333333"), "2027-06-24T10:30:00+00:00");
    assert_eq!(at("46562"), "2027-06-23T20:30:00+00:00");
    assert_eq!(at("25569"), "1969-12-31T20:30:00+00:00");
    assert_eq!(at("soon"), "Invalid schedule_at: soon");
    assert_eq!(at("46562.5.1"), "Invalid schedule_at: 46562.5.1");
}

#[test]
fn a_workbook_is_read_as_a_text_is() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["first_name", "phone", "schedule_at", "born"]) {
        sheet.write(2, column, name).unwrap();
    }
    sheet.write(0, 0, "Leads of May").unwrap();
    let moment = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    sheet.write(3, 0, "Ana").unwrap();
    sheet.write(3, 1, 4_155_552_671.0).unwrap();
    sheet.write_with_format(3, 2, 46_562.583_333_333, &moment).unwrap();
    sheet.write_with_format(3, 3, 32_874.0, &day).unwrap();
    sheet.write(5, 0, "Bob").unwrap();
    sheet.write(5, 1, "bad").unwrap();
    let (leads, errors) = read_bytes(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!(leads[0].1.phone.key().as_deref(), Some("+14155552671"));
    assert_eq!(leads[0].1.schedule_at.unwrap().to_rfc3339(), "2027-06-24T10:30:00+00:00");
    assert_eq!(leads[0].1.custom_fields.as_ref().unwrap()["born"], "1990-01-01");
    assert_eq!(errors, [(6, "Invalid phone number format: bad".to_owned())]);
    let second = [
        Sheet::new("Note").row(&["read me"]),
        Sheet::new("L").row(&["phone", "first_name"]).row(&["4155552671", "A"]),
    ];
    assert_eq!(read_bytes(&workbook(&second)).unwrap().0.len(), 1);
}

#[test]
fn a_file_that_is_none_says_why() {
    assert_eq!(why(b""), "The file is empty");
    assert_eq!(why(b"\n \n"), "The file is empty");
    assert_eq!(why(b"name,phone\nA,1\n"), "Missing required column: first_name");
    assert_eq!(why(b"first_name\nA\n"), "Missing required column: phone");
    assert_eq!(why(b"first_name,phone type\nA,home\n"), "Missing required column: phone");
    assert_eq!(why(&[0xFF, 0xFE, b'f', 0]), "Missing required column: first_name");
    assert_eq!(
        why(b"first_name,phone\nA,\"4155552671\nB,4155552672\n"),
        "The quote that opens in line 2 is never closed"
    );
    let wide = format!("first_name,phone,{}\n", "x".repeat(101));
    assert_eq!(why(wide.as_bytes()), "The name of a column is longer than 100 characters");
    let wide = format!("first_name,phone{}\n", ",x".repeat(63));
    assert_eq!(why(wide.as_bytes()), "The file has more than 64 columns");
    let long = format!("first_name,phone\n{}", "A,4155552671\n".repeat(ROWS_MAX + 1));
    assert_eq!(why(long.as_bytes()), "The file has more than 50000 rows");
    assert_eq!(
        why(&workbook(&[Sheet::new("x").row(&["name", "phone"])])),
        "Missing required column: first_name"
    );
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_panic(text in "(first_name,phone\n)?[a-z0-9,;\"\n\r+ ]{0,60}") {
        let _ = read_bytes(text.as_bytes());
    }

    /// Every row is either a lead or an error, with the line in which it stands.
    #[test]
    fn each_row_is_a_lead_or_an_error(rows in proptest::collection::vec(("[A-Z][a-z]{0,5}", "(4155552[0-9]{3}|bad|)"), 1..20)) {
        let mut file = "first_name,phone\n".to_owned();
        for (name, phone) in &rows {
            file.extend([name, ",", phone, "\n"]);
        }
        let (leads, errors) = read_bytes(file.as_bytes()).unwrap();
        let mut lines: Vec<usize> = leads.iter().map(|(row, _)| *row).chain(errors.iter().map(|(row, _)| *row)).collect();
        lines.sort_unstable();
        prop_assert_eq!(lines, (2..rows.len() + 2).collect::<Vec<_>>());
        prop_assert_eq!(leads.len(), rows.iter().filter(|(_, phone)| phone.starts_with('4')).count());
    }
}
