//! A person says how far a lead has come.

use super::command::live;
use super::event::{LeadEvent, StageSet};
use super::state::Lead;
use crate::Refusal;
use crate::status::Stage;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct SetStage {
    pub at: Instant,
    pub stage: Stage,
}

impl SetStage {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.stage == self.stage {
            return Ok(Vec::new());
        }
        Ok(vec![LeadEvent::StageSet(StageSet { at: self.at, stage: self.stage })])
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
        let set = |stage| LeadCommand::SetStage(SetStage { at: minute(9), stage });
        let interested = given([captured()]).reports(report(Outcome::Interested, 1));
        assert_eq!(interested.lead.stage, Stage::Interested);
        let still = interested.reports(report(Outcome::Connected, 2));
        assert_eq!(still.lead.stage, Stage::Interested);
        assert_eq!(still.when(set(Stage::New)).lead.stage, Stage::New);
    }
}
