//! Who calls the "Interested" button? A dialer by its key, from an allowed address, with a signature where one is required
//! (B-002 to B-011, C-06, C-07).

use super::intake::Sent;
use super::reject::Reject;
use super::signature::{self, WINDOW_SECONDS};
use crate::actions::people::machines::{Machine, sha256_hex};
use crate::http::client_address::ClientAddress;
use crate::http::decode;
use crate::http::limits::Bucket;
use crate::http::signatures::is_sha256_hex;
use crate::ledger::Context;
use crate::state::App;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use domain::principal::{Principal, Scope};
use domain::text::{is_blank, trim};
use std::net::IpAddr;

/// The name of this dialect in metadata.
pub const DIALECT: &str = "from_dialer";

/// A dialer that may send clicks.
#[derive(Clone, Debug)]
pub struct Caller {
    pub machine: Machine,
    pub request_id: String,
    /// What a good signature was known by: it makes no second event.
    pub signed: Option<Signed>,
}

/// A good signature.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Its SHA-256, in hex.
    pub digest: String,
    /// The SHA-256 of a v2 signature's nonce: it is good once, and not for long.
    pub nonce: Option<String>,
}

impl Caller {
    /// The circumstances of its request.
    pub fn context(&self, body_hash: &str) -> Context {
        Context {
            principal: Principal::Machine(self.machine.id.into()),
            dialect: DIALECT,
            request_id: self.request_id.clone(),
            body_hash: Some(body_hash.to_owned()),
        }
    }
}

/// What a request shows before anything of its body is read.
#[derive(Clone, Debug)]
pub struct Shown {
    address: Option<IpAddr>,
    key: Option<String>,
    is_in_query: bool,
}

impl Shown {
    pub fn of(request: &Request) -> Self {
        let address = request.extensions().get::<ClientAddress>().map(|address| address.ip);
        let header = request.headers().get("x-dialer-api-key").and_then(|value| value.to_str().ok());
        let header = header.map(str::trim).filter(|key| !key.is_empty());
        match header {
            Some(key) => Self { address, key: Some(key.to_owned()), is_in_query: false },
            None => Self { address, key: query_key(request), is_in_query: true },
        }
    }
}

/// Looks at address and key.
pub async fn admit(app: &App, shown: Shown, request_id: &str) -> Result<Caller, Reject> {
    let settings = &app.config.from_dialer;
    let is_allowed = |ip| settings.allowed_ips.iter().any(|network| network.contains(&ip));
    if !settings.allowed_ips.is_empty() && !shown.address.is_some_and(is_allowed) {
        return Err(Reject::AddressNotAllowed);
    }
    let mut machine = match &shown.key {
        Some(key) => app.machines.find(key).await?,
        None => None,
    };
    machine = machine.filter(|machine| {
        let configuration = &machine.credential.configuration;
        let may_be_there = configuration.allow_query_key.unwrap_or(settings.allow_query_key);
        machine.credential.has(Scope::FromDialer) && (may_be_there || !shown.is_in_query)
    });
    if let (None, true, Some(own)) = (&machine, settings.is_open, &settings.api_key) {
        machine = app.machines.find(&own.0).await?;
    }
    let machine = machine.ok_or(Reject::BadKey)?;
    app.limits.charge(Bucket::Machine, &machine.id.to_string()).map_err(Reject::TooManyRequests)?;
    Ok(Caller { machine, request_id: request_id.to_owned(), signed: None })
}

/// The key in the query of a `GET`.
fn query_key(request: &Request) -> Option<String> {
    if request.method() != Method::GET {
        return None;
    }
    let query = request.uri().query().unwrap_or("");
    let names = ["api_key", "dialer_api_key"];
    decode::pairs(query.as_bytes())
        .into_iter()
        .find(|(name, value)| names.contains(&name.as_str()) && !is_blank(value))
        .map(|(_, value)| trim(&value).to_owned())
}

impl Caller {
    /// Checks the signature, if one was sent or is required. Both versions bind the secret; only v2 binds the time.
    pub fn check_signature(mut self, app: &App, headers: &HeaderMap, sent: &Sent) -> Result<Self, Reject> {
        let settings = &app.config.from_dialer;
        let configuration = &self.machine.credential.configuration;
        let bad = || Reject::BadSignature { canonical: None };
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let member = |name: &str| sent.fields.get(name).and_then(|value| value.as_str());
        let shown = header("x-dialer-signature").or_else(|| member("signature"));
        let (Some(secret), Some(shown)) = (&settings.hmac_secret, shown) else {
            let is_required = configuration.require_hmac.unwrap_or(settings.require_hmac);
            return if is_required { Err(bad()) } else { Ok(self) };
        };
        let stated = header("x-dialer-timestamp").or_else(|| member("timestamp"));
        let seconds: i64 = stated.and_then(|text| text.parse().ok()).ok_or_else(bad)?;
        if app.ledger.now().timestamp().abs_diff(seconds) > WINDOW_SECONDS.unsigned_abs() {
            return Err(bad());
        }
        let v2 = shown.trim().strip_prefix("v2=").map(str::trim);
        let nonce = header("x-dialer-nonce").filter(|nonce| !nonce.is_empty());
        let signed = match (v2, nonce) {
            (Some(_), None) => return Err(bad()),
            (Some(_), Some(nonce)) => {
                let method = if sent.is_get { "GET" } else { "POST" };
                let mut signed = format!("{seconds}.{nonce}.{method}.{}.", sent.path_and_query).into_bytes();
                signed.extend_from_slice(&sent.body);
                signed
            }
            (None, _) => signature::canonical(&sent.fields, configuration.canonical_form).into_bytes(),
        };
        let signature = v2.unwrap_or(shown);
        if !is_sha256_hex(&secret.0, &signed, signature) {
            // While developing, whoever writes a client is told what it should have signed.
            let told = (!app.config.is_production).then(|| String::from_utf8_lossy(&signed).into_owned());
            return Err(Reject::BadSignature { canonical: told });
        }
        self.signed = Some(Signed {
            // As verified: blanks and case make no other signature of it.
            digest: sha256_hex(signature.trim().to_ascii_lowercase()),
            nonce: v2.and(nonce).map(sha256_hex),
        });
        Ok(self)
    }
}
