//! How many requests are too many (B-170, C-28)? By whoever asks: the person of the token, else the address. What changed
//! nothing for the client (304), and streams cost nothing.

use super::reject::Reject;
use crate::http::client_address::{ClientAddress, counted_as};
use crate::http::conditional;
use crate::http::credentials::bearer;
use crate::http::limits::{Bucket, Standing};
use crate::http::request::request_id;
use crate::http::tokens::Use;
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// Reads that cost nothing of the limit: the web application sends them with every page and logs itself out on any
/// error (F14). A void token is charged to the address all the same.
const FREE: [&str; 1] = ["/api/auth/profile"];
/// Where people log in: only failures are counted, when the account is known (C-48).
const LOG_IN: &str = "/api/auth/login";

/// Whether a file is asked for: of several reports, or of one.
fn is_export(path: &str) -> bool {
    let parts = path.strip_prefix("/api/reports/").map(|rest| rest.split('/'));
    parts.is_some_and(|parts| parts.take(2).any(|part| part == "export"))
}

fn bucket(path: &str) -> Bucket {
    match path {
        "/api/auth/register" | "/api/auth/change-password" => Bucket::Auth,
        "/api/calls/status-callback" | "/api/calls/recording-status" | "/api/meta/webhook" => Bucket::Machine,
        _ => Bucket::General,
    }
}

/// Who asks.
fn asker(app: &App, request: &Request) -> String {
    let claims = bearer(request.headers()).and_then(|token| app.tokens.read(Use::Api, token));
    claims.map_or_else(|| address(request), |claims| claims.sub.to_string())
}

/// From where.
fn address(request: &Request) -> String {
    let address = request.extensions().get::<ClientAddress>();
    address.map_or_else(String::new, |address| counted_as(address.ip))
}

/// Counts every request of this dialect, and answers those that are too many.
pub async fn limited(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == LOG_IN {
        return next.run(request).await;
    }
    let (bucket, asker) = (bucket(path), asker(&app, &request));
    let is_read = request.method() == Method::GET;
    let is_free = is_read && FREE.contains(&path);
    let charged = if is_free { Ok(None) } else { app.limits.charge(bucket, &asker) };
    let standing = match charged {
        Ok(standing) => standing,
        Err(standing) => {
            return Reject::TooManyRequests(standing).answer(&request_id(request.extensions()));
        }
    };
    // A file is made anew each time: that is never free.
    let is_tagged = is_read && bucket == Bucket::General && !is_export(path);
    let asked = request.headers().get(header::IF_NONE_MATCH).cloned();
    let address = address(&request);
    let id = request_id(request.extensions());
    let mut response = next.run(request).await;
    // A token that is void is nobody's: whoever shows it is charged, not whose it was.
    if response.status() == StatusCode::UNAUTHORIZED && (is_free || asker != address) {
        if let Some(own) = standing {
            app.limits.give_back(bucket, &asker, own);
        }
        return match app.limits.charge(bucket, &address) {
            Ok(standing) => with(response, standing),
            Err(standing) => Reject::TooManyRequests(standing).answer(&id),
        };
    }
    if is_tagged {
        response = conditional::answer(asked, response).await;
    }
    let standing = standing.map(|standing| {
        let kind = response.headers().get(header::CONTENT_TYPE);
        let is_stream = kind.is_some_and(|kind| kind == "text/event-stream");
        if is_stream || response.status() == StatusCode::NOT_MODIFIED {
            app.limits.give_back(bucket, &asker, standing)
        } else {
            standing
        }
    });
    with(response, standing)
}

/// An answer that says where its asker stands.
pub fn with(mut response: Response, standing: Option<Standing>) -> Response {
    if let Some(standing) = standing {
        response.extensions_mut().insert(standing);
    }
    response
}
