//! Under which key does a client repeat itself? The `Idempotency-Key`, where it names anything (C-15, C-17).

use super::decode;
use axum::http::HeaderMap;
use domain::external_id::external_id;

/// The key of a request; `None` where there is none, or where it is blank or a word for nothing: `undefined` is what
/// every request of a faulty client would share (C-46).
pub fn key(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("idempotency-key")?;
    external_id(&decode::text(value.as_bytes())).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    /// K22, C-46
    #[test]
    fn a_key_that_says_nothing_is_none() {
        for (text, expected) in [
            ("", None),
            ("  ", None),
            ("undefined", None),
            ("NULL", None),
            ("0", None),
            ("{{uuid}}", None),
            (" k-1 ", Some("k-1")),
            ("0190-a", Some("0190-a")),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", HeaderValue::from_static(text));
            assert_eq!(key(&headers).as_deref(), expected, "{text}");
        }
        assert_eq!(key(&HeaderMap::new()), None);
    }
}
