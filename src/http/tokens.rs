//! Is this token ours, and whose is it? HS256, one issuer; role and standing are asked of the ledger, not of the token.

use crate::clock::Clock;
use domain::agent::Agent;
use domain::time::Instant;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// How long a token is good for, in seconds.
pub const LIFETIME_SECONDS: i64 = 12 * 3_600;
/// How long the end of a session is remembered after its token is over, in seconds: a clock that was ahead when it was
/// asked may be a day behind later, and the token good again.
pub const REVOCATION_KEPT_SECONDS: i64 = 24 * 3_600;
/// How long an agent may take to follow a dialer's hand-over, in seconds (C-42).
const HANDOFF_SECONDS: i64 = 300;
/// Its own, so that no token is ever taken for the other kind.
const HANDOFF_ISSUER: &str = "lead-ledger/handoff";

/// What a token says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Claims {
    pub sub: Uuid,
    /// For clients to read; what counts is the role in the ledger.
    pub role: String,
    pub iss: String,
    pub iat: i64,
    pub exp: i64,
    pub jti: Uuid,
    /// The agent's token epoch; a higher one in the ledger makes the token void.
    pub epoch: u32,
}

/// What a token is for; none is good for anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// Shown with every request to the API.
    Api,
    /// Kept in the cookie of the agents' page.
    Pages,
}

impl Use {
    const fn issuer(self) -> &'static str {
        match self {
            Self::Api => "lead-ledger",
            Self::Pages => "lead-ledger/pages",
        }
    }
}

/// What a dialer hands over to an agent's browser: a lead, and nothing that describes it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Handoff {
    pub iss: String,
    pub exp: i64,
    /// The lead's number.
    pub lead: i64,
    /// The lead's sequence at that click: with the number, what makes the token good once.
    pub sequence: i64,
}

/// Makes and reads tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    api: Validation,
    pages: Validation,
    handoffs: Validation,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    /// Tokens under this secret.
    pub fn new(secret: &str, clock: Arc<dyn Clock>) -> Self {
        super::token_signatures::install();
        let validation = |issuer, required: &[&str]| {
            let mut validation = Validation::new(Algorithm::HS256);
            validation.set_issuer(&[issuer]);
            validation.set_required_spec_claims(required);
            // The ledger's clock decides, below.
            validation.validate_exp = false;
            validation
        };
        Self {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            api: validation(Use::Api.issuer(), &["exp", "iss", "sub"]),
            pages: validation(Use::Pages.issuer(), &["exp", "iss", "sub"]),
            handoffs: validation(HANDOFF_ISSUER, &["exp", "iss"]),
            clock,
        }
    }

    /// A token for this agent.
    pub fn issue(&self, use_of: Use, id: Uuid, agent: &Agent) -> Option<String> {
        let now = self.clock.now();
        let claims = Claims {
            sub: id,
            role: agent.role.as_str().to_owned(),
            iss: use_of.issuer().to_owned(),
            iat: now.timestamp(),
            exp: now.timestamp() + LIFETIME_SECONDS,
            jti: crate::clock::new_id(now),
            epoch: agent.token_epoch,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).ok()
    }

    /// What a token says, if it is ours, for this use, and not over.
    pub fn read(&self, use_of: Use, token: &str) -> Option<Claims> {
        let validation = match use_of {
            Use::Api => &self.api,
            Use::Pages => &self.pages,
        };
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, validation).ok()?.claims;
        (claims.exp > self.clock.now().timestamp()).then_some(claims)
    }

    /// A token for the lead that was clicked at that time.
    pub fn issue_handoff(&self, lead: i64, sequence: i64, at: Instant) -> Option<String> {
        let exp = at.timestamp() + HANDOFF_SECONDS;
        let handoff = Handoff { iss: HANDOFF_ISSUER.to_owned(), exp, lead, sequence };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &handoff, &self.encoding).ok()
    }

    /// What was handed over, if it is ours and not over. Whether it was used before, the ledger knows.
    pub fn read_handoff(&self, token: &str) -> Option<Handoff> {
        let handoff = jsonwebtoken::decode::<Handoff>(token, &self.decoding, &self.handoffs).ok()?.claims;
        (handoff.exp > self.clock.now().timestamp()).then_some(handoff)
    }
}
