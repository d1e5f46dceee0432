//! What do the dialects' OpenAPI documents share? Who may call, and what every operation may refuse.

use axum::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, ResponseBuilder};

/// What a refusal of the `detail` form says: a text, or with 422 a list (C-09).
#[derive(ToSchema)]
#[schema(as = Refusal)]
#[expect(dead_code, reason = "told to clients; made in each dialect's `reject`")]
pub struct Refused {
    detail: Detail,
    code: String,
    request_id: String,
}

#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "told to clients; made in each dialect's `reject`")]
enum Detail {
    Text(String),
    Problems(Vec<Problem>),
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "told to clients; made in each dialect's `reject`")]
struct Problem {
    /// `body`, `query` or `path`, and the name.
    loc: Vec<String>,
    msg: String,
    r#type: String,
}

/// How callers show who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scheme {
    Bearer,
    /// A key in this header.
    Header(&'static str),
}

/// `PUT` and `PATCH` of one path do the same, and still every operation has an id of its own.
pub fn tell_apart(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        if let (Some(_), Some(patch)) = (&item.put, &mut item.patch) {
            patch.operation_id = patch.operation_id.take().map(|id| format!("{id}_by_patch"));
        }
    }
}

/// Names the scheme, and wants it for every operation.
pub fn secure(document: &mut OpenApi, name: &str, scheme: Scheme) {
    let scheme = match scheme {
        Scheme::Bearer => SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        Scheme::Header(header) => SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(header))),
    };
    document.components.get_or_insert_default().add_security_scheme(name, scheme);
    for operation in operations(document) {
        let wanted = SecurityRequirement::new::<_, [&str; 0], &str>(name, []);
        operation.security.get_or_insert_default().push(wanted);
    }
}

/// Adds to every operation what it may refuse, as `schema` words it: these, and more where there is a body.
pub fn refusals(document: &mut OpenApi, schema: &str, all: &[u16], with_body: &[u16]) {
    for operation in operations(document) {
        let has_body = operation.request_body.is_some();
        let responses = &mut operation.responses.responses;
        for status in all.iter().chain(with_body.iter().filter(|_| has_body)) {
            let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name(schema))));
            let response = ResponseBuilder::new().content("application/json", content).build();
            responses.entry(status.to_string()).or_insert_with(|| response.into());
        }
        for (status, response) in responses {
            let reason =
                StatusCode::from_bytes(status.as_bytes()).ok().and_then(|status| status.canonical_reason());
            if let (RefOr::T(response), Some(reason)) = (response, reason) {
                reason.clone_into(&mut response.description);
            }
        }
    }
}

fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|item| {
        [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
            .into_iter()
            .flatten()
    })
}
