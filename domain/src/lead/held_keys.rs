//! What is a lead's alone? Its number, its ids elsewhere, its calls, its ban, its lease: the rows of the table of keys.

use super::event::Source;
use super::state::Lead;
use crate::keys::{HeldKey, Key, KeyChanges};
use crate::stream::{StreamKind, held_num};
use uuid::Uuid;

impl Lead {
    /// What makes its phone its own: among all leads, or for one that was made for an agent, among that agent's (C-13).
    pub fn phone_claim(&self) -> Option<Key> {
        let phone = self.phone_key()?;
        match (self.source, self.agent_id) {
            (Source::Scheduling, Some(agent_id)) => Some(Key::phone_of_agent(agent_id, &phone)),
            (Source::Scheduling, None) => None,
            (
                Source::DialerReport
                | Source::FromDialer
                | Source::Panel
                | Source::Import
                | Source::Manual
                | Source::Website
                | Source::Facebook
                | Source::Instagram,
                _,
            ) => Some(Key::phone(&phone)),
        }
    }

    /// The keys that this lead holds: what the `keys` table must say, as a function of the state.
    pub fn held_keys(&self, id: Uuid) -> Vec<HeldKey> {
        let calls = self.attempts.iter().filter_map(|attempt| attempt.call.as_ref());
        let mut keys: Vec<_> = calls.map(|call| (call.key(), id.to_string(), None)).collect();
        keys.extend(self.held_keys_but_calls(id));
        keys
    }

    fn held_keys_but_calls(&self, id: Uuid) -> Vec<HeldKey> {
        let mut keys = held_num(StreamKind::Lead, self.num, id);
        let is_there = self.exists() && self.deleted_at.is_none();
        if is_there {
            let refs = self.external_refs.iter().map(|known| Key::external_ref(&known.source, &known.id));
            keys.extend(refs.map(|key| (key, id.to_string(), None)));
        }
        // The number that was handed out is being dialed, whatever number the lead has by now.
        if let Some((lease, phone)) =
            self.lease.as_ref().and_then(|lease| Some((lease, lease.phone_key.as_ref()?)))
        {
            keys.push((Key::lease(phone), lease.batch_id.to_string(), Some(lease.expires_at)));
        }
        let Some(phone) = self.phone_key() else { return keys };
        if let Some(claim) = self.phone_claim().filter(|_| is_there) {
            keys.push((claim, id.to_string(), None));
        }
        if self.is_suppressed() {
            keys.push((Key::suppressed(&phone), id.to_string(), None));
        }
        keys
    }

    /// What the keys of a lead change by: of its calls only those are looked at that changed.
    pub fn key_changes(before: &Self, after: &Self, id: Uuid) -> KeyChanges {
        let mut changes = KeyChanges::between(&before.held_keys_but_calls(id), after.held_keys_but_calls(id));
        for (was, is_now) in after.attempts.changed_since(&before.attempts) {
            let [was, is_now] =
                [was, is_now].map(|attempt| attempt.and_then(|attempt| attempt.call.as_ref()));
            if was == is_now {
                continue;
            }
            if let Some(call) = was.filter(|call| after.attempts.find_call(call).is_none()) {
                changes.released.push((call.key(), id.to_string()));
            }
            if let Some(call) = is_now.filter(|call| before.attempts.find_call(call).is_none()) {
                changes.taken.push((call.key(), id.to_string(), None));
            }
        }
        changes
    }
}
