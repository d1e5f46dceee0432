//! `GET /api/reports/:id/export/:format`: one report as a spreadsheet or as a page, `excel` (also `xlsx`) or `pdf` (F16); answers where
//! the file lies, as the export of many reports does.

use super::caller::Caller;
use super::export_reports::{self, Reply};
use super::reject::{Reject, Rejected};
use super::{report, words};
use crate::exports::Wanted;
use crate::http::path::Pair;
use crate::state::App;
use axum::Json;
use axum::extract::State;

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Pair(id, format): Pair,
) -> Result<Json<Reply>, Rejected> {
    let row = report::find(&app, &caller, &id).await?;
    let format = words::FORMATS.iter().find(|(word, _)| *word == format.to_ascii_lowercase());
    let Some((_, format)) = format else {
        let problem = "Input should be 'excel', 'xlsx', 'pdf'".to_owned();
        return Err(caller.reject(Reject::Invalid(vec![("format", problem)])));
    };
    let wanted = Wanted {
        format: *format,
        // There is one report a person, day and period (C-27).
        period: Some(row.period()),
        from: Some(row.report_on),
        upto: Some(row.report_on),
        users: Some(vec![row.user_id]),
        owner_id: caller.person.id,
    };
    export_reports::start(&app, wanted).await.map(Json).map_err(|reject| caller.reject(reject))
}
