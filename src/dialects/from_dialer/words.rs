//! The fields of document 000: their other names, and what is none.

use domain::credential::event::Profile;
use domain::external_id::means_none;
use domain::text::trim;

/// Other names that clients use, and ours.
const ALIASES: [(&str, &str); 7] = [
    ("phone_number", "phone"),
    ("recording_filename", "recording_file"),
    ("dialer_lead_id", "lead_id"),
    ("address", "address1"),
    ("postcode", "postal_code"),
    ("dialer_api_key", "api_key"),
    ("dialer_signature", "signature"),
];

/// Fields that hold phone numbers.
pub const PHONES: [&str; 3] = ["phone", "phone_number", "alt_phone"];

/// Credentials and passwords: gone before anything is hashed for storage, stored or logged (C-05).
const DROPPED: [&str; 5] = ["pass", "orig_pass", "phone_pass", "api_key", "signature"];

/// The name under which a value is kept if that name is not given itself. `fullname` is the lead, or the agent in the
/// words of VICIdial (C-05).
pub fn alias(name: &str, profile: Profile) -> Option<&'static str> {
    if name == "fullname" {
        return Some(match profile {
            Profile::Generic => "full_name",
            Profile::Vicidial => "agent_display_name",
        });
    }
    ALIASES.iter().find(|(other, _)| *other == name).map(|(_, ours)| *ours)
}

/// Whether a value of that name is never kept.
pub fn is_dropped(name: &str) -> bool {
    DROPPED.contains(&name) || alias(name, Profile::Generic).is_some_and(|ours| DROPPED.contains(&ours))
}

/// Whether a text says nothing: blank, a date of zeros, or a place-holder that nobody filled in.
pub fn is_absent(text: &str) -> bool {
    let text = trim(text);
    text.is_empty()
        || text.starts_with("0000-00-00")
        || (text.starts_with("--A--") && text.ends_with("--B--"))
}

/// Ids of other systems, among the fields.
const IDS: [&str; 6] = ["lead_id", "vendor_lead_code", "vendor_id", "list_id", "uniqueid", "session_id"];

/// Whether a field is an id of another system and its value names nothing (C-46).
pub fn is_no_id(name: &str, text: &str) -> bool {
    let ours = alias(name, Profile::Generic).unwrap_or(name);
    IDS.contains(&ours) && means_none(text)
}
