//! This dialect as OpenAPI 3.1 (`/docs`, `lead-ledger openapi from_dialer`): made from the operations' own types.

use super::interested;
use crate::http::openapi::{Scheme, refusals, secure};
use utoipa::openapi::OpenApi as Document;
use utoipa::{Modify, OpenApi, ToSchema};

/// What a refusal says.
#[derive(ToSchema)]
#[schema(as = Refusal)]
#[expect(dead_code, reason = "told to clients; made in `reject`")]
struct Refused {
    error: String,
    code: String,
    request_id: String,
}

struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut Document) {
        secure(document, "key", Scheme::Header("X-Dialer-Api-Key"));
        refusals(document, "Refusal", &[400, 401, 403, 404, 409, 429, 500, 503], &[408, 413, 415]);
    }
}

#[utoipa::path(
    get, path = "/api/leads/from-dialer", operation_id = "click_by_get", tag = "clicks",
    summary = "The same, for dialers that can do nothing else",
    params(
        ("user" = Option<String>, Query, example = "CalebG"), ("dialer_user_id" = Option<String>, Query),
        ("fullname" = Option<String>, Query), ("phone_number" = Option<String>, Query),
        ("lead_id" = Option<String>, Query), ("api_key" = Option<String>, Query),
    ),
    responses((status = 201, body = interested::Reply)),
)]
#[expect(dead_code, reason = "told to clients; `interested` answers both")]
const fn by_get() {}

#[derive(OpenApi)]
#[openapi(
    info(title = "From dialer", description = "Clicks of Interested (documents 000 and 001)."),
    paths(interested::handler, by_get),
    components(schemas(Refused)),
    modifiers(&Shared),
)]
pub struct FromDialer;
