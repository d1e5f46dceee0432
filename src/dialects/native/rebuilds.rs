//! `POST /api/v1/ledger/rebuilds {projections, dry_run}` and `GET /api/v1/ledger/rebuilds/{id}`: read models made anew
//! beside the live ones, compared, switched (admins).

use super::caller::Reader;
use super::reject::{Body, Reject, Rejected};
use crate::clock::new_id;
use crate::http::path::Named;
use crate::state::App;
use crate::work::rebuilds::Rebuild;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use projections::Targets;
use serde_json::Value;
use uuid::Uuid;

pub async fn start(
    State(app): State<App>,
    reader: Reader,
    Body(body): Body,
) -> Result<(StatusCode, Json<Rebuild>), Rejected> {
    let invalid =
        |field: &'static str, msg: String| reader.reject(Reject::Invalid { loc: ["body", field], msg });
    let chosen = match body.get("projections") {
        None | Some(Value::Null) => Targets::all(),
        Some(Value::Array(names)) => {
            let names = names.iter().map(|name| name.as_str().unwrap_or_default());
            Targets::named(names)
                .map_err(|name| invalid("projections", format!("There is no projection '{name}'")))?
        }
        Some(_) => return Err(invalid("projections", "Expected a list of names".to_owned())),
    };
    let dry_run = match body.get("dry_run") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(dry_run)) => *dry_run,
        Some(_) => return Err(invalid("dry_run", "Expected true or false".to_owned())),
    };
    let id = new_id(app.ledger.now());
    Ok((StatusCode::ACCEPTED, Json(app.rebuilds.start(&app.tasks, id, chosen, dry_run))))
}

pub async fn show(
    State(app): State<App>,
    reader: Reader,
    Named(id): Named,
) -> Result<Json<Rebuild>, Rejected> {
    let found = Uuid::try_parse(&id).ok().and_then(|id| app.rebuilds.find(id));
    found.map(Json).ok_or_else(|| reader.reject(Reject::NotFound("Rebuild")))
}
