//! Who says it, and by what way did it come? The metadata of every event: ids and hashes, nothing personal.

use domain::principal::Principal;
use serde_json::{Map, Value};

/// The circumstances of a request.
#[derive(Clone, Debug)]
pub struct Context {
    pub principal: Principal,
    /// Which surface took it.
    pub dialect: &'static str,
    pub request_id: String,
    /// SHA-256 of the body as sent, in hex.
    pub body_hash: Option<String>,
}

impl Context {
    /// What the service itself does.
    pub fn system(dialect: &'static str) -> Self {
        Self { principal: Principal::System, dialect, request_id: String::new(), body_hash: None }
    }

    /// The metadata as stored: a flat map of strings.
    pub fn metadata(&self) -> String {
        let mut map = Map::new();
        map.insert("actor".to_owned(), Value::String(self.principal.label()));
        map.insert("dialect".to_owned(), Value::String(self.dialect.to_owned()));
        if !self.request_id.is_empty() {
            map.insert("request_id".to_owned(), Value::String(self.request_id.clone()));
        }
        if let Some(hash) = &self.body_hash {
            map.insert("body".to_owned(), Value::String(hash.clone()));
        }
        Value::Object(map).to_string()
    }
}
