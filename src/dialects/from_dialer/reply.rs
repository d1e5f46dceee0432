//! What is a client told of a click? The lead as the documents show it, and where the agent goes next.

use crate::state::App;
use domain::agent::Agent;
use domain::lead::{Lead, details};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What came of a click.
pub struct Told {
    pub lead: Arc<Lead>,
    /// How many events made it so.
    pub sequence: i64,
    pub agent: Option<Arc<Agent>>,
    /// By which name the caller's own ids are known.
    pub source: String,
    pub is_new: bool,
    pub is_replay: bool,
    pub warnings: Vec<String>,
}

impl Told {
    /// B-044, B-045: every field of the document is there, and all else that was said of the lead.
    pub fn body(&self, app: &App) -> Value {
        let lead = &self.lead;
        let person = &lead.person;
        let mut shown: Map<String, Value> = details::as_json(&person.extra);
        for name in [
            "vendor_id",
            "list_id",
            "address1",
            "city",
            "postal_code",
            "campaign",
            "session_id",
            "recording_file",
        ] {
            shown.entry(name).or_insert(Value::Null);
        }
        let instant = |at: domain::time::Instant| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let unread = || person.extra.get("phone").and_then(Value::as_str).map(ToOwned::to_owned);
        let phone = person.phone.as_ref().map(|phone| phone.raw.clone()).or_else(unread);
        let note_list: Vec<Value> =
            lead.notes.iter().map(|note| json!({ "text": note.text, "at": instant(note.at) })).collect();
        let own_ref = lead.external_refs.iter().find(|known| known.source == self.source);
        let ours = json!({
            "id": lead.num, "full_name": person.full_name, "first_name": person.first_name,
            "last_name": person.last_name, "phone": phone, "email": person.email,
            "notes": lead.shown_note(), "note_list": note_list,
            "status": lead.stage.as_str(),
            "assigned_agent_name": self.agent.as_ref().map(|agent| agent.person.name()),
            "assigned_agent_username": self.agent.as_ref().and_then(|agent| agent.person.username.clone()),
            "dialer_lead_id": own_ref.map(|known| known.id.clone()),
            "created_at": instant(lead.created_at()), "updated_at": instant(lead.changed_at),
        });
        if let Value::Object(ours) = ours {
            shown.extend(ours);
        }
        let base = &app.config.public_url;
        // The same for a repeat: it is the lead as it was then, and over when that is long ago.
        let handoff = app.tokens.issue_handoff(lead.num, self.sequence, lead.changed_at);
        let handoff_url = handoff.as_ref().map(|handoff| format!("{base}/agent-dashboard?handoff={handoff}"));
        let verb = if self.is_new { "created" } else { "updated" };
        json!({
            "success": true, "lead": shown, "message": format!("Lead {verb} successfully"),
            "redirect_url": redirect_url(base, lead), "handoff": handoff, "handoff_url": handoff_url,
            "warnings": self.warnings,
        })
    }
}

/// B-050
fn redirect_url(base: &str, lead: &Lead) -> String {
    let person = &lead.person;
    let pairs = [
        ("full_name", person.full_name.as_deref()),
        ("phone", person.phone.as_ref().map(|phone| phone.raw.as_str())),
        ("email", person.email.as_deref()),
        ("notes", lead.shown_note()),
    ];
    let mut url = format!("{base}/agent-dashboard?from_dialer=true&lead_id={}", lead.num);
    for (name, value) in pairs {
        // `%20` for a blank, as the document shows it.
        let encoded: String = form_urlencoded::byte_serialize(value.unwrap_or("").as_bytes()).collect();
        url.extend(["&", name, "=", &encoded.replace('+', "%20")]);
    }
    url
}
