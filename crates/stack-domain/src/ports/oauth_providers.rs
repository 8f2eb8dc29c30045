//! The providers with whose accounts people sign in.
//!
//! The rules know which provider is meant and what to do with its answer; how one talks to it (scopes, endpoints, the
//! shape of a profile) is the implementation's to know.

use std::{fmt::Debug, future::Future, pin::Pin};

use stack_types::{Millis, Secret};

/// What a provider is asked for takes a while and may fail.
pub type ProviderFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, ProviderError>> + Send + 'a>>;

/// Talks to providers.
pub trait OAuthProviders: Debug + Send + Sync + 'static {
    /// The deployment's own client at a provider, which projects may share; `None` if it has none.
    fn shared_client(&self, kind: &str) -> Option<ProviderClient>;

    /// Where to send the browser.
    fn begin<'a>(&'a self, client: &'a ProviderClient, request: ProviderRequest) -> ProviderFuture<'a, String>;

    /// Trades the provider's code for its tokens and the profile of the account.
    fn finish<'a>(&'a self, client: &'a ProviderClient, answer: ProviderAnswer) -> ProviderFuture<'a, ProviderAccount>;

    /// Gets new tokens for a refresh token.
    fn refresh<'a>(
        &'a self,
        client: &'a ProviderClient,
        refresh_token: &'a Secret,
        now: Millis,
    ) -> ProviderFuture<'a, ProviderTokens>;

    /// Whether the provider still takes an access token.
    fn accepts<'a>(&'a self, client: &'a ProviderClient, access_token: &'a Secret) -> ProviderFuture<'a, bool>;

    /// The profile in an identity token that Apple gave an app with one of these bundle ids.
    fn check_apple_token<'a>(
        &'a self,
        bundle_ids: &'a [String],
        id_token: &'a Secret,
        now: Millis,
    ) -> ProviderFuture<'a, ProviderProfile>;
}

/// A client at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderClient {
    /// Which provider it is, e.g. `google`.
    pub kind: String,
    /// The client's id there.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// Facebook's configuration id.
    pub facebook_config_id: Option<String>,
    /// Microsoft's tenant.
    pub microsoft_tenant_id: Option<String>,
}

/// A sign-in that is to begin at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRequest {
    /// Where the provider sends the browser back to.
    pub redirect_uri: String,
    /// Comes back with the browser.
    pub state: Secret,
    /// Of PKCE.
    pub code_verifier: Secret,
    /// Comes back in the identity token.
    pub nonce: Secret,
    /// Scopes beyond the usual ones, separated by blanks.
    pub extra_scopes: String,
}

/// What a provider sent the browser back with, and what the sign-in began with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAnswer {
    /// The provider's code.
    pub code: Secret,
    /// As in the request.
    pub redirect_uri: String,
    /// As in the request.
    pub code_verifier: Secret,
    /// As in the request.
    pub nonce: Secret,
    /// As in the request.
    pub extra_scopes: String,
    /// The time, for identity tokens.
    pub now: Millis,
}

/// An account with which somebody has signed in at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderAccount {
    /// Who it is.
    pub profile: ProviderProfile,
    /// What it lets us do.
    pub tokens: ProviderTokens,
}

/// What a provider tells of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProviderProfile {
    /// The account's id at the provider, which never changes.
    pub account_id: String,
    /// The name that people see.
    pub display_name: Option<String>,
    /// The e-mail.
    pub email: Option<String>,
    /// Whether the provider is to be believed that the e-mail is the account's.
    pub email_verified: bool,
    /// The picture.
    pub profile_image_url: Option<String>,
}

/// Tokens of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderTokens {
    /// For the provider's own API.
    pub access_token: Secret,
    /// From when on the access token is worth nothing; `None` if nobody knows.
    pub expires_at: Option<Millis>,
    /// Gets further access tokens.
    pub refresh_token: Option<Secret>,
    /// What they are for: what was asked for, and what the provider says it has granted. Empty if it only renews
    /// tokens and doesn't say.
    pub scopes: Vec<String>,
}

/// Why a provider didn't do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It can't be reached, or fails by itself. Trying again may help.
    #[error("the provider is unavailable: {0}")]
    Unavailable(String),
    /// It doesn't take the code, the token, the client or the scopes; or it tells less than is needed. The text says
    /// which, for the people who set the client up.
    #[error("{0}")]
    Refused(String),
    /// It isn't set up in this deployment, or wrongly.
    #[error("the provider can't be used: {0}")]
    Unusable(String),
}

/// No providers at all: what a deployment has that can call nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOAuthProviders;

impl NoOAuthProviders {
    fn refuse<'a, T: Send + 'a>() -> ProviderFuture<'a, T> {
        Box::pin(async { Err(ProviderError::Unusable("this deployment calls no providers".to_owned())) })
    }
}

impl OAuthProviders for NoOAuthProviders {
    fn shared_client(&self, _: &str) -> Option<ProviderClient> {
        None
    }

    fn begin<'a>(&'a self, _: &'a ProviderClient, _: ProviderRequest) -> ProviderFuture<'a, String> {
        Self::refuse()
    }

    fn finish<'a>(&'a self, _: &'a ProviderClient, _: ProviderAnswer) -> ProviderFuture<'a, ProviderAccount> {
        Self::refuse()
    }

    fn refresh<'a>(&'a self, _: &'a ProviderClient, _: &'a Secret, _: Millis) -> ProviderFuture<'a, ProviderTokens> {
        Self::refuse()
    }

    fn accepts<'a>(&'a self, _: &'a ProviderClient, _: &'a Secret) -> ProviderFuture<'a, bool> {
        Self::refuse()
    }

    fn check_apple_token<'a>(
        &'a self,
        _: &'a [String],
        _: &'a Secret,
        _: Millis,
    ) -> ProviderFuture<'a, ProviderProfile> {
        Self::refuse()
    }
}
