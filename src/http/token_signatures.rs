//! How the `jsonwebtoken` crate signs: with the HMAC-SHA256 that everything else here uses.
//!
//! The two kinds of cryptography that the crate brings along know RSA and elliptic curves as well. Tokens here use HS256
//! alone, and a build without those is a minute shorter; any other algorithm is refused.

use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwkUtils, JwtSigner, JwtVerifier};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use sha2::Sha256;

static HS256: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    jwk_utils: JwkUtils::new_unimplemented(),
};

/// Makes this the cryptography of every token of this process. The second call finds it done.
pub fn install() {
    let _ = HS256.install_default();
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that the crate calls")]
fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Ok(Box::new(Keyed::new(*algorithm, key.try_get_hmac_secret()?)?))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that the crate calls")]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    Ok(Box::new(Keyed::new(*algorithm, key.try_get_hmac_secret()?)?))
}

/// HMAC-SHA256 under a secret.
struct Keyed(Hmac<Sha256>);

impl Keyed {
    fn new(algorithm: Algorithm, secret: &[u8]) -> Result<Self, Error> {
        if algorithm != Algorithm::HS256 {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Hmac::new_from_slice(secret).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }

    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(message);
        mac
    }
}

impl Signer<Vec<u8>> for Keyed {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.over(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Keyed {
    /// In constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.over(message).verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Keyed {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Keyed {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{Header, Validation};
    use serde_json::{Value, json};

    /// The example of RFC 7515, appendix A.1: its key, its token.
    #[test]
    fn the_example_of_the_standard_is_read_and_one_altered_letter_is_not() {
        install();
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0\
                     dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, key).unwrap();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        let read =
            |token: &str| jsonwebtoken::decode::<Value>(token, &DecodingKey::from_secret(&key), &validation);
        assert_eq!(read(token).unwrap().claims["iss"], "joe");
        assert!(read(&token.replace("EjXk", "EjXl")).is_err());
        assert!(read(&token.replace("dBjft", "dBjfT")).is_err());
    }

    #[test]
    fn another_algorithm_is_refused() {
        install();
        let key = EncodingKey::from_secret(b"secret");
        for algorithm in [Algorithm::HS384, Algorithm::HS512, Algorithm::RS256, Algorithm::ES256] {
            assert!(
                jsonwebtoken::encode(&Header::new(algorithm), &json!({}), &key).is_err(),
                "{algorithm:?}"
            );
        }
    }
}
