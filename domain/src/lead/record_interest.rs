//! An agent clicks "Interested": the lead learns what the dialer knows, moves to the agent, and the click is kept, also
//! when nothing else is new (B-015, B-036 to B-038, C-15).

use super::command::live;
use super::event::{
    AssignmentCause, DuplicateSuspected, ExternalRef, ExternalRefAdded, InterestRecorded, LeadAssigned,
    LeadDetailsChanged, LeadEvent, Note, NoteAdded, Person, ResolvedVia,
};
use super::state::Lead;
use crate::Refusal;
use crate::ids::{AgentId, LeadId};
use crate::phone::Phone;
use crate::time::Instant;

/// How many ids in other systems a lead may have. One customer in several lists of a dialer has several ids there.
pub const EXTERNAL_REFS_MAX: usize = 200;

/// Only what was given: blank fields are not among it.
#[derive(Clone, Debug)]
pub struct RecordInterest {
    pub at: Instant,
    pub agent_id: AgentId,
    pub resolved_via: ResolvedVia,
    pub person: Person,
    pub note: Option<String>,
    /// The dialer's own id of the lead.
    pub external_ref: Option<ExternalRef>,
    /// Other leads that this click could have meant.
    pub duplicates: Vec<LeadId>,
}

impl RecordInterest {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        let at = self.at;
        let mut events = Vec::new();
        let mut person = new_in(&self.person, &lead.person);
        if let Some(name) = lead.person.renamed_by(&[], &self.person) {
            person.full_name = name;
        }
        let is_nobodys = |phone: &Phone| phone.key().is_none() && lead.phone_key().is_some();
        if let Some(phone) = person.phone.take_if(|phone| lead.is_suppressed() || is_nobodys(phone)) {
            // A ban belongs to the number it was told of, and a place-holder takes no number's place (C-46): what was
            // sent is kept beside it.
            let other = serde_json::Value::from(phone.raw);
            if lead.person.extra.get("other_phone") != Some(&other) {
                person.extra.insert("other_phone".to_owned(), other);
            }
        }
        if person != Person::default() {
            let changed = LeadDetailsChanged { at, cleared: Vec::new(), person };
            events.push(LeadEvent::LeadDetailsChanged(Box::new(changed)));
        }
        let has_room = lead.external_refs.len() < EXTERNAL_REFS_MAX;
        let is_new = |given: &ExternalRef| has_room && !lead.external_refs.contains(given);
        if let Some(given) = self.external_ref.clone().filter(is_new) {
            events.push(LeadEvent::ExternalRefAdded(ExternalRefAdded { at, external_ref: given }));
        }
        if lead.agent_id != Some(self.agent_id) {
            let agent_id = Some(self.agent_id);
            events.push(LeadEvent::LeadAssigned(LeadAssigned {
                at,
                agent_id,
                cause: AssignmentCause::Interest,
            }));
        }
        let is_noted = |text: &String| lead.notes.newest().is_some_and(|note| note.text == *text);
        if let Some(text) = self.note.clone().filter(|text| !is_noted(text)) {
            events.push(LeadEvent::NoteAdded(NoteAdded { at, person: Note { text } }));
        }
        if !self.duplicates.is_empty() {
            let lead_ids = self.duplicates.clone();
            events.push(LeadEvent::DuplicateSuspected(DuplicateSuspected { at, lead_ids }));
        }
        let (agent_id, resolved_via) = (self.agent_id, self.resolved_via);
        events.push(LeadEvent::InterestRecorded(InterestRecorded { at, agent_id, resolved_via }));
        Ok(events)
    }
}

/// What is given and differs from what is known.
fn new_in(given: &Person, known: &Person) -> Person {
    let text = |given: &Option<String>, known: &Option<String>| given.clone().filter(|_| given != known);
    let extra = given.extra.iter().filter(|(name, value)| known.extra.get(*name) != Some(value));
    Person {
        phone: given.phone.clone().filter(|phone| {
            known.phone.as_ref().is_none_or(|old| old.raw != phone.raw && !old.is_same(phone))
        }),
        full_name: text(&given.full_name, &known.full_name),
        first_name: text(&given.first_name, &known.first_name),
        last_name: text(&given.last_name, &known.last_name),
        email: text(&given.email, &known.email),
        extra: extra.map(|(name, value)| (name.clone(), value.clone())).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute, report};
    use crate::lead::set_stage::SetStage;
    use crate::outcome::Outcome;
    use crate::phone::Region;
    use crate::status::Stage;
    use uuid::Uuid;

    fn click(person: Person) -> RecordInterest {
        RecordInterest {
            at: minute(5),
            agent_id: AgentId(Uuid::from_u128(7)),
            resolved_via: ResolvedVia::Username,
            person,
            note: Some("solar".to_owned()),
            external_ref: Some(ExternalRef { source: "dialer".to_owned(), id: "67770".to_owned() }),
            duplicates: Vec::new(),
        }
    }

    fn command(click: RecordInterest) -> LeadCommand {
        LeadCommand::RecordInterest(Box::new(click))
    }

    /// B-036, B-037, B-038
    #[test]
    fn what_is_new_is_taken_in_and_a_click_without_news_is_still_kept() {
        let person = Person { email: Some("a@example.com".into()), ..Person::default() };
        let after = given([captured()]).when(command(click(person.clone())));
        assert_eq!(
            (after.lead.stage, after.lead.agent_id),
            (Stage::Interested, Some(AgentId(Uuid::from_u128(7))))
        );
        assert_eq!(after.lead.external_refs.len(), 1);
        let again = after.then(command(click(person))).unwrap();
        assert_eq!(again.iter().map(LeadEvent::name).collect::<Vec<_>>(), ["interest_recorded"]);
    }

    #[test]
    fn a_ban_stays_with_the_number_it_was_told_of() {
        let other = Phone::try_new("+44123456789", Region::default()).unwrap();
        let person = Person { phone: Some(other), ..Person::default() };
        let banned = given([captured()]).reports(report(Outcome::Banned, 1));
        let after = banned.when(command(click(person)));
        assert_eq!(after.lead.person.phone.as_ref().unwrap().raw, "09123456789");
        assert_eq!(after.lead.person.extra["other_phone"], "+44123456789");
    }

    /// C-46
    #[test]
    fn a_place_holder_takes_no_numbers_place() {
        for raw in ["999", "0000000000", "0", "+1"] {
            let phone = Phone::try_new(raw, Region::default()).unwrap();
            let person = Person { phone: Some(phone), ..Person::default() };
            let after = given([captured()]).when(command(click(person)));
            assert_eq!(after.lead.person.phone.as_ref().unwrap().raw, "09123456789", "{raw}");
            assert_eq!(after.lead.person.extra["other_phone"], raw);
        }
    }

    #[test]
    fn a_converted_lead_stays_converted() {
        let converted = LeadCommand::SetStage(SetStage {
            at: minute(1),
            stage: Stage::Converted,
            value_hundredths: None,
        });
        let after = given([captured()]).when(converted).when(command(click(Person::default())));
        assert_eq!(after.lead.stage, Stage::Converted);
    }
}
