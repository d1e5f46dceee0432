//! Calls placed by Twilio's REST API. What it says of them comes to the telecaller CRM's callbacks.

use super::{CallProvider, OutboundCall, ProviderError};
use futures_util::future::{BoxFuture, FutureExt};
use serde::Deserialize;
use std::time::Duration;

/// How long it may take to connect, and to answer.
const CONNECT_MAX: Duration = Duration::from_secs(3);
const ANSWER_MAX: Duration = Duration::from_secs(8);
/// The largest answer that is read, in bytes.
const BODY_MAX: usize = 64 << 10;

/// An account, and where its callbacks go.
#[derive(Clone)]
pub struct Twilio {
    http: reqwest::Client,
    pub account_sid: String,
    pub auth_token: String,
    /// The number that calls.
    pub from: String,
    /// Where the API is, without a slash at its end.
    pub api_base: String,
    /// Where Twilio reaches us, without a slash at its end.
    pub public_url: String,
}

/// Clients of HTTPS use the cryptography that everything else here uses; whoever comes second finds it done.
pub fn use_one_cryptography() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// What is read of its answer.
#[derive(Deserialize)]
struct Placed {
    sid: String,
}

impl Twilio {
    /// An account; `None` if no client can be made on this machine.
    pub fn try_new(
        account_sid: String,
        auth_token: String,
        from: String,
        api_base: String,
        public_url: String,
    ) -> Option<Self> {
        use_one_cryptography();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_MAX)
            .timeout(ANSWER_MAX)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .ok()?;
        Some(Self { http, account_sid, auth_token, from, api_base, public_url })
    }

    /// The request's form. The callbacks name our id too: a call is known even if the answer to this is lost.
    fn form(&self, call: &OutboundCall) -> String {
        let callback = |path: &str| format!("{}/api/calls/{path}?call={}", self.public_url, call.attempt_id);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", &call.to)
            .append_pair("From", &self.from)
            .append_pair("Twiml", &twiml(call.connect_to.as_deref()))
            .append_pair("StatusCallback", &callback("status-callback"))
            .append_pair("Record", "true")
            .append_pair("RecordingStatusCallback", &callback("recording-status"));
        for event in ["initiated", "ringing", "answered", "completed"] {
            form.append_pair("StatusCallbackEvent", event);
        }
        form.finish()
    }

    async fn ask(&self, call: &OutboundCall) -> Result<String, ProviderError> {
        let url = format!("{}/2010-04-01/Accounts/{}/Calls.json", self.api_base, self.account_sid);
        let request = self
            .http
            .post(url)
            .basic_auth(&self.account_sid, Some(&self.auth_token))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(self.form(call));
        let answer = request.send().await.map_err(|_| ProviderError::Unreachable)?;
        let status = answer.status();
        if !status.is_success() {
            return Err(ProviderError::Refused { status: status.as_u16() });
        }
        let body = answer.bytes().await.map_err(|_| ProviderError::Unreachable)?;
        let placed = serde_json::from_slice::<Placed>(&body[..body.len().min(BODY_MAX)]);
        placed.map(|placed| placed.sid).map_err(|_| ProviderError::Unreadable)
    }
}

/// What is done with whoever answers: they are connected with the agent, or held for a minute where it has no phone.
fn twiml(connect_to: Option<&str>) -> String {
    let digits: Option<String> =
        connect_to.map(|phone| phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect());
    match digits.filter(|digits| !digits.is_empty()) {
        Some(digits) => format!("<Response><Dial>{digits}</Dial></Response>"),
        None => "<Response><Pause length=\"60\"/></Response>".to_owned(),
    }
}

impl CallProvider for Twilio {
    fn name(&self) -> &'static str {
        "twilio"
    }

    fn place<'a>(&'a self, call: &'a OutboundCall) -> BoxFuture<'a, Result<String, ProviderError>> {
        self.ask(call).boxed()
    }
}
