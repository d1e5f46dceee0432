//! What did the client sign? The canonical string of document 000, byte for byte as JavaScript makes it (B-008, C-07).

use hmac::{Hmac, Mac};
use serde_json::{Map, Number, Value};
use sha2::Sha256;

/// How far a timestamp may be from the ledger's clock, in seconds (B-009).
pub const WINDOW_SECONDS: i64 = 300;

/// `key=value` of the top-level members, keys in the order of their UTF-16 units, joined by `&`.
pub fn canonical(fields: &Map<String, Value>) -> String {
    let mut names: Vec<&String> =
        fields.keys().filter(|name| !["api_key", "signature"].contains(&name.as_str())).collect();
    names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    let pairs: Vec<String> = names.iter().map(|name| format!("{name}={}", text(&fields[*name]))).collect();
    pairs.join("&")
}

/// A value as a JavaScript template string shows it.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(is_so) => is_so.to_string(),
        Value::Number(number) => number_text(number),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items = items.iter().map(|item| if item.is_null() { String::new() } else { text(item) });
            items.collect::<Vec<_>>().join(",")
        }
        Value::Object(_) => "[object Object]".to_owned(),
    }
}

/// Every number is a double there; one that is too large for it is infinite.
fn number_text(number: &Number) -> String {
    let number = number.as_f64().unwrap_or(f64::INFINITY);
    ryu_js::Buffer::new().format(number).to_owned()
}

/// The signature of these bytes: HMAC-SHA256 in hex.
pub fn sign(secret: &str, signed: &[u8]) -> String {
    // A key of any length is one: this cannot fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("invariant: any length is a key");
    mac.update(signed);
    crate::ledger::machines::hex(&mac.finalize().into_bytes())
}

/// Whether `signature` is that of these bytes, in constant time.
pub fn is_signed(secret: &str, signed: &[u8], signature: &str) -> bool {
    let given = signature.trim().to_ascii_lowercase();
    bool::from(subtle::ConstantTimeEq::ct_eq(sign(secret, signed).as_bytes(), given.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// B-007, B-008: the document's own body, signed by its own program.
    #[test]
    fn the_documents_own_body_has_the_known_signature() {
        let body = r#"{"dialer_user_id":"CalebG","full_name":"Test Lead","phone":"+44123456789","email":"test@example.com","address1":"123 Test Street","city":"London","postal_code":"SW1A 1AA","notes":"Test lead from dialer"}"#;
        let fields: Map<String, Value> = serde_json::from_str(body).unwrap();
        let signed = canonical(&fields);
        let known = "8c134c045d66966c8bcd785cf0cd48e0a458dbf4e804471b7a05265e8938a19a";
        assert!(is_signed("your-hmac-secret-key", signed.as_bytes(), known), "{signed}");
        assert!(!is_signed("another-secret", signed.as_bytes(), known));
        assert!(!is_signed("your-hmac-secret-key", format!("{signed}x").as_bytes(), known));
    }

    #[test]
    fn values_are_written_as_javascript_writes_them() {
        let body = r#"{"b":185.50,"a":-0,"api_key":"x","n":null,"l":[1,null,[2]],"o":{},"t":true,"big":1e21,"é":1,"Z":0}"#;
        let fields: Map<String, Value> = serde_json::from_str(body).unwrap();
        let expected = "Z=0&a=0&b=185.5&big=1e+21&l=1,,2&n=null&o=[object Object]&t=true&é=1";
        assert_eq!(canonical(&fields), expected);
    }
}
