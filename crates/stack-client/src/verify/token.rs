//! Takes a token apart. Nothing that it says is trusted here.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, de::DeserializeOwned};
use stack_types::{ProjectId, RestrictedReasonType, SessionId, TeamId, UserId};

use super::VerifyError;

/// A token has about 1000 bytes; names and addresses are limited.
const MAX_LENGTH: usize = 16 * 1024;

/// A token that nobody has checked yet.
pub(super) struct Unverified<'a> {
    /// The part that is signed.
    pub signed: &'a [u8],
    pub signature: Vec<u8>,
    /// Names the key.
    pub kid: String,
    pub claims: Claims,
}

/// What a token says. Times are in seconds.
#[derive(Deserialize)]
pub(super) struct Claims {
    pub sub: UserId,
    pub iat: i64,
    pub exp: i64,
    pub nbf: Option<i64>,
    pub iss: String,
    pub aud: String,
    pub project_id: ProjectId,
    #[serde(alias = "branchId")]
    pub branch_id: String,
    #[serde(alias = "refreshTokenId")]
    pub refresh_token_id: SessionId,
    pub name: Option<String>,
    pub email: Option<String>,
    #[serde(default)]
    pub email_verified: bool,
    pub selected_team_id: Option<TeamId>,
    #[serde(default)]
    pub signed_up_at: i64,
    pub is_anonymous: bool,
    pub is_restricted: bool,
    pub restricted_reason: Option<Reason>,
    #[serde(default)]
    pub requires_totp_mfa: bool,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    pub r#type: RestrictedReasonType,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

impl<'a> Unverified<'a> {
    pub fn parse(token: &'a str) -> Result<Self, VerifyError> {
        const NOT_A_JWT: VerifyError = VerifyError::Malformed("it isn't a JWT");

        if token.len() > MAX_LENGTH {
            return Err(VerifyError::Malformed("it is too long"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(NOT_A_JWT)?;
        let (header, claims) = signed.split_once('.').ok_or(NOT_A_JWT)?;
        let header: Header = part(header).ok_or(VerifyError::Malformed("its header can't be read"))?;
        // Pinned: what the token asks for decides nothing (RFC 8725, section 3.1).
        if header.alg != "ES256" {
            return Err(VerifyError::Malformed("its algorithm isn't ES256"));
        }
        // Extensions that must be understood, and none is (RFC 7515, section 4.1.11).
        if header.crit.is_some() {
            return Err(VerifyError::Malformed("it has critical extensions"));
        }
        Ok(Self {
            signed: signed.as_bytes(),
            signature: BASE64.decode(signature).map_err(|_| NOT_A_JWT)?,
            kid: header.kid.ok_or(VerifyError::Malformed("it names no key"))?,
            claims: part(claims).ok_or(VerifyError::Malformed("a claim is missing or has another type"))?,
        })
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&BASE64.decode(text).ok()?).ok()
}
