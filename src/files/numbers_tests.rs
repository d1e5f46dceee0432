//! Numbers of files as people send them.

use super::*;
use crate::files::bounds::Bound;
use crate::files::workbook::tests::{Sheet, workbook};
use proptest::prelude::*;
use std::io::Cursor;

fn read_bytes(bytes: &[u8]) -> Result<Vec<(usize, String)>, FileError> {
    let cells = list(&mut Cursor::new(bytes), Bounds::upload(100), Region::default())?;
    Ok(cells.into_iter().map(|cell| (cell.row, cell.text)).collect())
}

fn texts(file: &str) -> Vec<String> {
    let found = read_bytes(file.as_bytes()).unwrap_or_else(|error| panic!("{file}: {error}"));
    found.into_iter().map(|(_, text)| text).collect()
}

fn told(file: &str) -> String {
    read_bytes(file.as_bytes()).unwrap_err().to_string()
}

#[test]
fn plain_lists_and_named_columns_are_read_with_their_lines() {
    let plain = read_bytes(b"09121112222\n\n+98 912 333 4444\n").unwrap();
    assert_eq!(plain, [(1, "09121112222".into()), (3, "+98 912 333 4444".into())]);
    let named = read_bytes("\u{feff}name;Phone Number\r\nAli;0912 111 2222\r\nSara;\r\n".as_bytes()).unwrap();
    assert_eq!(named, [(2, "0912 111 2222".into())]);
    assert!(read_bytes(b"").unwrap().is_empty());
    assert!(read_bytes(b"\n\n,,\n").unwrap().is_empty());
    let long = "09121112222\n".repeat(102);
    assert_eq!(told(&long), "The file has more than 100 rows");
}

/// K8, K9
#[test]
fn the_delimiter_is_the_one_that_parts_cells() {
    let two = ["09125550006", "09125550007"];
    for file in [
        "09125550006,\"Tehran; Iran\"\n09125550007,\"Karaj\"\n",
        "09125550006;\"Tehran, Iran\"\n09125550007;Karaj\n",
        "phone,\"a; b; c\"\n09125550006,x\n09125550007,y\n",
        "\"city; town\",phone\nA,09125550006\nB;C,09125550007\n",
        "09125550006\tA, B; C\n09125550007\tD\n",
        "phone|name\n09125550006|A\n09125550007|B\n",
        "name,phone\r\"A;B\",09125550006\r\"C;D;E\",09125550007\r",
        "sep=;\nname;phone\nAli;09125550006\nSara;09125550007\n",
        "\u{feff}SEP=,\r\nname,phone\r\nAli,09125550006\r\nSara,09125550007\r\n",
        "sep=^\rname^phone\rAli^09125550006\rSara^09125550007\r",
        "\"sep=\t\"\nname\tphone\nAli\t09125550006\nSara\t09125550007\n",
        "sep=\u{60c}\n09125550006\u{60c}A\n09125550007\u{60c}B\n",
    ] {
        assert_eq!(texts(file), two, "{file:?}");
    }
}

/// K12
#[test]
fn the_column_is_the_one_whose_name_or_cells_say_so() {
    for (file, expected) in [
        ("id,mobile_number\n20000,09121000101\n20001,09121000102\n", vec!["09121000101", "09121000102"]),
        ("ردیف,شماره موبایل\n1000,09121000199\n", vec!["09121000199"]),
        ("ردیف;شماره تماس;نام\n1;09121000199;علی\n", vec!["09121000199"]),
        ("phone_code,phone_number\n98,09121000101\n", vec!["09121000101"]),
        ("Phone Type,Home,Customer Tel.\nmobile,no,09121000101\n", vec!["09121000101"]),
        ("Mobile OS,MobilePhone\n17.2,09121000101\n", vec!["09121000101"]),
        ("order number,contact\n10001,09121000101\n", vec!["09121000101"]),
        ("number,who\n1,09121000101\n2,09121000102\n", vec!["09121000101", "09121000102"]),
        ("name,mobile,phone\nA,,09121000101\nB,,09121000102\n", vec!["09121000101", "09121000102"]),
        (
            "phone,mobile\nletters,\n09121000101,\n09121000102,9\n",
            vec!["letters", "09121000101", "09121000102"],
        ),
        ("a,b,c\n1,x,09121000101\n2,y,09121000102\n", vec!["09121000101", "09121000102"]),
        ("20000,Ali,09121000101\n20001,Sara,09121000102\n", vec!["09121000101", "09121000102"]),
        ("List of May 2026\n\nid,tel\n1,09121000101\n", vec!["09121000101"]),
        ("Phone list\nname,phone\nAli,09121000101\n", vec!["09121000101"]),
        ("تلفن همراه\n۰۹۱۲۱۰۰۰۱۰۱\n", vec!["۰۹۱۲۱۰۰۰۱۰۱"]),
        ("phone\n=\"09121000101\"\n", vec!["09121000101"]),
        ("\u{200b}phone\u{200f},x\n\u{202a}09121000101\u{202c},y\n", vec!["09121000101"]),
    ] {
        assert_eq!(texts(file), expected, "{file}");
    }
    assert_eq!(
        told("phone,name\n,Ali\n,Sara\n"),
        "The file holds no phone numbers; name their column 'phone'"
    );
    // Nothing looks like a number: the cells are answered as what they are, and none is queued.
    assert_eq!(texts("who,x\n1,2\n"), ["who", "1"]);
}

