//! `POST /agent-dashboard/log-in` (then back to what was asked for) and `/log-out`.

use super::HOME;
use super::reject::{Reject, Rejected};
use super::session::{Form, cookie, no_cookie, read_form};
use crate::http::client_address::ClientAddress;
use crate::http::request::request_id;
use crate::http::tokens::Use;
use crate::log_in::NotLoggedIn;
use crate::state::App;
use axum::extract::{Request, State};
use axum::response::Redirect;
use axum_extra::extract::CookieJar;
use domain::text::trim;

/// The longest name or password looked at, in bytes.
const FIELD_MAX: usize = 1_000;

pub async fn handler(State(app): State<App>, request: Request) -> Result<(CookieJar, Redirect), Rejected> {
    let id = request_id(request.extensions());
    take(&app, request).await.map_err(|reject| Rejected(reject, id))
}

async fn take(app: &App, request: Request) -> Result<(CookieJar, Redirect), Reject> {
    let address = request.extensions().get::<ClientAddress>().map(|address| address.ip);
    // Another site must not log a browser in as somebody of its choice.
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if site.is_some_and(|site| site == "cross-site") {
        return Err(Reject::StaleForm);
    }
    let fields = read_form(request.into_body()).await?;
    let text = |name: &str| {
        let text = fields.get(name).map_or("", String::as_str);
        if text.len() <= FIELD_MAX && !text.contains('\0') { text } else { "" }
    };
    let next = fields.get("next").filter(|next| is_ours(next)).map_or(HOME, String::as_str);
    let again = |problem: &str| Reject::LogIn { next: next.to_owned(), problem: Some(problem.to_owned()) };
    let (name, password) = (trim(text("username")), text("password"));
    if name.is_empty() || password.is_empty() {
        return Err(again("Name and password are needed."));
    }
    match app.log_in(Use::Pages, name, password, address).await {
        Ok(person) => {
            let jar = CookieJar::new().add(cookie(app, person.token));
            Ok((jar, Redirect::to(next)))
        }
        Err(NotLoggedIn::WrongPassword { .. }) => Err(again("Wrong name or password.")),
        Err(NotLoggedIn::Inactive) => Err(again("This account is switched off.")),
        Err(NotLoggedIn::TooManyTries { retry_after_seconds }) => {
            Err(Reject::TooManyTries { retry_after_seconds })
        }
        Err(NotLoggedIn::Failed(error)) => Err(error.into()),
    }
}

pub async fn log_out(State(app): State<App>, form: Form) -> Result<(CookieJar, Redirect), Rejected> {
    let viewer = form.viewer;
    let ended = app.end_session(&viewer.context(), Use::Pages, &viewer.token).await;
    ended.map_err(|error| viewer.reject(error))?;
    Ok((CookieJar::new().add(no_cookie()), Redirect::to(HOME)))
}

/// The address bar of somebody whose log-in failed says this.
pub async fn show() -> Redirect {
    Redirect::to(HOME)
}

/// Whether that is one of our own pages, as a header can carry it: nobody is sent elsewhere.
fn is_ours(next: &str) -> bool {
    let rest = next.strip_prefix(HOME);
    let is_page = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    is_page && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_the_log_in() {
        for ours in ["/agent-dashboard", "/agent-dashboard?lead_id=1&a=%20b", "/agent-dashboard/leads/7"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in
            ["//evil", "https://evil", "/agent-dashboard.evil", "/agent-dashboard\r\nx: y", "/api", ""]
        {
            assert!(!is_ours(other), "{other}");
        }
    }
}
