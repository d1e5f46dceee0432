//! Details of a lead change: only what is given and different.

use super::command::live;
use super::event::{LeadDetailsChanged, LeadEvent, Person};
use super::state::Lead;
use crate::Refusal;
use crate::phone::Phone;
use crate::time::Instant;

/// Members of `person` that are present are set; `cleared` names members (or `extra` names) to forget.
#[derive(Clone, Debug)]
pub struct ChangeDetails {
    pub at: Instant,
    pub person: Person,
    pub cleared: Vec<String>,
}

impl ChangeDetails {
    pub fn decide(&self, lead: &Lead) -> Result<Vec<LeadEvent>, Refusal> {
        live(lead)?;
        // A ban belongs to the number that it was told of.
        let is_other = |phone: &Phone| lead.phone_key().is_some() && lead.phone_key() != phone.key();
        let drops_phone = self.person.phone.as_ref().is_some_and(is_other)
            || self.cleared.iter().any(|name| name == "phone");
        if lead.is_suppressed() && drops_phone {
            return Err(Refusal::PhoneIsBanned);
        }
        let (mut cleared, mut person) = (self.cleared.clone(), self.person.clone());
        match lead.person.renamed_by(&cleared, &person) {
            None => {}
            Some(None) => cleared.push("full_name".to_owned()),
            Some(name) => person.full_name = name,
        }
        let event =
            LeadEvent::LeadDetailsChanged(Box::new(LeadDetailsChanged { at: self.at, cleared, person }));
        let mut after = lead.clone();
        after.apply(event.clone());
        Ok(if after.person == lead.person { Vec::new() } else { vec![event] })
    }
}

impl Person {
    /// Forgets what `cleared` names and takes over what `new` says.
    pub(super) fn change(&mut self, cleared: &[String], new: Self) {
        for name in cleared {
            match name.as_str() {
                "phone" => self.phone = None,
                "full_name" => self.full_name = None,
                "first_name" => self.first_name = None,
                "last_name" => self.last_name = None,
                "email" => self.email = None,
                other => {
                    self.extra.remove(other);
                }
            }
        }
        self.phone = new.phone.or(self.phone.take());
        self.full_name = new.full_name.or(self.full_name.take());
        self.first_name = new.first_name.or(self.first_name.take());
        self.last_name = new.last_name.or(self.last_name.take());
        self.email = new.email.or(self.email.take());
        self.extra.extend(new.extra);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::LeadCommand;
    use crate::lead::given::{captured, given, minute};

    fn change(person: Person, cleared: &[&str]) -> LeadCommand {
        let cleared = cleared.iter().map(|&name| name.to_owned()).collect();
        LeadCommand::ChangeDetails(Box::new(ChangeDetails { at: minute(1), person, cleared }))
    }

    #[test]
    fn what_is_given_replaces_what_was_known_and_the_rest_stays() {
        let email = Person { email: Some("a@example.com".into()), ..Person::default() };
        let after = given([captured()]).when(change(email.clone(), &[]));
        assert_eq!(after.lead.person.email.as_deref(), Some("a@example.com"));
        assert!(after.lead.person.phone.is_some());
        assert_eq!(after.then(change(email, &[])), Ok(Vec::new()));
        assert_eq!(after.when(change(Person::default(), &["email"])).lead.person.email, None);
    }
}
