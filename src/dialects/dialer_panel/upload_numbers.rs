//! `POST /api/numbers/upload`: an admin adds the numbers of a CSV or XLSX file (multipart field `file`, or the bare file).

use super::add_numbers::{self, NUMBERS_MAX, Reply};
use super::caller::Admin;
use super::reject::{LIST_MAX, Reject, Rejected};
use crate::http::body;
use crate::number_file;
use crate::state::App;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, header};

pub async fn handler(
    State(app): State<App>,
    admin: Admin,
    request: Request,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let file = file(request).await.map_err(|reject| admin.reject(reject))?;
    let read = tokio::task::spawn_blocking(move || number_file::read(&file, NUMBERS_MAX)).await;
    let cells = read.map_err(|_| admin.reject(Reject::Internal))?;
    let cells =
        cells.map_err(|error| admin.reject(Reject::invalid("file", error.to_string(), "value_error")))?;
    add_numbers::answer(&app, &admin, cells.into_iter().map(|cell| cell.text).collect()).await
}

async fn file(request: Request) -> Result<Bytes, Reject> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(body, LIST_MAX).await.map_err(Reject::Body)?;
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|text| text.to_ascii_lowercase().starts_with("multipart/form-data")) {
        return Ok(bytes);
    }
    let broken = |_| Reject::invalid("file", "The form could not be read", "value_error");
    let whole = Request::from_parts(parts, Body::from(bytes));
    let mut form = Multipart::from_request(whole, &())
        .await
        .map_err(|_| Reject::invalid("file", "The form could not be read", "value_error"))?;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            return field.bytes().await.map_err(broken);
        }
    }
    Err(Reject::invalid("file", "Field required", "missing"))
}
