//! `DELETE /api/users/:id`: out of lists, no log-in; history keeps the name (B-131, C-38).

use super::caller::Caller;
use super::reject::Rejected;
use super::user;
use crate::actions::people::change::DeletePerson;
use crate::http::path::Named;
use crate::http::written;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

pub async fn handler(
    State(app): State<App>,
    caller: Caller,
    Named(id): Named,
) -> Result<(HeaderMap, Json<Value>), Rejected> {
    let row = user::find(&app, &caller, &id).await?;
    let delete = DeletePerson { id: row.id, actor: Some(caller.person.id) };
    let recorded =
        app.ledger.record(&caller.context(), &delete).await.map_err(|error| caller.reject(error))?;
    let headers = written::headers(recorded.position, recorded.is_followed, false);
    Ok((headers, Json(json!({ "success": true, "message": "User deleted successfully" }))))
}
