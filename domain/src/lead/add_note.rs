//! Somebody notes something about a lead.

use super::command::live;
use super::event::{LeadEvent, Note, NoteAdded};
use super::state::Lead;
use crate::Refusal;
use crate::time::Instant;

#[derive(Clone, Debug)]
pub struct AddNote {
    pub at: Instant,
    pub text: String,
}

impl AddNote {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        if lead.notes.newest().is_some_and(|note| note.text == self.text) {
            return Ok(Vec::new());
        }
        let person = Note { text: self.text.clone() };
        Ok(vec![LeadEvent::NoteAdded(NoteAdded { at: self.at, person })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute};

    #[test]
    fn the_last_note_is_shown_and_saying_it_twice_is_saying_it_once() {
        let note = |text: &str| LeadCommand::AddNote(AddNote { at: minute(1), text: text.into() });
        let after = given([captured()]).when(note("first")).when(note("second"));
        assert_eq!(after.lead.shown_note(), Some("second"));
        assert_eq!(after.then(note("second")), Ok(Vec::new()));
    }
}
