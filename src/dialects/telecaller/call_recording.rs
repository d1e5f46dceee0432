//! `GET /api/calls/:id/recording`: where the recording of a call lies (F16). `recordingUrl` is null where there is none, or none yet.
//! The address is answered and not redirected to: some clients follow no redirect.

use super::call::find;
use super::caller::Caller;
use super::reject::Rejected;
use crate::http::path::Named;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use domain::ids::oid;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    success: bool,
    call_id: String,
    recording_url: Option<String>,
    /// The same under the name that players read.
    url: Option<String>,
    duration: Option<i32>,
}

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<Json<Reply>, Rejected> {
    let row = find(&app, &caller, &id).await?;
    Ok(Json(Reply {
        success: true,
        call_id: oid(row.id),
        url: row.recording_url.clone(),
        recording_url: row.recording_url,
        duration: row.duration_seconds,
    }))
}
