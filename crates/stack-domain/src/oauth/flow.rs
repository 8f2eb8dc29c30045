//! What is remembered of a sign-in while the browser is at the provider.

use serde::{Deserialize, Serialize};
use stack_types::{Secret, UserId};
use url::Url;

use super::code::PROTOCOL_PARAMETERS;
use crate::{
    core::{Core, Tenant},
    error::DomainResult,
    models::CodeKind,
    one_time_codes::with_project,
    ports::{Storage, Transaction},
};

/// The cookie that ties a sign-in to the browser in which it began, by the state that the provider carries.
pub fn cookie_name(state: &str) -> String {
    format!("stack-oauth-inner-{state}")
}

/// A sign-in that is under way. It is stored sealed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) provider_id: String,
    /// What the provider's callback URL ends in.
    pub(super) kind: String,
    pub(super) purpose: Purpose,
    pub(super) extra_scopes: String,
    pub(super) needs_cookie: bool,
    /// Of the inner flow.
    pub(super) code_verifier: Secret,
    /// Of the inner flow.
    pub(super) nonce: Secret,
    pub(super) app: AppRequest,
}

/// What the account at the provider is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// Signing in or up; an anonymous user becomes the new one.
    Authenticate { anonymous: Option<UserId> },
    /// Connecting it with a user.
    Link { user: UserId },
}

/// What the app asked for: the outer flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AppRequest {
    pub(super) publishable_client_key: Secret,
    pub(super) redirect_uri: String,
    pub(super) error_redirect_uri: Option<String>,
    pub(super) after_callback_redirect_url: Option<String>,
    pub(super) scope: String,
    pub(super) state: Secret,
    pub(super) code_challenge: String,
    pub(super) code_challenge_method: ChallengeMethod,
}

/// How a challenge of PKCE is made of its verifier (RFC 7636, section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeMethod {
    /// SHA-256 in base64url.
    S256,
    /// It is the verifier.
    Plain,
}

impl ChallengeMethod {
    /// The method of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "S256" => Some(Self::S256),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }
}

impl<S: Storage> Core<S> {
    /// Remembers a sign-in, and gives the state that the provider shall carry: a code and, so that it can be looked for
    /// in its project, the project.
    pub(super) async fn begin_oauth_flow(&self, tenant: &Tenant, flow: &Flow) -> DomainResult<Secret> {
        let mut writer = self.storage.write().await?;
        let code = self.issue_code(&mut writer, tenant, CodeKind::OAuthFlow, flow).await?;
        writer.commit().await?;
        Ok(with_project(&code, tenant.id()))
    }
}

/// `url` with these parameters, in place of any of the protocol's that it has.
pub(super) fn with_parameters(mut url: Url, parameters: &[(&str, &str)]) -> String {
    let kept: Vec<_> = url
        .query_pairs()
        .filter(|(name, _)| !PROTOCOL_PARAMETERS.contains(&&**name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_fragment(None);
    url.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .extend_pairs(parameters);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_replace_those_of_the_same_name() {
        let url = "https://app.example.com/cb?code=evil&a=b%20c&state=evil#code=evil"
            .parse()
            .unwrap();
        assert_eq!(
            with_parameters(url, &[("code", "c&d"), ("state", "s")]),
            "https://app.example.com/cb?a=b+c&code=c%26d&state=s"
        );
        let native = "stack-auth-mobile-oauth-url://success".parse().unwrap();
        assert_eq!(
            with_parameters(native, &[("code", "c")]),
            "stack-auth-mobile-oauth-url://success?code=c"
        );
    }
}
