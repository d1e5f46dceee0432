//! Is every answer of every test one that the dialect's OpenAPI document tells of?

use jsonschema::Validator;
use lead_ledger::dialects::docs;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    docs::NAMES.iter().map(|name| serde_json::to_value(docs::document(name).unwrap()).unwrap()).collect()
});

/// Where the documents tell of everything.
const PREFIXES: [&str; 9] = [
    "/api/v1/auth",
    "/api/v1/leads",
    "/api/v1/calls",
    "/api/v1/agents",
    "/api/dialer",
    "/api/numbers",
    "/api/admins",
    "/api/schedule",
    "/api/leads/from-dialer",
];

type Known = Mutex<HashMap<(String, String, String), Arc<Validator>>>;
static VALIDATORS: LazyLock<Known> = LazyLock::new(Known::default);

/// Panics if an operation that a document has answered what it does not tell of.
pub fn check(method: &Method, path: &str, status: StatusCode, body: &Value) {
    let (path, method) = (path.trim_end_matches('/'), method.as_str().to_ascii_lowercase());
    let Some((document, template, operation)) = find(path, &method) else {
        // What no document has is nobody's path, another method, or refused before it is looked at.
        let is_described = PREFIXES.iter().any(|prefix| path.starts_with(prefix));
        assert!(
            !is_described || !status.is_success() || method == "head",
            "{method} {path} is not documented"
        );
        return;
    };
    // Documents by example tell of every refusal at once; what the client has already has no body.
    let (told, others) = (&operation["responses"][status.as_str()], &operation["responses"]["default"]);
    if told.is_null() && others.is_object() && (status == StatusCode::NOT_MODIFIED || !status.is_success()) {
        return;
    }
    assert!(told.is_object(), "{method} {template} answered {status}, which is not documented: {body}");
    let schema = &told["content"]["application/json"]["schema"];
    if schema.is_null() {
        return;
    }
    let key = (template.to_owned(), method, status.as_str().to_owned());
    let known = VALIDATORS.lock().unwrap().get(&key).cloned();
    let validator = known.unwrap_or_else(|| {
        let whole = json!({ "allOf": [schema], "components": document["components"] });
        let validator = Arc::new(jsonschema::validator_for(&whole).unwrap());
        VALIDATORS.lock().unwrap().insert(key, validator.clone());
        validator
    });
    let wrong: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{template} answered {status} not as documented: {wrong:?}\n{body}");
}

/// The operation of a path: of two that fit, the one with fewer places for ids.
fn find(path: &str, method: &str) -> Option<(&'static Value, &'static str, &'static Value)> {
    let fits = |template: &str| {
        let (mut parts, mut ours) = (path.split('/'), template.split('/'));
        loop {
            match (parts.next(), ours.next()) {
                (None, None) => return true,
                (Some(part), Some(own)) if own.starts_with('{') || own == part => {}
                _ => return false,
            }
        }
    };
    let operations = DOCUMENTS.iter().flat_map(|document| {
        let paths = document["paths"].as_object().unwrap();
        paths.iter().map(move |(template, item)| (document, template.as_str(), &item[method]))
    });
    operations
        .filter(|(_, template, operation)| operation.is_object() && fits(template))
        .min_by_key(|(_, template, _)| template.matches('{').count())
}

/// Generators name functions by them.
#[test]
fn every_operation_has_an_id_of_its_own() {
    for document in DOCUMENTS.iter() {
        let items = document["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        let ids: Vec<&str> = operations.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        let distinct: std::collections::HashSet<&str> = ids.iter().copied().collect();
        assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    }
}
