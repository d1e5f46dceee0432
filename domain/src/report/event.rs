//! What can happen to a report?

use crate::ids::AgentId;
use crate::status::words;
use crate::time::Instant;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportEvent {
    ReportFiled(Box<ReportFiled>),
    ReportEdited(Box<ReportEdited>),
    ReportDeleted(ReportDeleted),
}

impl ReportEvent {
    /// The stored type: written by hand, frozen by the golden files.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ReportFiled(_) => "report_filed",
            Self::ReportEdited(_) => "report_edited",
            Self::ReportDeleted(_) => "report_deleted",
        }
    }

    /// The version of the stored shape.
    pub const fn version(&self) -> &'static str {
        "1.0"
    }
}

words! {
    /// How long a time a report is about (B-147).
    Period {
        Daily = "daily",
        Weekly = "weekly",
        Monthly = "monthly",
    }
}

impl Period {
    /// First and last day of a report dated `on`: that day, the seven days that end with it, its calendar month.
    pub fn days(self, on: NaiveDate) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Daily => (on, on),
            Self::Weekly => (on.checked_sub_days(Days::new(6)).unwrap_or(on), on),
            Self::Monthly => {
                let first = on.with_day(1).unwrap_or(on);
                let next = first.checked_add_months(Months::new(1));
                (first, next.and_then(|next| next.pred_opt()).unwrap_or(on))
            }
        }
    }
}

/// Which report it is, and its figures: what people type.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Figures {
    pub total_calls: u32,
    pub completed_calls: u32,
    pub follow_ups_completed: u32,
    pub converted_leads: u32,
}

/// All that a report says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Content {
    pub report_on: NaiveDate,
    pub period: Period,
    pub figures: Figures,
    pub person: Notes,
}

/// Free text.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Notes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_notes: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReportFiled {
    pub at: Instant,
    pub num: i64,
    /// Whose report it is; who filed it stands in the metadata and here.
    pub user_id: AgentId,
    pub by: AgentId,
    #[serde(flatten)]
    pub content: Content,
}

/// What the report says from now on, all of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReportEdited {
    pub at: Instant,
    pub by: AgentId,
    #[serde(flatten)]
    pub content: Content,
}

/// The report is in no list any more, and another may be filed of its person, day and period. What it said stays.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReportDeleted {
    pub at: Instant,
    pub by: AgentId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_ends_with_its_day_and_a_month_is_the_calendars() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(Period::Daily.days(day("2024-01-15")), (day("2024-01-15"), day("2024-01-15")));
        assert_eq!(Period::Weekly.days(day("2024-03-02")), (day("2024-02-25"), day("2024-03-02")));
        assert_eq!(Period::Monthly.days(day("2024-02-15")), (day("2024-02-01"), day("2024-02-29")));
    }
}
