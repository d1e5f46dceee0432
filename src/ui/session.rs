//! Who looks at a page? A person by the token in their cookie; forms prove that they come from our own pages.

use super::HOME;
use super::reject::{Reject, Rejected};
use crate::actions::people::machines::sha256_hex;
use crate::http::body;
use crate::http::decode;
use crate::http::request::request_id;
use crate::http::tokens::Use;
use crate::ledger::Context;
use crate::state::{App, Person};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::Method;
use axum::http::request::Parts;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use domain::ids::AgentId;
use domain::lead::Lead;
use domain::lead::access::{Access, access};
use domain::principal::Role;
use std::collections::BTreeMap;
use subtle::ConstantTimeEq;

const COOKIE: &str = "lead_ledger_session";
/// The largest form, in bytes: every detail comes twice, percent-encoded.
const FORM_MAX: usize = 1 << 20;

/// Somebody who works with leads.
#[derive(Clone, Debug)]
pub struct Viewer {
    pub person: Person,
    pub token: String,
    /// What their forms must carry.
    pub csrf: String,
    pub request_id: String,
}

impl Viewer {
    /// What they may do with a lead.
    pub fn access(&self, lead: &Lead) -> Access {
        access(lead, AgentId(self.person.id), &self.person.agent)
    }

    /// A "no" to their request.
    pub fn reject(&self, reject: impl Into<Reject>) -> Rejected {
        Rejected(reject.into(), self.request_id.clone())
    }

    /// The circumstances of their request.
    pub fn context(&self) -> Context {
        Context {
            principal: self.person.principal(),
            dialect: "agent_dashboard",
            request_id: self.request_id.clone(),
            body_hash: None,
        }
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Rejected> {
        let request_id = request_id(&parts.extensions);
        let reject = |reject| Rejected(reject, request_id.clone());
        let jar = CookieJar::from_headers(&parts.headers);
        let token = jar.get(COOKIE).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
        let person = app.find_session(Use::Pages, &token).await.map_err(|error| reject(error.into()))?;
        let Some(person) = person else {
            let asked = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
            let is_page = parts.method == Method::GET;
            let next = asked.path_and_query().map(ToString::to_string).filter(|_| is_page);
            return Err(reject(Reject::LogIn {
                next: next.unwrap_or_else(|| HOME.to_owned()),
                problem: None,
            }));
        };
        match person.role() {
            Role::Admin | Role::Supervisor | Role::Telecaller | Role::Agent => {}
            Role::Auditor | Role::Analyst => return Err(reject(Reject::NotPermitted)),
        }
        // A function of the token, so that it goes with it; who knows this does not know the token.
        let csrf = sha256_hex(format!("form:{token}"));
        Ok(Self { person, token, csrf, request_id })
    }
}

/// A form of one of our pages, sent by the viewer.
pub struct Form {
    pub viewer: Viewer,
    pub fields: BTreeMap<String, String>,
}

impl FromRequest<App> for Form {
    type Rejection = Rejected;

    async fn from_request(request: Request, app: &App) -> Result<Self, Rejected> {
        let (mut parts, body) = request.into_parts();
        let viewer = Viewer::from_request_parts(&mut parts, app).await?;
        let fields = read_form(body).await.map_err(|reject| viewer.reject(reject))?;
        let shown = fields.get("csrf").map_or("", String::as_str);
        if !bool::from(shown.as_bytes().ct_eq(viewer.csrf.as_bytes())) {
            return Err(viewer.reject(Reject::StaleForm));
        }
        Ok(Self { viewer, fields })
    }
}

/// Reads a form; of members given twice the last.
pub async fn read_form(body: axum::body::Body) -> Result<BTreeMap<String, String>, Reject> {
    let bytes = body::read(body, FORM_MAX).await.map_err(Reject::Body)?;
    Ok(decode::pairs(&bytes).into_iter().collect())
}

/// The cookie that keeps a token, for this page's paths only. `Lax`: a dialer's link is from another site.
pub fn cookie(app: &App, token: String) -> Cookie<'static> {
    let is_secure = app.config.is_production || app.config.public_url.starts_with("https:");
    Cookie::build((COOKIE, token))
        .path(HOME)
        .http_only(true)
        .secure(is_secure)
        .same_site(SameSite::Lax)
        .build()
}

/// The cookie to be forgotten.
pub fn no_cookie() -> Cookie<'static> {
    let mut cookie = Cookie::build((COOKIE, "")).path(HOME).build();
    cookie.make_removal();
    cookie
}
