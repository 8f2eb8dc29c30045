//! Identity tokens (OpenID Connect Core 1.0, section 3.1.3.7): who signed them, for whom, when, and for which sign-in.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{Jwk, KeyAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use stack_domain::ports::ProviderError;
use stack_types::{Millis, Secret};

/// By how many seconds clocks may differ.
const LEEWAY_SECS: i64 = 60;

/// Which signatures are taken. Those with a shared secret aren't: whoever knows it could make tokens.
const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
];

/// The tenant of personal accounts at Microsoft.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// What an identity token has to say.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    /// Who signed it; `{tenantid}` in it is the token's claim `tid`.
    pub(super) issuer: &'a str,
    /// The tenant that a client at Microsoft is for, if it names one.
    pub(super) tenant: Option<&'a str>,
    /// For whom it may be.
    pub(super) audiences: &'a [String],
    /// What the sign-in began with.
    pub(super) nonce: Option<&'a Secret>,
    /// Whether the nonce has to be in it.
    pub(super) needs_nonce: bool,
    /// The time.
    pub(super) now: Millis,
}

/// What an identity token says, once it is checked.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Claims {
    iss: String,
    pub(super) sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    tid: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub(super) rest: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The id of the key that signed a token.
pub(super) fn key_id(token: &Secret) -> Result<String, ProviderError> {
    let header = jsonwebtoken::decode_header(token.expose()).map_err(|_| invalid("it isn't a signed token"))?;
    header.kid.ok_or_else(|| invalid("it names no key"))
}

/// Checks a token that names `key`.
pub(super) fn check(token: &Secret, key: &Jwk, rules: &Rules<'_>) -> Result<Claims, ProviderError> {
    let header = jsonwebtoken::decode_header(token.expose()).map_err(|_| invalid("it isn't a signed token"))?;
    if !ALGORITHMS.contains(&header.alg) || !is_for(key, header.alg) {
        return Err(invalid("it is signed in a way that isn't taken"));
    }
    let decoding = DecodingKey::from_jwk(key).map_err(|_| invalid("it is signed with an unusable key"))?;
    let mut validation = Validation::new(header.alg);
    // The claims are checked below, against the time that is given and without any that may be missing.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token.expose(), &decoding, &validation)
        .map_err(|_| invalid("its signature is wrong, or it lacks a claim"))?
        .claims;
    claims.check(rules)?;
    Ok(claims)
}

impl Claims {
    fn check(&self, rules: &Rules<'_>) -> Result<(), ProviderError> {
        if !self.is_issued_by(rules) {
            return Err(invalid("somebody else issued it"));
        }
        let is_meant = |audience: &String| rules.audiences.contains(audience);
        let is_for_us = match &self.aud {
            Audience::One(audience) => is_meant(audience),
            // A token that is for others, too, has to say that it was made for us.
            Audience::Several(all) => all.iter().any(is_meant) && (all.len() == 1 || self.azp.is_some()),
        };
        if !is_for_us || !self.azp.as_ref().is_none_or(is_meant) {
            return Err(invalid("it is for somebody else"));
        }
        let now = rules.now.get() / 1000;
        if now - LEEWAY_SECS >= self.exp {
            return Err(invalid("it has expired"));
        }
        if self.iat.max(self.nbf.unwrap_or(self.iat)) > now + LEEWAY_SECS {
            return Err(invalid("it is of the future"));
        }
        if self.sub.is_empty() {
            return Err(invalid("it is about nobody"));
        }
        match (&self.nonce, rules.nonce) {
            (Some(nonce), Some(expected)) if nonce == expected.expose() => Ok(()),
            (None, Some(_)) if rules.needs_nonce => Err(invalid("it is of no sign-in")),
            (Some(_), Some(_)) => Err(invalid("it is of another sign-in")),
            _ => Ok(()),
        }
    }

    fn is_issued_by(&self, rules: &Rules<'_>) -> bool {
        if !rules.issuer.contains("{tenantid}") {
            // Google leaves the scheme out at times.
            return self.iss == rules.issuer || rules.issuer.strip_prefix("https://") == Some(&self.iss);
        }
        let Some(tid) = self.tid.as_deref().filter(|tid| tid.parse::<uuid::Uuid>().is_ok()) else {
            return false;
        };
        let is_of_tenant = match rules.tenant.unwrap_or(super::table::DEFAULT_TENANT) {
            "common" => true,
            "organizations" => tid != CONSUMERS,
            "consumers" => tid == CONSUMERS,
            tenant if tenant.parse::<uuid::Uuid>().is_ok() => tid.eq_ignore_ascii_case(tenant),
            // The name of a domain, whose id only Microsoft knows: the keys are that tenant's.
            _ => true,
        };
        is_of_tenant && self.iss == rules.issuer.replace("{tenantid}", tid)
    }
}

/// Whether a key may sign so, as far as it says.
fn is_for(key: &Jwk, algorithm: Algorithm) -> bool {
    let wanted = match algorithm {
        Algorithm::RS256 => KeyAlgorithm::RS256,
        Algorithm::RS384 => KeyAlgorithm::RS384,
        Algorithm::RS512 => KeyAlgorithm::RS512,
        Algorithm::PS256 => KeyAlgorithm::PS256,
        Algorithm::PS384 => KeyAlgorithm::PS384,
        Algorithm::PS512 => KeyAlgorithm::PS512,
        Algorithm::ES256 => KeyAlgorithm::ES256,
        Algorithm::ES384 => KeyAlgorithm::ES384,
        _ => return false,
    };
    key.common.key_algorithm.is_none_or(|of| of == wanted)
}

pub(super) fn invalid(why: &str) -> ProviderError {
    ProviderError::Refused(format!("The provider's identity token can't be taken: {why}."))
}
