//! Leads of advertisements by chance, and those without an id.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn region() -> Region {
    "IN".parse().unwrap_or_default()
}

/// A name as people, exports and translations write it.
fn spelled(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let mark = prop_oneof!["_", " ", "-", "", " - "];
    (mark, proptest::collection::vec(any::<bool>(), 24), "[ ]{0,2}").prop_map(move |(mark, cases, blanks)| {
        let name = words.join(mark.as_str());
        let cased = name.chars().zip(cases.iter().cycle());
        let name: String = cased.map(|(c, upper)| if *upper { c.to_ascii_uppercase() } else { c }).collect();
        format!("{blanks}{name}{blanks}")
    })
}

proptest! {
    /// K21
    #[test]
    fn every_spelling_of_a_field_is_that_field(
        name in spelled(&["full", "name"]),
        email in prop_oneof![spelled(&["email"]), spelled(&["work", "email"]), spelled(&["email", "address"])],
        phone in prop_oneof![
            spelled(&["phone", "number"]), spelled(&["phone"]), spelled(&["work", "phone", "number"]),
            spelled(&["whatsapp", "number"]), spelled(&["mobile", "number"])
        ],
    ) {
        let sent = json!({ "leadgen_id": "17", "field_data": [
            { "name": name, "values": ["Asha Rao"] },
            { "name": email, "values": ["asha@example.com"] },
            { "name": phone, "values": ["+919876511112"] },
        ] });
        let lead = read(region(), sent.as_object().unwrap()).unwrap();
        let person = &lead.said.person;
        prop_assert_eq!(person.full_name.as_deref(), Some("Asha Rao"));
        prop_assert_eq!(person.email.as_deref(), Some("asha@example.com"));
        prop_assert_eq!(person.phone.as_ref().and_then(Phone::key), Some("+919876511112".to_owned()));
        prop_assert!(person.extra.is_empty());
    }

    #[test]
    fn nothing_that_is_sent_makes_the_reader_panic(
        field in "\\PC{0,12}", value in "\\PC{0,40}", id in "\\PC{0,12}", created in "\\PC{0,24}",
    ) {
        let sent = json!({ "object": "page", "entry": [{ "changes": [{ "field": field, "value": {
            "lead_id": id, "created_time": created, "is_test": value, "full_name": value,
            "field_data": [{ "name": field, "values": [value, 7, null] }, value] } }] }, value] });
        let found = changes(sent.as_object().unwrap());
        for lead in found.leads {
            let _ = read(region(), &lead);
        }
        let flat = json!({ "id": id, "created_time": created, field: value });
        let _ = read(region(), flat.as_object().unwrap());
    }
}

/// C-46: a lead without an id is known again by what it says, and by nothing else.
#[test]
fn a_lead_without_an_id_is_known_by_all_that_it_says() {
    let id = |body: Value| read(region(), body.as_object().unwrap()).unwrap().external_ref.id;
    let one = json!({ "lead_id": 0, "full_name": "Uno", "phone_number": "+393331234567" });
    let other = json!({ "lead_id": 0, "full_name": "Due", "phone_number": "+393331234567" });
    assert_eq!(id(one.clone()), id(one.clone()));
    assert_ne!(id(one), id(other));
    assert_eq!(id(json!({ "lead_id": "null", "id": 5.0, "full_name": "Uno" })), "5");
}
