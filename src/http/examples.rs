//! An OpenAPI document made of examples: for surfaces whose documents show each operation by what is sent and answered. Members
//! of an answer may be more than its example shows, and never fewer.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

/// An operation, by example.
#[derive(Deserialize)]
struct Example {
    method: String,
    path: String,
    id: String,
    tag: String,
    summary: String,
    status: u16,
    answer: Value,
    body: Option<Value>,
    /// The names of what a query may hold.
    #[serde(default)]
    query: Vec<String>,
    /// The content type of the answer, where it is no JSON.
    kind: Option<String>,
    /// Whether no token is wanted.
    #[serde(default)]
    open: bool,
    /// Members of the answer that are not always there.
    #[serde(default)]
    optional: Vec<String>,
    /// Whether the body is a form.
    #[serde(default)]
    form: bool,
}

/// The document of `examples`, a JSON list; `None` if it is none.
pub fn document(title: &str, description: &str, examples: &str) -> Option<OpenApi> {
    let examples: Vec<Example> = serde_json::from_str(examples).ok()?;
    let mut paths: Map<String, Value> = Map::new();
    for example in examples {
        let item = paths.entry(example.path.clone()).or_insert_with(|| json!({}));
        let method = example.method.clone();
        item[method.as_str()] = operation(example);
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": title, "description": description, "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": { "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } } },
    });
    serde_json::from_value(document).ok()
}

fn operation(example: Example) -> Value {
    let in_path = example.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path.map(|name| parameter(name, "path", true));
    let in_query = example.query.iter().map(|name| parameter(name, "query", false));
    let kind = example.kind.as_deref().unwrap_or("application/json");
    let schema = if example.kind.is_some() {
        json!({ "type": "string" })
    } else {
        shape(&example.answer, &example.optional)
    };
    let mut operation = json!({
        "operationId": example.id,
        "tags": [example.tag],
        "summary": example.summary,
        "parameters": in_path.chain(in_query).collect::<Vec<_>>(),
        "responses": {
            example.status.to_string(): {
                "description": "Done",
                "content": { kind: { "schema": schema, "example": example.answer } },
            },
            "default": {
                "description": "Refused",
                "content": { "application/json": { "schema": { "type": "object" } } },
            },
        },
    });
    if !example.open {
        operation["security"] = json!([{ "token": [] }]);
    }
    if let Some(body) = example.body {
        let kind = if example.form { "application/x-www-form-urlencoded" } else { "application/json" };
        let content = json!({ "schema": { "type": "object" }, "example": body });
        operation["requestBody"] = json!({ "content": { kind: content } });
    }
    operation
}

fn parameter(name: &str, place: &str, is_required: bool) -> Value {
    json!({ "name": name, "in": place, "required": is_required, "schema": { "type": "string" } })
}

/// What every answer like this example has: its members, but for the optional ones.
fn shape(example: &Value, optional: &[String]) -> Value {
    let Some(members) = example.as_object() else { return json!({}) };
    let required: Vec<&String> = members.keys().filter(|name| !optional.contains(name)).collect();
    json!({ "type": "object", "required": required })
}
