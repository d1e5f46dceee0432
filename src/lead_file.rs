//! Which leads does a CSV hold (B-074 to B-078, C-37)? A header names the columns; every row is read for itself.

use crate::ledger::import_leads::Row;
use crate::ledger::schedule_leads::CreateLead;
use crate::number_file::{NumberFileError, csv};
use chrono_tz::Tz;
use domain::lead::details::DETAIL_MAX;
use domain::phone::{Phone, Region, Validity};
use domain::time::parse_instant;
use serde_json::Map;
use thiserror::Error;
use uuid::Uuid;

/// The most rows of one file.
pub const ROWS_MAX: usize = 50_000;
/// The most columns, and the longest name of one, in characters.
const COLUMNS_MAX: usize = 64;
const NAME_MAX: usize = 100;
/// The most custom values of one file: each takes a hundred bytes or so.
const VALUES_MAX: usize = 1_000_000;

/// Why a file as a whole cannot be read.
#[derive(Debug, Error)]
pub enum LeadFileError {
    #[error("The file is empty")]
    Empty,
    #[error("The file is UTF-16; save it as UTF-8")]
    Utf16,
    #[error("The file is not UTF-8 text")]
    NotText,
    #[error("Missing required column: {0}")]
    MissingColumn(&'static str),
    #[error("The file has more than {COLUMNS_MAX} columns, or names of more than {NAME_MAX} characters")]
    BadHeader,
    #[error("The file has more than {VALUES_MAX} values; split it")]
    TooMuch,
    #[error("The file has more than {ROWS_MAX} rows")]
    TooLong,
    #[error("The file cannot be read as CSV: {0}")]
    Unreadable(String),
}

/// A row that cannot become a lead, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowError {
    /// Lines of the file, the header's is 1.
    pub row: usize,
    pub error: String,
}

/// Whose leads they become, and how national numbers and local times are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub agent_id: Uuid,
    pub region: Region,
    pub zone: Tz,
}

/// Reads a file: the leads of its good rows, and what is wrong with the others.
pub fn read(bytes: &[u8], reading: Reading) -> Result<(Vec<Row>, Vec<RowError>), LeadFileError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(LeadFileError::Utf16);
    }
    std::str::from_utf8(bytes).map_err(|_| LeadFileError::NotText)?;
    let rows = csv(bytes, ROWS_MAX).map_err(|error| match error {
        NumberFileError::TooLong { .. } => LeadFileError::TooLong,
        NumberFileError::Unreadable(problem) => LeadFileError::Unreadable(problem),
    })?;
    let mut rows = rows.into_iter();
    let (_, header) = rows.next().ok_or(LeadFileError::Empty)?;
    let columns = Columns::of(header)?;
    let (mut leads, mut errors, mut values) = (Vec::new(), Vec::new(), 0);
    for (row, cells) in rows {
        if cells.iter().all(String::is_empty) {
            continue;
        }
        match columns.lead(&cells, reading) {
            Ok(lead) => {
                values += lead.custom_fields.as_ref().map_or(0, Map::len);
                if values > VALUES_MAX {
                    return Err(LeadFileError::TooMuch);
                }
                leads.push((row, lead));
            }
            Err(error) => errors.push(RowError { row, error }),
        }
    }
    Ok((leads, errors))
}

/// Where everything stands.
struct Columns {
    first_name: usize,
    phone: usize,
    schedule_at: Option<usize>,
    names: Vec<String>,
}

impl Columns {
    fn of(header: Vec<String>) -> Result<Self, LeadFileError> {
        let names = header;
        if names.len() > COLUMNS_MAX || names.iter().any(|name| name.chars().count() > NAME_MAX) {
            return Err(LeadFileError::BadHeader);
        }
        let find = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
        let first_name = find("first_name").ok_or(LeadFileError::MissingColumn("first_name"))?;
        let phone = find("phone").ok_or(LeadFileError::MissingColumn("phone"))?;
        Ok(Self { first_name, phone, schedule_at: find("schedule_at"), names })
    }

