//! What is a report now? The fold of its events, with everything it ever said.

use super::event::{Content, ReportEvent};
use crate::ids::AgentId;
use crate::keys::Key;
use crate::stream::{StreamKind, held_num};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A report as its events made it. `num` 0: nothing has happened yet.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub num: i64,
    pub user_id: AgentId,
    /// What it said, the first first; the last is what it says.
    pub versions: Vec<Version>,
    #[serde(default)]
    pub deleted_at: Option<Instant>,
}

/// What a report once said, since when, and who said so.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Version {
    pub at: Instant,
    pub by: AgentId,
    pub content: Content,
}

impl Report {
    /// Whether it was ever filed.
    pub fn exists(&self) -> bool {
        self.num > 0
    }

    /// What it says now; a deleted one says nothing.
    pub fn content(&self) -> Option<&Content> {
        let last = self.versions.last().filter(|_| self.deleted_at.is_none());
        last.map(|version| &version.content)
    }

    /// Its integer id, and one report a person, day and period (C-27); a deleted one keeps its id only.
    pub fn held_keys(&self, id: Uuid) -> Vec<(Key, String, Option<Instant>)> {
        let key = self.content().map(|content| Key::report(self.user_id, content.period, content.report_on));
        let mut keys = held_num(StreamKind::Report, self.num, id);
        keys.extend(key.map(|key| (key, id.to_string(), None)));
        keys
    }

    /// Takes in one event.
    pub fn apply(&mut self, event: ReportEvent) {
        let version = match event {
            ReportEvent::ReportFiled(e) => {
                (self.num, self.user_id) = (e.num, e.user_id);
                Version { at: e.at, by: e.by, content: e.content }
            }
            ReportEvent::ReportEdited(e) => Version { at: e.at, by: e.by, content: e.content },
            ReportEvent::ReportDeleted(e) => {
                self.deleted_at = Some(e.at);
                return;
            }
        };
        self.versions.push(version);
    }
}
