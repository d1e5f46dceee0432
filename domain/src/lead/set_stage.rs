//! A person says how far a lead has come.

use super::command::live;
use super::event::{LeadEvent, LeadValued, StageSet};
use super::state::Lead;
use crate::Refusal;
use crate::status::Stage;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct SetStage {
    pub at: Instant,
    pub stage: Stage,
    /// Of a conversion: what it is worth.
    pub value_hundredths: Option<i64>,
}

impl SetStage {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        // What is taken back was given before, also by a clock that was ahead (C-45).
        let last_sale = lead.conversions.last().map(|sale| sale.undone_at.unwrap_or(sale.at));
        let at = last_sale.map_or(self.at, |last| self.at.max(last));
        let mut events = Vec::new();
        if lead.stage != self.stage {
            events.push(LeadEvent::StageSet(StageSet { at, stage: self.stage }));
        }
        let value = self.value_hundredths.filter(|value| lead.value_hundredths != Some(*value));
        if let (Stage::Converted, Some(value_hundredths)) = (self.stage, value) {
            events.push(LeadEvent::LeadValued(LeadValued { at, value_hundredths }));
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::outcome::Outcome;

    #[test]
    fn people_may_lower_a_stage_and_calls_never_do() {
        let set = |stage| LeadCommand::SetStage(SetStage { at: minute(9), stage, value_hundredths: None });
        let interested = given([captured()]).reports(report(Outcome::Interested, 1));
        assert_eq!(interested.lead.stage, Stage::Interested);
        let still = interested.reports(report(Outcome::Connected, 2));
        assert_eq!(still.lead.stage, Stage::Interested);
        assert_eq!(still.when(set(Stage::New)).lead.stage, Stage::New);
    }

    #[test]
    fn a_conversion_that_is_taken_back_stays_in_the_history() {
        let set =
            |stage, at| LeadCommand::SetStage(SetStage { at: minute(at), stage, value_hundredths: None });
        let sold = given([captured()]).when(set(Stage::Converted, 5));
        assert_eq!(sold.lead.conversion().map(|sale| sale.at), Some(minute(5)));
        let undone = sold.when(set(Stage::Contacted, 6));
        assert_eq!(undone.lead.conversion(), None);
        let again = undone.when(set(Stage::Converted, 7));
        let sales: Vec<_> = again.lead.conversions.iter().map(|sale| (sale.at, sale.undone_at)).collect();
        assert_eq!(sales, [(minute(5), Some(minute(6))), (minute(7), None)]);
    }
}
