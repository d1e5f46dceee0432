//! This dialect as OpenAPI 3.1 (`/docs`, `lead-ledger openapi telecaller`), with Meta's and Twilio's webhooks: each operation by an
//! example, as document 004 shows them.

use crate::http::examples;
use utoipa::openapi::OpenApi;

/// What each operation is sent and answers.
const EXAMPLES: &str = include_str!("openapi.json");

/// The document.
pub fn document() -> Option<OpenApi> {
    let description =
        "People, leads, calls, reports and advertisements (document 004); Meta's and Twilio's webhooks.";
    examples::document("Telecaller CRM", description, EXAMPLES)
}

#[cfg(test)]
mod tests {
    use super::super::OPERATIONS;
    use super::*;

    #[test]
    fn every_operation_is_described_with_an_example() {
        let document = serde_json::to_value(document().unwrap()).unwrap();
        let webhooks = [
            ("post", "/api/auth/login"),
            ("get", "/api/meta/webhook"),
            ("post", "/api/meta/webhook"),
            ("get", "/api/calls/status-callback"),
            ("post", "/api/calls/status-callback"),
            ("get", "/api/calls/recording-status"),
            ("post", "/api/calls/recording-status"),
        ];
        let operations = OPERATIONS.iter().map(|(method, path, _)| (*method, *path)).chain(webhooks);
        let mut count = 0;
        for (method, path) in operations {
            let operation = &document["paths"][path][method];
            let responses = operation["responses"].as_object();
            let responses = responses.unwrap_or_else(|| panic!("{method} {path} is not described"));
            let shown = responses.values().filter_map(|response| response["content"].as_object()).flatten();
            assert!(shown.into_iter().any(|(_, content)| !content["example"].is_null()), "{method} {path}");
            count += 1;
        }
        let described = document["paths"].as_object().unwrap().values();
        let described: usize = described.map(|item| item.as_object().unwrap().len()).sum();
        assert_eq!(described, count, "nothing is described that is not there");
    }
}
