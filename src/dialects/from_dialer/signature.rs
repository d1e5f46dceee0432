//! What did the client sign? The canonical string of document 000, byte for byte as its client's language makes it
//! (B-008, C-07).

use super::spelling;
use domain::credential::event::CanonicalForm;
use serde_json::{Map, Value};

/// How far a timestamp may be from the ledger's clock, in seconds (B-009).
pub const WINDOW_SECONDS: i64 = 300;

/// `key=value` of the top-level members in the order of that language, joined by `&`.
pub fn canonical(fields: &Map<String, Value>, form: CanonicalForm) -> String {
    let mut names: Vec<&String> =
        fields.keys().filter(|name| !["api_key", "signature"].contains(&name.as_str())).collect();
    names.sort_by(|a, b| spelling::order(form, a, b));
    let pairs: Vec<String> =
        names.iter().map(|name| format!("{name}={}", spelling::text(form, &fields[*name]))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::signatures::is_sha256_hex;

    /// B-007, B-008: the document's own body, signed by its own program.
    #[test]
    fn the_documents_own_body_has_the_known_signature() {
        let body = r#"{"dialer_user_id":"CalebG","full_name":"Test Lead","phone":"+44123456789","email":"test@example.com","address1":"123 Test Street","city":"London","postal_code":"SW1A 1AA","notes":"Test lead from dialer"}"#;
        let fields: Map<String, Value> = serde_json::from_str(body).unwrap();
        let signed = canonical(&fields, CanonicalForm::Js);
        let known = "8c134c045d66966c8bcd785cf0cd48e0a458dbf4e804471b7a05265e8938a19a";
        assert!(is_sha256_hex("your-hmac-secret-key", signed.as_bytes(), known), "{signed}");
        assert!(!is_sha256_hex("another-secret", signed.as_bytes(), known));
        assert!(!is_sha256_hex("your-hmac-secret-key", format!("{signed}x").as_bytes(), known));
    }
}
