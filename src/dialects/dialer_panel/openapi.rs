//! This dialect as OpenAPI 3.1 (`/docs`, `lead-ledger openapi dialer_panel`): made from the operations' own types.

use super::{
    add_numbers, add_person, bulk_numbers, change_number, change_person, export_numbers, get_schedule,
    list_numbers, list_people, next_batch, number_stats, own_account, put_schedule, report_result,
    request_batch, statistics, upload_numbers,
};
use crate::http::openapi::{Refused, Scheme, refusals, secure, tell_apart};
use utoipa::openapi::OpenApi as Document;
use utoipa::{Modify, OpenApi};

struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut Document) {
        tell_apart(document);
        secure(document, "token", Scheme::Bearer);
        refusals(document, "Refusal", &[400, 401, 403, 404, 409, 422, 429, 500, 503], &[408, 413, 415]);
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dialer panel",
        description = "Numbers to dial and what came of them; numbers and people (document 003)."
    ),
    paths(
        next_batch::handler, request_batch::handler, report_result::handler, own_account::show, own_account::change, get_schedule::handler, put_schedule::handler,
        list_people::handler, add_person::handler, change_person::update, change_person::activate,
        change_person::deactivate, change_person::reset_password, change_person::delete, list_numbers::bare,
        list_numbers::with_total, statistics::numbers, statistics::attempts, statistics::trend,
        number_stats::handler, add_numbers::handler, upload_numbers::handler, export_numbers::handler,
        bulk_numbers::any, bulk_numbers::status, bulk_numbers::delete, bulk_numbers::progress,
        change_number::set_status, change_number::reset, change_number::delete,
    ),
    components(schemas(Refused)),
    modifiers(&Shared),
)]
pub struct DialerPanel;
