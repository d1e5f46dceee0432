//! Was it signed by whoever says so? Message authentication codes of other systems, compared in constant time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The HMAC-SHA256 of these bytes, in hex.
pub fn sha256_hex(secret: &str, bytes: &[u8]) -> String {
    // A key of any length is one: this cannot fail.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("invariant: any length is a key");
    mac.update(bytes);
    hex::encode(mac.finalize().into_bytes())
}

/// Whether `signature` is that of these bytes, in either case.
pub fn is_sha256_hex(secret: &str, bytes: &[u8], signature: &str) -> bool {
    let given = signature.trim().to_ascii_lowercase();
    sha256_hex(secret, bytes).as_bytes().ct_eq(given.as_bytes()).into()
}

/// Whether it is Meta's: the same, with or without `sha256=` before it (C-29).
pub fn is_metas(secret: &str, bytes: &[u8], signature: &str) -> bool {
    let signature = signature.trim();
    is_sha256_hex(secret, bytes, signature.strip_prefix("sha256=").unwrap_or(signature))
}

/// Whether `signature` is Twilio's for this URL and these form fields: base64 of HMAC-SHA1 over the URL, then every field's
/// name and value in the order of the names. Its own libraries try the URL with and without the port, and so do we (C-30).
pub fn is_twilios(secret: &str, url: &str, fields: &[(String, String)], signature: &str) -> bool {
    let mut sorted: Vec<&(String, String)> = fields.iter().collect();
    // Equal names: in the order of their values, each value once.
    sorted.sort();
    sorted.dedup();
    let tail: String = sorted.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
    let [with, without] = ports(url);
    [url.to_owned(), with, without].iter().any(|url| {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(url.as_bytes());
        mac.update(tail.as_bytes());
        let made = STANDARD.encode(mac.finalize().into_bytes());
        made.as_bytes().ct_eq(signature.trim().as_bytes()).into()
    })
}

/// A URL with the port of its scheme, and without any.
fn ports(url: &str) -> [String; 2] {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let (host, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let bare = match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|b| b.is_ascii_digit()) => bare,
        Some(_) | None => host,
    };
    let port = if scheme == "http" { 80 } else { 443 };
    let with = if bare == host { format!("{scheme}://{host}:{port}{path}") } else { url.to_owned() };
    [with, format!("{scheme}://{bare}{path}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-29
    #[test]
    fn a_hex_signature_is_good_in_both_spellings_and_for_its_bytes_only() {
        let good = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
        let text = b"The quick brown fox jumps over the lazy dog";
        for signature in [good.to_owned(), format!("sha256={good}"), good.to_uppercase()] {
            assert!(is_metas("key", text, &signature), "{signature}");
        }
        for other in ["", "sha256=", "f7bc", &format!("{good}00")] {
            assert!(!is_metas("key", text, other), "{other}");
        }
        assert!(!is_metas("key", b"another text", good));
    }
}
