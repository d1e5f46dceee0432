//! Which phone numbers does a file hold (K12)? One column: the one whose name says so, else the one most of whose cells are
//! phone numbers; never blindly the first. A number that was queued by mistake is dialed.

use super::FileError;
use super::bounds::Bounds;
use super::names::{self, Says};
use super::table::{self, Fit, Plan, Row, Wanted};
use domain::phone::{PHONE_MAX, Phone, Region, Validity};
use std::cmp::Reverse;
use std::io::{Read, Seek};

/// Rows that may stand above the numbers: titles and the header.
const TITLES_MAX: usize = 20;
/// The fewest digits by which a column is taken for one of phone numbers: row numbers and years have fewer.
const DIGITS_MIN: usize = 7;

/// A cell that should hold a number, and the line of the file it stands in, from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    pub row: usize,
    /// At most one character more than a phone number can have: enough to see that it is none.
    pub text: String,
}

/// Hands each number of a file to `sink` while that answers that it goes on; blank cells, titles and the header are left out. National numbers belong to
/// `region`. Answers how many there were.
///
/// A file with rows but without any number cell is an error; an empty file has none.
pub fn read<R: Read + Seek>(
    file: &mut R,
    bounds: Bounds,
    region: Region,
    mut sink: impl FnMut(Cell) -> bool,
) -> Result<usize, FileError> {
    let mut count = 0;
    let found = table::read(file, bounds, &Numbers { region }, |&column, row| {
        let text = row.cell(column);
        if !text.is_empty() {
            count += 1;
            let goes_on = sink(Cell { row: row.line, text: text.chars().take(PHONE_MAX + 1).collect() });
            return if goes_on { Ok(()) } else { Err(FileError::Stopped) };
        }
        Ok(())
    })?;
    if found.is_some() && count == 0 { Err(FileError::NoNumbers) } else { Ok(count) }
}

/// The numbers of a file as a list.
pub fn list<R: Read + Seek>(file: &mut R, bounds: Bounds, region: Region) -> Result<Vec<Cell>, FileError> {
    let mut cells = Vec::new();
    read(file, bounds, region, |cell| {
        cells.push(cell);
        true
    })?;
    Ok(cells)
}

struct Numbers {
    region: Region,
}

/// How many cells of a column hold anything, and how many of them a number.
#[derive(Clone, Copy, Default)]
struct Share {
    filled: usize,
    numbers: usize,
}

impl Share {
    fn is_most(self) -> bool {
        self.numbers * 2 > self.filled
    }
}

impl Numbers {
    fn is_number(&self, text: &str) -> bool {
        let digits = text.chars().filter(|c| c.is_numeric()).count();
        let phone = (digits >= DIGITS_MIN).then(|| Phone::try_new(text, self.region).ok()).flatten();
        phone.is_some_and(|phone| phone.validity != Validity::Invalid)
    }

    fn share(&self, rows: &[Row], column: usize) -> Share {
        let mut share = Share::default();
        for text in rows.iter().map(|row| row.cell(column)).filter(|text| !text.is_empty()) {
            share.filled += 1;
            share.numbers += usize::from(self.is_number(text));
        }
        share
    }

    /// The column that is called one of phones: what stands below the name decides between several, then the name.
    fn named(&self, head: &[Row]) -> Option<(Plan<usize>, Says, Share)> {
        let mut found = Vec::new();
        for (at, row) in head.iter().enumerate().take(TITLES_MAX) {
            for (column, name) in row.cells.iter().enumerate() {
                let says = names::phones(name);
                if says == Says::Nothing || self.is_number(name) {
                    continue;
                }
                let share = self.share(&head[at + 1..], column);
                if says == Says::SomethingAboutPhones && !share.is_most() {
                    continue;
                }
                let width = row.cells.iter().filter(|cell| !cell.is_empty()).count();
                let rank = (share.is_most(), says, share.numbers > 0, width.min(2), Reverse((at, column)));
                let fit = if share.numbers > 0 { Fit::ByName } else { Fit::NameOnly };
                found.push((rank, Plan { columns: column, skipped: at + 1, fit }, says, share));
            }
        }
        let best = found.into_iter().max_by(|one, other| one.0.cmp(&other.0));
        best.map(|(_, plan, says, share)| (plan, says, share))
    }

    /// The column most of whose cells are numbers; where there is none, the one that has most of them.
    fn by_content(&self, head: &[Row]) -> Option<(Plan<usize>, Share)> {
        let columns = head.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let shares = (0..columns).map(|column| (column, self.share(head, column)));
        let (column, share) = shares
            .filter(|(_, share)| share.numbers > 0)
            .max_by_key(|(column, share)| (share.is_most(), share.numbers, Reverse(*column)))?;
        let is_title = |row: &&Row| {
            let text = row.cell(column);
            text.is_empty() || !text.chars().any(char::is_numeric)
        };
        let skipped = head.iter().take(TITLES_MAX).take_while(is_title).count();
        Some((Plan { columns: column, skipped, fit: Fit::ByContent }, share))
    }
}

impl Wanted for Numbers {
    type Columns = usize;

    fn plan(&self, head: &[Row]) -> Result<Plan<usize>, FileError> {
        let (named, by_content) = (self.named(head), self.by_content(head));
        Ok(match (named, by_content) {
            // A name that may mean anything, or with nothing below it, gives way to a column that is full of numbers.
            (Some((plan, says, share)), Some((other, content))) => {
                let is_doubtful = share.filled == 0 || (says <= Says::Numbers && share.numbers == 0);
                if is_doubtful && content.is_most() { other } else { plan }
            }
            (Some((plan, ..)), None) | (None, Some((plan, _))) => plan,
            // Nothing is a number: every cell of the first column is answered as none.
            (None, None) => {
                let width = head.iter().map(|row| row.cells.len()).max().unwrap_or(0);
                let columns = (0..width).find(|&column| head.iter().any(|row| !row.cell(column).is_empty()));
                Plan { columns: columns.unwrap_or(0), skipped: 0, fit: Fit::Nothing }
            }
        })
    }
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
