//! What does a dialer's link say? Which lead, or a hand-over; and whatever else stands in its query, by the form's names
//! (B-050).

use crate::http::decode;
use axum::http::Uri;
use domain::lead::details::DETAIL_MAX;
use domain::phone::with_lost_plus;
use domain::text::trim;
use std::collections::BTreeMap;

/// The most members of a query that are looked at.
const MEMBERS_MAX: usize = 200;
/// Other names that dialers use, and the form's.
const ALIASES: [(&str, &str); 5] = [
    ("fullname", "full_name"),
    ("phone_number", "phone"),
    ("address", "address1"),
    ("postcode", "postal_code"),
    ("recording_filename", "recording_file"),
];

/// A link.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Link {
    /// The lead's integer id or the dialer's own id of it, as written.
    pub lead_id: Option<String>,
    /// Whether it says that it is one of the links that this ledger makes.
    pub is_own: bool,
    pub handoff: Option<String>,
    /// Everything that says something.
    pub said: BTreeMap<String, String>,
}

impl Link {
    /// Reads the query of a link.
    pub fn of(uri: &Uri) -> Self {
        let mut link = Self::default();
        let query = uri.query().unwrap_or("");
        for (name, value) in decode::pairs(query.as_bytes()).into_iter().take(MEMBERS_MAX) {
            let is_phone = ["phone", "phone_number", "alt_phone"].contains(&&*name);
            let value = if is_phone { with_lost_plus(&value) } else { trim(&value).to_owned() };
            if value.is_empty() || value.chars().count() > DETAIL_MAX || value.contains('\0') {
                continue;
            }
            match &*name {
                "lead_id" => link.lead_id = Some(value),
                "handoff" => link.handoff = Some(value),
                "from_dialer" => link.is_own = true,
                name => {
                    let ours =
                        ALIASES.iter().find(|(other, _)| *other == name).map_or(name, |(_, ours)| ours);
                    link.said.insert(ours.to_owned(), value);
                }
            }
        }
        link
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_which_lead_and_what_the_dialer_knows_of_it() {
        let uri =
            "/agent-dashboard?&from_dialer=true&lead_id=12&fullname=J%20S&postcode=SW1&address=&phone=+44123";
        let link = Link::of(&uri.parse().unwrap());
        assert_eq!((link.lead_id.as_deref(), link.is_own), (Some("12"), true));
        let said: Vec<_> = link.said.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(said, [("full_name", "J S"), ("phone", "+44123"), ("postal_code", "SW1")]);
    }
}
