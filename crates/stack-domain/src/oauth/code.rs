//! Our own authorization codes: made when a sign-in is through, good for one exchange within five minutes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde::{Deserialize, Serialize};
use stack_types::{Secret, UserId};
use subtle::ConstantTimeEq;
use url::Url;

use super::flow::{AppRequest, ChallengeMethod, with_parameters};
use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::CodeKind,
    ports::{Repositories, Storage},
    secrets::digest,
};

/// What we add to an app's page, and what a page must not bring along.
pub(super) const PROTOCOL_PARAMETERS: [&str; 7] = [
    "code",
    "state",
    "error",
    "error_description",
    "errorCode",
    "message",
    "details",
];

/// What a code can be traded for. It is stored sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CodeGrant {
    pub(super) redirect_uri: String,
    pub(super) code_challenge: String,
    pub(super) code_challenge_method: ChallengeMethod,
    pub(super) after_callback_redirect_url: Option<String>,
    pub(super) session: Granted,
}

/// Which session a code gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Granted {
    /// A new one, after a second factor if the user has one.
    New { user_id: UserId, is_new_user: bool },
    /// The one of this refresh token.
    Existing { refresh_token: Secret },
}

impl CodeGrant {
    /// Whether it is the verifier of the challenge; takes as long for any text of the same length.
    pub(super) fn is_verified_by(&self, verifier: &Secret) -> bool {
        let made = match self.code_challenge_method {
            ChallengeMethod::S256 => BASE64.encode(digest::sha256(verifier.expose())),
            ChallengeMethod::Plain => verifier.expose().to_owned(),
        };
        made.as_bytes().ct_eq(self.code_challenge.as_bytes()).into()
    }
}

impl<S: Storage> Core<S> {
    /// Makes a code for what an app has asked for, and gives its page with code and state.
    pub(super) async fn issue_oauth_code(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        app: &AppRequest,
        session: Granted,
    ) -> DomainResult<String> {
        let page = Url::parse(&app.redirect_uri).map_err(DomainError::internal)?;
        let grant = CodeGrant {
            redirect_uri: app.redirect_uri.clone(),
            code_challenge: app.code_challenge.clone(),
            code_challenge_method: app.code_challenge_method,
            after_callback_redirect_url: app.after_callback_redirect_url.clone(),
            session,
        };
        let code = self.issue_code(writer, tenant, CodeKind::OAuthCode, &grant).await?;
        Ok(with_parameters(
            page,
            &[("code", code.expose()), ("state", app.state.expose())],
        ))
    }
}

/// A URL without its fragment, and otherwise as it was given.
pub(super) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(url, _)| url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verifier_fits_its_challenge_only() {
        let grant = |method, challenge: &str| CodeGrant {
            redirect_uri: String::new(),
            code_challenge: challenge.to_owned(),
            code_challenge_method: method,
            after_callback_redirect_url: None,
            session: Granted::Existing {
                refresh_token: "t".into(),
            },
        };
        // Source: RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let (hashed, plain) = (
            grant(ChallengeMethod::S256, challenge),
            grant(ChallengeMethod::Plain, verifier),
        );
        assert!(hashed.is_verified_by(&verifier.into()) && plain.is_verified_by(&verifier.into()));
        for wrong in ["", challenge, &verifier[1..]] {
            assert!(!hashed.is_verified_by(&wrong.into()), "{wrong}");
            assert!(!plain.is_verified_by(&wrong.into()), "{wrong}");
        }
    }
}
