//! The ledger's own API as OpenAPI 3.1 (`/docs`, `lead-ledger openapi native`): each operation by an example.

use crate::http::examples;
use utoipa::openapi::OpenApi;

/// What each operation is sent and answers.
const EXAMPLES: &str = include_str!("openapi.json");

/// The document.
pub fn document() -> Option<OpenApi> {
    let description = "The log for auditors, the read models for analysts, repairs for admins.";
    examples::document("The ledger itself", description, EXAMPLES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_shown_by_an_example() {
        let document = serde_json::to_value(document().unwrap()).unwrap();
        let items = document["paths"].as_object().unwrap().values();
        let operations: Vec<_> = items.flat_map(|item| item.as_object().unwrap().values()).collect();
        assert!(operations.len() >= 12);
        for operation in operations {
            let responses = operation["responses"].as_object().unwrap().values();
            let contents = responses.filter_map(|response| response["content"].as_object());
            assert!(contents.flatten().any(|(_, content)| !content["example"].is_null()), "{operation}");
        }
    }
}
