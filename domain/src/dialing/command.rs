//! What can be asked of dialing as a whole?

use super::{
    Dialing, DialingEvent, open::OpenDialing, set_ad_names::SetAdNames, set_schedule::SetSchedule,
    set_switch::SetSwitch,
};
use crate::Refusal;

#[derive(Clone, Debug)]
pub enum DialingCommand {
    Open(OpenDialing),
    SetSchedule(SetSchedule),
    SetSwitch(SetSwitch),
    SetAdNames(SetAdNames),
}

/// What follows from a command: the events, none where all is so already.
pub fn decide(dialing: &Dialing, command: &DialingCommand) -> Result<Vec<DialingEvent>, Refusal> {
    match command {
        DialingCommand::Open(c) => c.decide(dialing),
        DialingCommand::SetSchedule(c) => c.decide(dialing),
        DialingCommand::SetSwitch(c) => c.decide(dialing),
        DialingCommand::SetAdNames(c) => c.decide(dialing),
    }
}
