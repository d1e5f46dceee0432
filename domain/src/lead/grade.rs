//! How urgent and how good a lead is, in people's words, and the score that follows (C-35).

use super::attempts_index::Among;
use super::command::live;
use super::event::{LeadEvent, LeadGraded, Source};
use super::state::Lead;
use crate::Refusal;
use crate::phone::Validity;
use crate::status::words;
use crate::time::Instant;

words! {
    /// How urgent a lead is.
    Priority {
        Low = "low",
        Medium = "medium",
        High = "high",
        Urgent = "urgent",
    }
}

words! {
    /// How good a lead is.
    Quality {
        Hot = "hot",
        Warm = "warm",
        Cold = "cold",
    }
}

/// The version of [`score`]; rises whenever the same lead would get another score.
pub const SCORE_VERSION: u16 = 1;

/// A lead's grade.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Grade {
    pub priority: Priority,
    pub quality: Quality,
    pub score: u8,
}

/// What is `None` stays, or is medium and warm.
#[derive(Clone, Debug)]
pub struct GradeLead {
    pub at: Instant,
    pub priority: Option<Priority>,
    pub quality: Option<Quality>,
}

impl GradeLead {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        let known = lead.grade();
        let priority = self.priority.unwrap_or(known.priority);
        let quality = self.quality.unwrap_or(known.quality);
        let score = score(lead, priority, quality);
        if lead.grade == Some(Grade { priority, quality, score }) {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::LeadGraded(LeadGraded {
            at: self.at,
            priority,
            quality,
            score,
            score_version: SCORE_VERSION,
        })])
    }
}

impl Lead {
    /// The grade as recorded; of a lead that nobody graded, what it would be.
    pub fn grade(&self) -> Grade {
        let (priority, quality) = (Priority::Medium, Quality::Warm);
        self.grade.unwrap_or_else(|| Grade { priority, quality, score: score(self, priority, quality) })
    }
}

/// 0 to 100: quality, priority, whether the person came by themselves, how well they can be reached, and whether they
/// ever answered.
pub fn score(lead: &Lead, priority: Priority, quality: Quality) -> u8 {
    let quality = match quality {
        Quality::Hot => 40,
        Quality::Warm => 25,
        Quality::Cold => 10,
    };
    let priority = match priority {
        Priority::Urgent => 30,
        Priority::High => 25,
        Priority::Medium => 15,
        Priority::Low => 5,
    };
    let source = match lead.source {
        Source::Facebook | Source::Instagram | Source::Website | Source::FromDialer => 10,
        Source::DialerReport | Source::Panel | Source::Import | Source::Scheduling | Source::Manual => 0,
    };
    let person = &lead.person;
    let email = if person.email.is_some() { 5 } else { 0 };
    let phone = if person.phone.as_ref().is_some_and(|p| p.validity == Validity::Valid) { 10 } else { 0 };
    let answered = if lead.attempts.first(Among::Answered).is_some() { 5 } else { 0 };
    let sum: u8 = quality + priority + source + email + phone + answered;
    sum.min(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::outcome::Outcome;

    /// B-134
    #[test]
    fn a_grade_is_recorded_with_its_score_and_the_same_again_is_not() {
        let grade = |priority, quality| LeadCommand::Grade(GradeLead { at: minute(1), priority, quality });
        let lead = given([captured()]);
        assert_eq!(
            lead.lead.grade(),
            Grade { priority: Priority::Medium, quality: Quality::Warm, score: 50 }
        );
        let hot = lead.when(grade(Some(Priority::High), Some(Quality::Hot)));
        assert_eq!(hot.lead.grade().score, 75);
        assert_eq!(hot.then(grade(None, Some(Quality::Hot))), Ok(Vec::new()));
        let answered = hot.reports(report(Outcome::Connected, 2));
        assert_eq!(answered.lead.grade().score, 75, "as it was recorded");
        assert_eq!(answered.when(grade(None, None)).lead.grade().score, 80);
    }

    #[test]
    fn no_score_is_above_100() {
        let lead = Lead { source: Source::Facebook, ..given([captured()]).lead };
        assert!(score(&lead, Priority::Urgent, Quality::Hot) <= 100);
    }
}