    fn lead(&self, cells: &[String], reading: Reading) -> Result<CreateLead, String> {
        let cell = |column: usize| cells.get(column).map_or("", String::as_str);
        let named = |column: usize| self.names.get(column).map_or("", String::as_str);
        if let Some(long) = (0..self.names.len()).find(|&column| cell(column).chars().count() > DETAIL_MAX) {
            return Err(format!("Value too long for {}", named(long)));
        }
        let first_name = cell(self.first_name).to_owned();
        if first_name.is_empty() {
            return Err("first_name is required".to_owned());
        }
        let raw = cell(self.phone);
        let phone = Phone::try_new(raw, reading.region).ok();
        let phone = phone.filter(|phone| phone.validity != Validity::Invalid);
        let phone = phone.ok_or_else(|| format!("Invalid phone number format: {raw}"))?;
        let schedule_at = match self.schedule_at.map(cell).filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => {
                let at = parse_instant(text, reading.zone);
                Some(at.map_err(|_| format!("Invalid schedule_at: {text}"))?)
            }
        };
        let is_own = |column: &usize| {
            ![Some(self.first_name), Some(self.phone), self.schedule_at].contains(&Some(*column))
        };
        let custom: Map<_, _> = (0..self.names.len())
            .filter(is_own)
            .filter(|&column| !named(column).is_empty() && !cell(column).is_empty())
            .map(|column| (named(column).to_owned(), cell(column).into()))
            .collect();
        let custom_fields = (!custom.is_empty()).then_some(custom);
        Ok(CreateLead { agent_id: reading.agent_id, first_name, phone, custom_fields, schedule_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reading() -> Reading {
        Reading { agent_id: Uuid::nil(), region: "US".parse().unwrap(), zone: Tz::UTC }
    }

    fn errors(text: &str) -> Vec<(usize, String)> {
        let (_, errors) = read(text.as_bytes(), reading()).unwrap();
        errors.into_iter().map(|error| (error.row, error.error)).collect()
    }

    /// B-074, B-075, B-076
    #[test]
    fn the_documents_own_file_is_read_whole() {
        let file = "first_name,phone,company,position,notes,schedule_at\n\
            John,+14155552671,Acme Corp,Manager,Interested in premium,2025-06-24T14:00:00Z\n\
            Jane,415-555-2672,TechCo,Director,Follow up next week,\n\
            Bob,(415) 555-2673,StartupInc,CEO,High priority,\n";
        let (leads, errors) = read(file.as_bytes(), reading()).unwrap();
        let phones: Vec<String> = leads.iter().filter_map(|(_, lead)| lead.phone.key()).collect();
        assert_eq!(phones, ["+14155552671", "+14155552672", "+14155552673"]);
        assert!(errors.is_empty());
        assert_eq!(leads[0].1.schedule_at.unwrap().to_rfc3339(), "2025-06-24T14:00:00+00:00");
        assert_eq!(leads[2].1.custom_fields.as_ref().unwrap()["company"], "StartupInc");
    }

    /// B-078: the header is row 1, a cell may hold line ends, and each bad row is told by its line.
    #[test]
    fn bad_rows_are_told_by_their_lines() {
        let file = "\u{feff}First_Name;PHONE;schedule_at;note\r\nA;4155552671;;\"two\nlines\"\r\n\r\nB;(415) 555-invalid;;\r\n\
            ;4155552672;;\r\nC;4155552673;soon;\r\n";
        let expected = [
            (5, "Invalid phone number format: (415) 555-invalid".to_owned()),
            (6, "first_name is required".to_owned()),
            (7, "Invalid schedule_at: soon".to_owned()),
        ];
        assert_eq!(errors(file), expected);
    }

    #[test]
    fn a_file_that_is_none_says_why() {
        let why = |bytes: &[u8]| read(bytes, reading()).unwrap_err().to_string();
        assert_eq!(why(b""), "The file is empty");
        assert_eq!(why(b"name,phone\nA,1\n"), "Missing required column: first_name");
        assert_eq!(why(b"first_name\nA\n"), "Missing required column: phone");
        assert_eq!(why(&[0xFF, 0xFE, b'f', 0]), "The file is UTF-16; save it as UTF-8");
        assert_eq!(why(&[b'f', 0xC0]), "The file is not UTF-8 text");
        let wide = format!("first_name,phone,{}\n", "x".repeat(101));
        assert!(why(wide.as_bytes()).contains("more than 64 columns"));
        let long = format!("first_name,phone\n{}", "A,4155552671\n".repeat(ROWS_MAX + 1));
        assert_eq!(why(long.as_bytes()), "The file has more than 50000 rows");
    }

    proptest! {
        #[test]
        fn nothing_makes_the_reader_panic(text in "(first_name,phone\n)?[a-z0-9,;\"\n\r+ ]{0,60}") {
            let _ = read(text.as_bytes(), reading());
        }
    }
}
