//! Which leads does a file hold (B-074 to B-078, C-37)? A header names the columns; every row is read for itself.
//!
//! `first_name` and `phone` are required, under these names or others that mean the same (`First Name`, `Phone Number`,
//! `Mobile`, and their Persian words); `schedule_at` is read where it is there. Every other column becomes a custom field
//! under its own name: of two columns of one name the second is `notes_2` (K11), a column without a name is `column_5`.

use super::FileError;
use super::bounds::{Bound, Bounds};
use super::names::{self, Says};
use super::spool::{Spool, Spooled};
use super::table::{self, Fit, Plan, Row, Wanted};
use super::turns::guarded;
use crate::actions::leads::import;
use crate::actions::leads::schedule::CreateLead;
use chrono::{Duration, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use domain::lead::details::DETAIL_MAX;
use domain::phone::{PHONE_MAX, Phone, Region, Validity};
use domain::time::{Instant, in_zone, parse_instant};
use serde_json::Map;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::io::{Read, Seek};
use tokio::sync::mpsc;
use uuid::Uuid;

/// The most rows of one file (C-37).
pub const ROWS_MAX: usize = 50_000;
/// The most columns, and the longest name of one, in characters.
const COLUMNS_MAX: usize = 64;
const NAME_MAX: usize = 100;
/// Rows that may stand above the header.
const TITLES_MAX: usize = 20;
/// Days since 1899-12-30 that a spreadsheet's date may be: 1954 to 2119.
const SERIALS: std::ops::RangeInclusive<f64> = 20_000.0..=80_000.0;

/// A row that cannot become a lead, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowError {
    /// The line of the file in which the row begins, from 1.
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

/// A file that was read as a whole: nothing in it is unreadable.
pub struct LeadFile {
    columns: Columns,
    /// How many rows of data there are.
    pub rows: usize,
    spooled: Spooled,
}

/// Reads a file. Its rows are kept on the disk.
pub fn read<R: Read + Seek>(file: &mut R, bounds: Bounds) -> Result<LeadFile, FileError> {
    let mut spool = Spool::new()?;
    let columns = table::read(file, bounds, &Leads, |_, row| spool.push(&row))?;
    let (rows, spooled) = spool.finish()?;
    Ok(LeadFile { columns: columns.ok_or(FileError::Empty)?, rows, spooled })
}

impl LeadFile {
    /// The leads of good rows, and what is wrong with the others, in the order of the file.
    pub fn leads(self, reading: Reading) -> impl Iterator<Item = Result<import::Row, RowError>> {
        let columns = self.columns;
        self.spooled.map(move |row| match row {
            Ok(row) => match guarded(|| Ok(columns.lead(&row, reading))) {
                Ok(Ok(lead)) => Ok((row.line, lead)),
                Ok(Err(error)) => Err(RowError { row: row.line, error }),
                // One row that nobody foresaw does not stop the others.
                Err(_) => Err(RowError { row: row.line, error: "The row cannot be read".to_owned() }),
            },
            Err(error) => Err(RowError { row: 0, error: error.to_string() }),
        })
    }

    /// Sends the leads of good rows until nobody takes them; answers what is wrong with the others. Blocks.
    pub fn send(self, reading: Reading, sender: &mpsc::Sender<import::Row>) -> Vec<RowError> {
        let mut errors = Vec::new();
        for read in self.leads(reading) {
            match read {
                Ok(row) => {
                    if sender.blocking_send(row).is_err() {
                        break;
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        errors
    }
}

struct Leads;

/// Where everything stands.
#[derive(Clone, Debug)]
struct Columns {
    first_name: usize,
    phone: usize,
    schedule_at: Option<usize>,
    /// What each column is called among custom fields.
    names: Vec<String>,
}

impl Wanted for Leads {
    type Columns = Columns;

    /// The header is the first row that names both required columns.
    fn plan(&self, head: &[Row]) -> Result<Plan<Columns>, FileError> {
        let mut missing = None;
        for (at, row) in head.iter().enumerate().take(TITLES_MAX) {
            match (first_name(row), phone(row)) {
                (Some(first_name), Some(phone)) => {
                    let schedule_at = row.cells.iter().position(|name| names::is_schedule_at(name));
                    let columns = Columns { first_name, phone, schedule_at, names: unique(row)? };
                    return Ok(Plan { columns, skipped: at + 1, fit: Fit::ByName });
                }
                (None, Some(_)) => missing = missing.or(Some("first_name")),
                (Some(_), None) => missing = missing.or(Some("phone")),
                (None, None) => {}
            }
        }
        Err(FileError::MissingColumn(missing.unwrap_or("first_name")))
    }
}

fn first_name(header: &Row) -> Option<usize> {
    let column = |name: &str| header.cells.iter().position(|cell| names::folded(cell) == name);
    column("firstname").or_else(|| header.cells.iter().position(|cell| names::is_first_name(cell)))
}

fn phone(header: &Row) -> Option<usize> {
    let says = header.cells.iter().enumerate().map(|(column, name)| (names::phones(name), Reverse(column)));
    let (says, Reverse(column)) = says.max()?;
    (says > Says::SomethingAboutPhones).then_some(column)
}

/// The columns' names, no two alike.
fn unique(header: &Row) -> Result<Vec<String>, FileError> {
    if header.cells.len() > COLUMNS_MAX {
        return Err(FileError::over(Bound::Columns, COLUMNS_MAX));
    }
    let mut taken: HashSet<String> = HashSet::new();
    let mut unique = Vec::with_capacity(header.cells.len());
    for (column, name) in header.cells.iter().enumerate() {
        if name.chars().count() > NAME_MAX {
            return Err(FileError::LongName(NAME_MAX));
        }
        let name = if name.is_empty() { unnamed(column) } else { name.clone() };
        let spellings = std::iter::once(name.clone()).chain((2..).map(|count| format!("{name}_{count}")));
        // As many spellings as there are columns: one of them is free.
        let free = spellings.take(COLUMNS_MAX + 1).find(|name| taken.insert(key(name)));
        unique.push(free.unwrap_or_else(|| unnamed(column)));
    }
    Ok(unique)
}

/// What a column is called that has no name, from 1.
fn unnamed(column: usize) -> String {
    format!("column_{}", column + 1)
}

/// Names that differ only in how they are written are one name; names of signs alone are compared as they are.
fn key(name: &str) -> String {
    let folded = names::folded(name);
    if folded.is_empty() { name.to_owned() } else { folded }
}

impl Columns {
    fn lead(&self, row: &Row, reading: Reading) -> Result<CreateLead, String> {
        if row.cells.len() > COLUMNS_MAX {
            return Err(format!("The row has more than {COLUMNS_MAX} cells"));
        }
        let name = |column: usize| self.names.get(column).cloned().unwrap_or_else(|| unnamed(column));
        let is_long = |column: &usize| row.cell(*column).chars().count() > DETAIL_MAX;
        if let Some(column) = (0..row.cells.len()).find(is_long) {
            return Err(format!("Value too long for {}", name(column)));
        }
        let first_name = row.cell(self.first_name).to_owned();
        if first_name.is_empty() {
            return Err("first_name is required".to_owned());
        }
        let raw = row.cell(self.phone);
        let phone = Phone::try_new(raw, reading.region).ok();
        let phone = phone.filter(|phone| phone.validity != Validity::Invalid);
        let phone = phone.ok_or_else(|| format!("Invalid phone number format: {}", shown(raw)))?;
        let schedule_at =
            match self.schedule_at.map(|column| row.cell(column)).filter(|text| !text.is_empty()) {
                None => None,
                Some(text) => {
                    let at = instant(text, reading.zone);
                    Some(at.ok_or_else(|| format!("Invalid schedule_at: {}", shown(text)))?)
                }
            };
        let own = [Some(self.first_name), Some(self.phone), self.schedule_at];
        let custom: Map<_, _> = (0..row.cells.len())
            .filter(|column| !own.contains(&Some(*column)) && !row.cell(*column).is_empty())
            .map(|column| (name(column), row.cell(column).into()))
            .collect();
        let custom_fields = (!custom.is_empty()).then_some(custom);
        Ok(CreateLead { agent_id: reading.agent_id, first_name, phone, custom_fields, schedule_at })
    }
}

/// What a message shows of a value: a workbook may repeat a long text in every row.
fn shown(text: &str) -> String {
    text.chars().take(PHONE_MAX).collect()
}

/// ISO 8601, or the day number that a spreadsheet keeps for a date (K16): that one is local time.
fn instant(text: &str, zone: Tz) -> Option<Instant> {
    match serial(text) {
        Some(local) => Some(in_zone(local, zone)),
        None => parse_instant(text, zone).ok(),
    }
}

/// Days since 1899-12-30, with a fraction for the time of the day, which is not exact: rounded to seconds.
fn serial(text: &str) -> Option<NaiveDateTime> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let days: f64 = text.parse().ok().filter(|days| is_plain && SERIALS.contains(days))?;
    #[expect(clippy::cast_possible_truncation, reason = "at most 80,000 days")]
    let seconds = Duration::try_seconds((days * 86_400.0).round() as i64)?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.and_hms_opt(0, 0, 0)?.checked_add_signed(seconds)
}

#[cfg(test)]
#[path = "leads_tests.rs"]
mod tests;
