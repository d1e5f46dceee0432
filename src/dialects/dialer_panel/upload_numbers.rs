//! `POST /api/numbers/upload`: an admin adds the numbers of a CSV or XLSX file (multipart field `file`, or the bare file).

use super::add_numbers::{self, NUMBERS_MAX, Reply};
use super::caller::Admin;
use super::reject::{LIST_MAX, Reject, Rejected};
use crate::http::body;
use crate::number_file;
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::HeaderMap;

pub async fn handler(
    State(app): State<App>,
    admin: Admin,
    request: Request,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let file = body::file(request, LIST_MAX).await.map_err(|error| admin.reject(error))?;
    let read = tokio::task::spawn_blocking(move || number_file::read(&file, NUMBERS_MAX)).await;
    let cells = read.map_err(|_| admin.reject(Reject::Internal))?;
    let cells =
        cells.map_err(|error| admin.reject(Reject::invalid("file", error.to_string(), "value_error")))?;
    add_numbers::answer(&app, &admin, cells.into_iter().map(|cell| cell.text).collect()).await
}
