//! Is this token ours, and whose is it? HS256, one issuer; role and standing are asked of the ledger, not of the token.

use crate::clock::Clock;
use domain::principal::Role;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// How long a token is good for, in seconds.
pub const LIFETIME_SECONDS: i64 = 12 * 3_600;
const ISSUER: &str = "lead-ledger";

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

/// Makes and reads tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    /// Tokens under this secret.
    pub fn new(secret: &str, clock: Arc<dyn Clock>) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // The ledger's clock decides, below.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            validation,
            clock,
        }
    }

    /// A token for this agent.
    pub fn issue(&self, agent: Uuid, role: Role, epoch: u32) -> Option<String> {
        let now = self.clock.now();
        let claims = Claims {
            sub: agent,
            role: role.as_str().to_owned(),
            iss: ISSUER.to_owned(),
            iat: now.timestamp(),
            exp: now.timestamp() + LIFETIME_SECONDS,
            jti: crate::clock::new_id(now),
            epoch,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).ok()
    }

    /// What a token says, if it is ours and not over.
    pub fn read(&self, token: &str) -> Option<Claims> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (claims.exp > self.clock.now().timestamp()).then_some(claims)
    }
}
