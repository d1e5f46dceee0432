//! What was the telecaller CRM told? Who places its calls, what Meta shows it, whose pages may call.

use super::Secret;
use super::source::Source;

/// Who places calls.
#[derive(Clone, Debug)]
pub enum Provider {
    /// Nobody is called.
    Simulated,
    Twilio {
        account_sid: String,
        auth_token: Secret,
        from: String,
        api_base: String,
    },
}

impl Provider {
    /// Twilio where it is set, else nobody in production and the simulated one elsewhere.
    pub(super) fn read(source: &mut Source, is_production: bool) -> Option<Self> {
        let names = ["TWILIO_ACCOUNT_SID", "TWILIO_FROM"];
        let [account_sid, from] = names.map(|name| source.text(name));
        let auth_token = source.secret("TWILIO_AUTH_TOKEN");
        let api_base = source.text("TWILIO_API_BASE").unwrap_or_else(|| "https://api.twilio.com".to_owned());
        let api_base = api_base.trim_end_matches('/').to_owned();
        match (account_sid, auth_token, from) {
            (Some(account_sid), Some(auth_token), Some(from)) => {
                Some(Self::Twilio { account_sid, auth_token, from, api_base })
            }
            (None, _, None) => (!is_production).then_some(Self::Simulated),
            (account_sid, auth_token, from) => {
                let is_set = [account_sid.is_some(), auth_token.is_some(), from.is_some()];
                let names = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"];
                let examples = ["AC0123456789abcdef0123456789abcdef", "the-auth-token", "+15005550006"];
                let settings = names.into_iter().zip(examples).zip(is_set);
                for ((name, example), _) in settings.filter(|(_, is_set)| !is_set) {
                    let problem = "the others of Twilio's settings are given; its console shows this one";
                    source.fault(name, problem.to_owned(), example);
                }
                None
            }
        }
    }
}

/// What Meta's lead ads show and are shown.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Signs what it sends; `None`: in development nothing is signed.
    pub app_secret: Option<Secret>,
    /// What it shows when it is told of us.
    pub verify_token: Option<Secret>,
}

impl Meta {
    pub(super) fn read(source: &mut Source) -> Self {
        Self {
            app_secret: source.secret("META_APP_SECRET"),
            verify_token: source.secret("META_VERIFY_TOKEN"),
        }
    }
}

/// `LEDGER_CORS_ORIGINS`: scheme and host each.
pub(super) fn cors_origins(source: &mut Source) -> Vec<String> {
    let text = source.text("LEDGER_CORS_ORIGINS").unwrap_or_default();
    let origins: Vec<String> = text
        .split(',')
        .map(|one| one.trim().trim_end_matches('/').to_owned())
        .filter(|one| !one.is_empty())
        .collect();
    let is_good = |origin: &String| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        host.is_some_and(|host| {
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b'*')
        })
    };
    if !origins.iter().all(is_good) {
        let problem = "it is no list of scheme and host";
        source.fault("LEDGER_CORS_ORIGINS", problem.to_owned(), "https://crm.example.com");
    }
    origins
}
