//! `GET /api/auth/profile`: who am I? Asked after every log-in; without it clients log themselves out.

use super::caller::Caller;
use super::words::{self, User};
use axum::Json;
use serde::Serialize;

#[derive(Serialize)]
pub struct Reply {
    success: bool,
    user: User,
}

pub async fn handler(caller: Caller) -> Json<Reply> {
    Json(Reply { success: true, user: words::user(caller.person.id, &caller.person.agent) })
}
