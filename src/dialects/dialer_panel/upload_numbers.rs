//! `POST /api/numbers/upload`: an admin adds the numbers of a CSV or XLSX file (multipart field `file`, or the bare file).
//!
//! Whatever is wrong with the file as a whole is 422 with a sentence, also a bound that it passes; a reader that gives up is
//! 400 (K14). Nothing is added then.

use super::add_numbers::{self, NUMBERS_MAX, Reply};
use super::caller::Member;
use super::reject::{LIST_MAX, Reject, Rejected};
use crate::files::Bounds;
use crate::files::numbers::{self, Cell};
use crate::http::limits::Bucket;
use crate::http::upload;
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
    admin: Member,
    request: Request,
) -> Result<(HeaderMap, Json<Reply>), Rejected> {
    let charged = app.limits.charge(Bucket::Upload, &admin.person.id.to_string());
    charged.map_err(|standing| admin.reject(Reject::TooManyRequests(standing)))?;
    let cells = cells(&app, request).await.map_err(|reject| admin.reject(reject))?;
    add_numbers::answer(&app, &admin, cells.into_iter().map(|cell| cell.text).collect()).await
}

async fn cells(app: &App, request: Request) -> Result<Vec<Cell>, Reject> {
    let mut file = upload::receive(request, LIST_MAX).await?;
    let region = app.config.region_panel;
    let read = app.files.read(move || numbers::list(&mut file, Bounds::upload(NUMBERS_MAX), region)).await;
    Ok(read?)
}
