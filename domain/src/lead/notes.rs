//! What has been noted about a lead? A list that people and clicks add to (C-49). What the called person said in a reported
//! call (`user_message`) is not one of these notes: [`Lead::latest_message`] has it.

use super::state::Lead;
use crate::time::Instant;
use imbl::Vector;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// How many notes the state of a lead keeps, the newest ones; the log keeps every note.
pub const NOTES_MAX: usize = 100;

/// A note, and when the ledger heard of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Noted {
    pub at: Instant,
    pub text: String,
}

/// The newest [`NOTES_MAX`] notes of a lead, the oldest of them first. A copy costs the same however many there are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notes(Vector<Arc<Noted>>);

impl Notes {
    /// The notes, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Noted> {
        self.0.iter().map(Arc::as_ref)
    }

    /// The note that was added last.
    pub fn newest(&self) -> Option<&Noted> {
        self.0.last().map(Arc::as_ref)
    }

    pub(super) fn add(&mut self, note: Noted) {
        self.0.push_back(Arc::new(note));
        if self.0.len() > NOTES_MAX {
            self.0.pop_front();
        }
    }
}

impl Lead {
    /// What a field with room for one note shows: the newest note; of a lead without notes, the latest message of a
    /// reported call. A message never takes the place of a note (C-49).
    pub fn shown_note(&self) -> Option<&str> {
        let note = self.notes.newest().map(|note| note.text.as_str());
        note.or_else(|| self.latest_message.as_ref().map(|message| message.text.as_str()))
    }
}

impl Serialize for Notes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Notes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let notes: Vec<Noted> = Vec::deserialize(deserializer)?;
        Ok(Self(notes.into_iter().map(Arc::new).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::add_note::AddNote;
    use crate::lead::given::{captured, given, minute, report};
    use crate::lead::report_attempt::ReportAttempt;
    use crate::outcome::Outcome;
    use crate::verdict::Remarks;

    fn note(text: &str) -> LeadCommand {
        LeadCommand::AddNote(AddNote { at: minute(1), text: text.into() })
    }

    fn said(message: &str, minutes: i64) -> ReportAttempt {
        let remarks = Remarks { user_message: Some(message.to_owned()), ..Remarks::default() };
        ReportAttempt { remarks, ..report(Outcome::Busy, minutes) }
    }

    fn texts(lead: &Lead) -> Vec<&str> {
        lead.notes.iter().map(|note| note.text.as_str()).collect()
    }

    /// C-49, C-34
    #[test]
    fn notes_are_added_and_a_message_takes_no_notes_place() {
        let after = given([captured()]).reports(said("call me later", 1));
        assert_eq!(after.lead.shown_note(), Some("call me later"), "there is no note yet");
        let after = after.when(note("first")).when(note("second")).reports(said("not now", 5));
        assert_eq!((texts(&after.lead), after.lead.shown_note()), (vec!["first", "second"], Some("second")));
        assert_eq!(after.lead.latest_message.as_ref().unwrap().text, "not now");
    }

    #[test]
    fn the_state_keeps_the_newest_notes_only() {
        let mut after = given([captured()]);
        for n in 0..=NOTES_MAX {
            after = after.when(note(&n.to_string()));
        }
        let kept = texts(&after.lead);
        assert_eq!((kept.len(), kept[0], kept[NOTES_MAX - 1]), (NOTES_MAX, "1", "100"));
        let text = serde_json::to_string(&after.lead.notes).unwrap();
        assert_eq!(serde_json::from_str::<Notes>(&text).unwrap(), after.lead.notes);
    }
}
