//! What a client says of an agent that no rule of the ledger uses, such as the prompt and the voice of an AI agent, is kept and
//! given back (F12).

use super::event::{AgentEvent, Extra, ExtraSet};
use super::state::Agent;
use crate::Refusal;
use crate::time::Instant;
use serde_json::{Map, Value};

/// How many such members an agent may have.
pub const EXTRA_MAX: usize = 200;
/// How long all of them may be together, as JSON, in bytes.
pub const EXTRA_BYTES_MAX: usize = 128 << 10;

/// Members that are given replace those of the same name; the others stay.
#[derive(Clone, Debug)]
pub struct SetExtra {
    pub at: Instant,
    pub extra: Map<String, Value>,
}

impl SetExtra {
    pub fn decide(&self, agent: &Agent) -> Result<Vec<AgentEvent>, Refusal> {
        if !agent.is_there() {
            return Err(Refusal::AgentIsUnknown);
        }
        let is_new = |(name, value): &(&String, &Value)| agent.extra.get(*name) != Some(*value);
        let new: Map<String, Value> =
            self.extra.iter().filter(is_new).map(|(name, value)| (name.clone(), value.clone())).collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let mut all = agent.extra.clone();
        all.extend(new.clone());
        let length = Value::Object(all.clone()).to_string().len();
        if all.len() > EXTRA_MAX || length > EXTRA_BYTES_MAX {
            return Err(Refusal::FieldsAreTooLarge);
        }
        Ok(vec![AgentEvent::AgentExtraSet(Box::new(ExtraSet { at: self.at, person: Extra { extra: new } }))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(extra: &Value) -> SetExtra {
        SetExtra { at: Instant::UNIX_EPOCH, extra: extra.as_object().unwrap().clone() }
    }

    #[test]
    fn what_is_given_replaces_and_the_rest_stays_as_it_was_sent() {
        let mut agent = Agent { num: 1, ..Agent::default() };
        let first = json!({ "prompt": "Hi", "variables": { "a": [1, null] }, "voice_id": "" });
        for step in [&first, &json!({ "prompt": "Hello", "voice_id": null })] {
            for event in set(step).decide(&agent).unwrap() {
                agent.apply(event);
            }
        }
        let expected = json!({ "prompt": "Hello", "variables": { "a": [1, null] }, "voice_id": null });
        assert_eq!(Value::Object(agent.extra.clone()), expected);
        assert_eq!(set(&expected).decide(&agent), Ok(Vec::new()), "it is so already");
    }

    #[test]
    fn an_agent_does_not_grow_without_end() {
        let agent = Agent { num: 1, ..Agent::default() };
        let long = json!({ "prompt": "x".repeat(EXTRA_BYTES_MAX) });
        assert_eq!(set(&long).decide(&agent), Err(Refusal::FieldsAreTooLarge));
        let many: Map<String, Value> = (0..=EXTRA_MAX).map(|n| (format!("f{n}"), n.into())).collect();
        assert_eq!(set(&Value::Object(many)).decide(&agent), Err(Refusal::FieldsAreTooLarge));
    }
}
