//! `POST /api/numbers/upload`: an admin adds the numbers of a CSV or XLSX file (multipart field `file`, or the bare file).

use super::add_numbers::{self, NUMBERS_MAX, Reply};
use super::caller::Admin;
use super::reject::{LIST_MAX, Reject, Rejected};
use crate::http::body;
use crate::http::limits::Bucket;
use crate::number_file;
use crate::state::App;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use utoipa::ToSchema;

#[derive(ToSchema)]
#[schema(as = NumberFile)]
#[expect(dead_code, reason = "told to clients; read by its names")]
struct Form {
    #[schema(value_type = String, format = Binary)]
    file: (),
}

#[utoipa::path(
    post, path = "/api/numbers/upload", operation_id = "upload_numbers", tag = "numbers",
    summary = "Adds the numbers of a CSV or XLSX file",
    request_body(content = Form, content_type = "multipart/form-data"),
    responses((status = 200, body = Reply)),
)]
pub async fn handler(
    State(app): State<App>,
    admin: Admin,
    request: Request,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let charged = app.limits.charge(Bucket::Upload, &admin.person.id.to_string());
    charged.map_err(|standing| admin.reject(Reject::TooManyRequests(standing)))?;
    let file = body::file(request, LIST_MAX).await.map_err(|error| admin.reject(error))?;
    let read = tokio::task::spawn_blocking(move || number_file::read(&file, NUMBERS_MAX)).await;
    let cells = read.map_err(|_| admin.reject(Reject::Internal))?;
    let cells =
        cells.map_err(|error| admin.reject(Reject::invalid("file", error.to_string(), "value_error")))?;
    add_numbers::answer(&app, &admin, cells.into_iter().map(|cell| cell.text).collect()).await
}
