//! An agent's role, names, address or phone change; only what is given and differs is recorded.

use super::event::{AgentChanged, AgentEvent, ProfileChange};
use super::register::{is_email, is_username};
use super::state::Agent;
use crate::Refusal;
use crate::principal::Role;
use crate::time::Instant;

/// What is `None` stays; an empty text takes a user name, address or phone away.
#[derive(Clone, Debug)]
pub struct ChangeAgent {
    pub at: Instant,
    pub role: Option<Role>,
    pub person: ProfileChange,
}

impl ChangeAgent {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        let is_bad = |given: &Option<String>, is_good: fn(&str) -> bool| {
            given.as_deref().is_some_and(|text| !text.is_empty() && !is_good(text))
        };
        if is_bad(&self.person.username, is_username) {
            return Err(Refusal::UsernameIsMalformed);
        }
        if is_bad(&self.person.email, is_email) {
            return Err(Refusal::EmailIsMalformed);
        }
        let known = &agent.person;
        let new = |given: &Option<String>, known: &str| given.clone().filter(|given| given != known);
        let new_optional =
            |given: &Option<String>, known: &Option<String>| new(given, known.as_deref().unwrap_or(""));
        let role = self.role.filter(|role| *role != agent.role);
        let person = ProfileChange {
            first_name: new(&self.person.first_name, &known.first_name),
            last_name: new(&self.person.last_name, &known.last_name),
            username: new_optional(&self.person.username, &known.username),
            email: new_optional(&self.person.email, &known.email),
            phone: new_optional(&self.person.phone, &known.phone),
        };
        if role.is_none() && person == ProfileChange::default() {
            return Ok(Vec::new());
        }
        Ok(vec![AgentEvent::AgentChanged(Box::new(AgentChanged { at: self.at, role, person }))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::event::Profile;

    fn change(person: ProfileChange) -> ChangeAgent {
        ChangeAgent { at: Instant::UNIX_EPOCH, role: None, person }
    }

    #[test]
    fn what_is_given_and_differs_changes_and_the_rest_stays() {
        let person = Profile { first_name: "Ali".into(), email: Some("a@b.c".into()), ..Profile::default() };
        let mut agent = Agent { num: 1, person, ..Agent::default() };
        let given = ProfileChange {
            first_name: Some("Ali".into()),
            email: Some(String::new()),
            ..ProfileChange::default()
        };
        for event in change(given.clone()).decide(&agent).unwrap() {
            agent.apply(event);
        }
        assert_eq!((agent.person.first_name.as_str(), &agent.person.email), ("Ali", &None));
        assert_eq!(change(given).decide(&agent), Ok(Vec::new()));
        let bad = ProfileChange { username: Some("a b".into()), ..ProfileChange::default() };
        assert_eq!(change(bad).decide(&agent), Err(Refusal::UsernameIsMalformed));
    }
}