/// K12, K14
#[test]
fn the_sheet_is_the_first_visible_one_with_such_a_column() {
    let note = Sheet::new("Note").row(&["Please call these politely"]).row(&["Phone numbers: next sheet"]);
    let hidden = Sheet::new("Old").hidden().row(&["phone"]).row(&["09120000000"]);
    let list = Sheet::new("List").row(&["id", "mobile"]).row(&["20000", "09121000101"]);
    let later = Sheet::new("Later").row(&["phone"]).row(&["09129999999"]);
    let found = read_bytes(&workbook(&[note, hidden, list, later])).unwrap();
    assert_eq!(found, [(2, "09121000101".to_owned())]);
    let empty = workbook(&[Sheet::new("Empty")]);
    assert!(read_bytes(&empty).unwrap().is_empty());
    let words = workbook(&[Sheet::new("Words").row(&["a note"]).row(&["another"])]);
    assert_eq!(read_bytes(&words).unwrap().len(), 2, "none of them a number");
}

#[test]
fn a_sheets_numbers_are_read_as_they_were_typed() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "phone").unwrap();
    sheet.write(1, 0, 9_121_112_222.0).unwrap();
    sheet.write(2, 0, "09123334444").unwrap();
    sheet.write(5, 0, 989_121_112_223.0).unwrap();
    let found = read_bytes(&book.save_to_buffer().unwrap()).unwrap();
    let expected =
        [(2, "9121112222".to_owned()), (3, "09123334444".to_owned()), (6, "989121112223".to_owned())];
    assert_eq!(found, expected);
}

#[test]
fn two_cells_at_the_ends_of_a_sheet_are_two_cells() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "09121112222").unwrap();
    sheet.write(1_048_575, 16_383, "far away").unwrap();
    let file = book.save_to_buffer().unwrap();
    assert_eq!(read_bytes(&file).unwrap(), [(1, "09121112222".to_owned())]);
    let sheet = book.worksheet_from_index(0).unwrap();
    for column in 300..330 {
        sheet.write(3, column, "too far").unwrap();
    }
    let over = read_bytes(&book.save_to_buffer().unwrap()).unwrap_err();
    assert!(matches!(over, FileError::Over { bound: Bound::Columns, max: 256 }), "{over}");
}

/// A text that is no number cannot make memory grow: it is cut where it is certain that it is none.
#[test]
fn a_long_cell_is_cut() {
    let file = format!("phone\n09121112222\n{}\n", "x".repeat(10_000));
    assert_eq!(texts(&file)[1].chars().count(), PHONE_MAX + 1);
}

/// K7, K13
#[test]
fn a_file_that_cannot_be_read_whole_has_no_numbers() {
    assert_eq!(
        told("phone\n09121112222\n\"09123334444\n09125556666\n"),
        "The quote that opens in line 3 is never closed"
    );
    assert!(told("%PDF-1.4\n0912 555 3333\n").starts_with("The file is a PDF"));
    assert!(told("09121112222\n\u{4}999999\n").starts_with("Line 2 holds the control character U+0004"));
}

/// Bytes that begin like each format.
fn begun() -> impl Strategy<Value = Vec<u8>> {
    let begin = prop::sample::select(vec![
        &b""[..],
        b"PK\x03\x04",
        b"\xFF\xFE",
        b"\xFE\xFF",
        b"\xEF\xBB\xBF",
        b"sep=;\n",
    ]);
    (begin, proptest::collection::vec(any::<u8>(), 0..300))
        .prop_map(|(begin, bytes)| [begin, &bytes].concat())
}

/// Files as people send them, some bytes of which are changed.
fn changed() -> impl Strategy<Value = Vec<u8>> {
    let book = workbook(&[Sheet::new("A").row(&["id", "phone"]).row(&["20000", "09121112222"])]);
    let wide = "\u{feff}نام;موبایل\r\nعلی;09121112222\r\n".encode_utf16().flat_map(u16::to_le_bytes);
    let corpus: Vec<Vec<u8>> = vec![
        b"id,phone\n20000,09121112222\n20001,\"0912 333 4444\"\n".to_vec(),
        b"sep=;\r\nname;mobile\r\n\"A;B\";+98 912 111 2222\r\n".to_vec(),
        wide.collect(),
        book,
    ];
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6);
    (prop::sample::select(corpus), changes).prop_map(|(mut file, changes)| {
        for (at, byte, how) in changes {
            let at = at.index(file.len());
            match how {
                0 => file[at] = byte,
                1 => file.insert(at, byte),
                _ => drop(file.remove(at)),
            }
            if file.is_empty() {
                break;
            }
        }
        file
    })
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(file in begun()) {
        let _ = read_bytes(&file);
    }

    #[test]
    fn no_change_of_a_file_makes_the_reader_panic(file in changed()) {
        let _ = read_bytes(&file);
    }

    /// Row numbers and other small figures are never taken for numbers where there are any.
    #[test]
    fn the_numbers_are_found_wherever_their_column_is(
        before in 0..4_usize, after in 0..4_usize, rows in 1..30_u32, has_header: bool, delimiter in "[,;\t|]",
    ) {
        let mut file = String::new();
        let line = |phone: &str, filler: &dyn Fn(usize) -> String| {
            let mut cells: Vec<String> = (0..before).map(filler).collect();
            cells.push(phone.to_owned());
            cells.extend((0..after).map(filler));
            cells.join(&delimiter) + "\n"
        };
        if has_header {
            file += &line("whom to ring", &|at| format!("field {at}"));
        }
        let phones: Vec<String> = (0..rows).map(|row| format!("0912{:07}", 1_000_000 + row)).collect();
        for (row, phone) in phones.iter().enumerate() {
            file += &line(phone, &|at| format!("{}", 20_000 + row * 10 + at));
        }
        prop_assert_eq!(texts(&file), phones);
    }
}
