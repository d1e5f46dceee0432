//! The plan of a history: who asks for what through which process, and which faults come when. The seed determines it whole;
//! what the machine does with it is the machine's.

use super::dice::Dice;
use super::faults::Fault;
use std::time::Duration;

/// Numbers that are there from the beginning; their ids are 1, 2, 3 ...
pub const NUMBERS: u64 = 24;
/// Clients at the same time.
const CLIENTS: u64 = 6;
/// How far a stated time may be from the true one, in seconds.
const SKEW_SECONDS: i64 = 600;

const OUTCOMES: [&str; 14] = [
    "MISSED",
    "MISSED",
    "MISSED",
    "BUSY",
    "BUSY",
    "POWER_OFF",
    "HANGUP",
    "DISCONNECTED",
    "BANNED",
    "FAILED",
    "UNKNOWN",
    "CONNECTED",
    "NOT_INTERESTED",
    "BUSY",
];
const STATUSES: [&str; 8] =
    ["BANNED", "BANNED", "IN_QUEUE", "IN_QUEUE", "IN_QUEUE", "MISSED", "BUSY", "POWER_OFF"];

/// What a report is about.
#[derive(Clone, Debug)]
pub enum About {
    Number(i64),
    Phone(String),
    /// A number of the client's last batch.
    Batch,
    /// The same call as the client's last report.
    SameCall,
}

/// What plain `postgres-es` writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stock {
    Status(&'static str),
    Requeue,
    Note,
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub enum Deed {
    /// `stated`: seconds from the true time; `None`: no time is stated, and an `Idempotency-Key` is sent.
    Report {
        about: About,
        status: &'static str,
        stated: Option<i64>,
    },
    AddNumbers {
        phones: Vec<String>,
    },
    Click {
        phone: String,
        has_key: bool,
    },
    SetStatus {
        number: i64,
        status: &'static str,
    },
    Delete {
        number: i64,
        is_sale: bool,
    },
    NextBatch {
        size: u64,
        has_key: bool,
    },
    /// By the ledger itself, with a lease that ends within the history.
    ShortBatch {
        size: u32,
        lease: Duration,
    },
    CreateLead {
        phone: String,
    },
    LogOut,
    FileReport {
        day: u64,
    },
    Stock {
        number: i64,
        what: Stock,
        skew: i64,
    },
    /// A download of the log that is left after its first piece.
    Download,
}

/// An act to come.
#[derive(Clone, Debug)]
pub struct Act {
    pub pause: Duration,
    pub process: usize,
    pub deed: Deed,
    /// Whether it is sent again although it was answered.
    pub is_repeated: bool,
}

/// A history to come.
#[derive(Clone, Debug)]
pub struct Plan {
    pub clients: Vec<Vec<Act>>,
    pub faults: Vec<(Duration, Fault)>,
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let clients =
            (0..CLIENTS).map(|_| (0..10 + dice.below(15)).map(|_| act(&mut dice)).collect()).collect();
        let faults = (0..6 + dice.below(8)).map(|_| (dice.millis(0, 900), Fault::any(&mut dice)));
        let mut faults: Vec<_> = faults.collect();
        faults.sort_by_key(|(at, _)| *at);
        Self { clients, faults }
    }
}

fn act(dice: &mut Dice) -> Act {
    Act { pause: dice.millis(0, 70), process: dice.index(2), deed: deed(dice), is_repeated: dice.percent(25) }
}

/// One of the numbers that are there from the beginning, or one that came later.
fn number(dice: &mut Dice) -> i64 {
    i64::try_from(dice.below(NUMBERS + 6)).unwrap() + 1
}

/// A number that may be known.
fn phone(dice: &mut Dice) -> String {
    phone_of(dice.below(NUMBERS + 12) + 1)
}

/// The number of the lead of that id, where the lead is there from the beginning.
pub fn phone_of(id: u64) -> String {
    format!("+98912345{id:04}")
}

fn deed(dice: &mut Dice) -> Deed {
    match dice.below(100) {
        0..30 => report(dice),
        30..35 => Deed::AddNumbers { phones: (0..=dice.below(4)).map(|_| phone(dice)).collect() },
        35..42 => Deed::Click { phone: phone(dice), has_key: dice.percent(75) },
        42..58 => Deed::SetStatus { number: number(dice), status: dice.pick(&STATUSES) },
        58..61 => Deed::Delete { number: number(dice), is_sale: dice.percent(30) },
        61..67 => Deed::NextBatch { size: dice.below(2) + 1, has_key: dice.percent(50) },
        67..77 => {
            Deed::ShortBatch { size: u32::try_from(dice.below(5)).unwrap() + 1, lease: dice.millis(150, 500) }
        }
        77..82 => Deed::CreateLead { phone: phone(dice) },
        82..85 => Deed::LogOut,
        85..89 => Deed::FileReport { day: dice.below(6) + 1 },
        89..97 => {
            let status = ["banned", "banned", "missed", "busy"];
            let what = match dice.below(6) {
                0..3 => Stock::Status(dice.pick(&status)),
                3..5 => Stock::Requeue,
                _ => Stock::Note,
            };
            Deed::Stock { number: number(dice), what, skew: dice.within(SKEW_SECONDS) }
        }
        _ => Deed::Download,
    }
}

fn report(dice: &mut Dice) -> Deed {
    let about = match dice.below(10) {
        0..5 => About::Number(number(dice)),
        5 => About::Phone(phone(dice)),
        6..9 => About::Batch,
        _ => About::SameCall,
    };
    let about = if dice.percent(3) { About::Number(9_000) } else { about };
    let stated = (!dice.percent(15)).then(|| dice.within(SKEW_SECONDS));
    Deed::Report { about, status: dice.pick(&OUTCOMES), stated }
}
