//! The server as a client of a provider: its two endpoints of RFC 6749.

use std::{pin::Pin, time::Duration};

use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken,
    RequestTokenError, Scope, StandardRevocableToken, TokenResponse as _, TokenUrl,
    basic::{
        BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    },
};
use stack_domain::ports::{ProviderAnswer, ProviderClient, ProviderError, ProviderRequest, ProviderTokens};
use stack_types::{Millis, Secret};

use super::{
    Spoken,
    table::{ClientAuth, IdToken},
    tokens::{HiddenError, TokenAnswer},
};
use crate::outbound::{Outbound, OutboundError};

/// What is always asked for of an OpenID provider that a deployment brings.
const GENERIC_SCOPES: &[&str] = &["openid", "email", "profile"];
/// What such a provider gives refresh tokens for, if it knows it.
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

type OauthClient = Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl Spoken {
    /// The usual scopes and further ones.
    pub(super) fn scopes(&self, extra: &str) -> Vec<String> {
        let usual = if self.is_generic {
            GENERIC_SCOPES
        } else {
            self.row.scopes
        };
        let offline = self.offers_offline_access.then_some(OFFLINE_ACCESS);
        let mut scopes: Vec<String> = Vec::new();
        for scope in usual
            .iter()
            .copied()
            .chain(offline)
            .chain(extra.split_ascii_whitespace())
        {
            if !scopes.iter().any(|other| other == scope) {
                scopes.push(scope.to_owned());
            }
        }
        scopes
    }

    /// Whether an identity token is looked at.
    pub(super) fn wants_id_token(&self) -> bool {
        self.is_generic || self.row.id_token != IdToken::None
    }

    /// Whether there has to be one.
    pub(super) fn needs_id_token(&self) -> bool {
        self.is_generic || self.row.id_token == IdToken::Needed
    }

    /// Where to send the browser.
    pub(super) fn authorization(
        &self,
        client: &ProviderClient,
        request: ProviderRequest,
    ) -> Result<String, ProviderError> {
        let oauth = self
            .client(client)?
            .set_redirect_uri(redirect_url(request.redirect_uri)?);
        let mut url = oauth
            .authorize_url(|| CsrfToken::new(request.state.expose().to_owned()))
            .add_scopes(self.scopes(&request.extra_scopes).into_iter().map(Scope::new))
            .add_extra_param("access_type", "offline")
            .add_extra_param("prompt", "consent");
        if self.wants_id_token() {
            url = url.add_extra_param("nonce", request.nonce.expose());
        }
        if !self.is_generic {
            for (name, value) in self.row.parameters {
                url = url.add_extra_param(*name, *value);
            }
        }
        if let Some(id) = client.facebook_config_id.as_ref().filter(|_| self.row.id == "facebook") {
            url = url.add_extra_param("config_id", id);
        }
        if self.has_pkce() {
            let verifier = PkceCodeVerifier::new(request.code_verifier.expose().to_owned());
            url = url.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        }
        Ok(url.url().0.into())
    }

    /// Trades a code for tokens, and gives the identity token that came along.
    pub(super) async fn exchange(
        &self,
        outbound: &Outbound,
        client: &ProviderClient,
        answer: &ProviderAnswer,
    ) -> Result<(ProviderTokens, Option<Secret>), ProviderError> {
        let oauth = self
            .client(client)?
            .set_redirect_uri(redirect_url(answer.redirect_uri.clone())?);
        let mut exchange = oauth.exchange_code(AuthorizationCode::new(answer.code.expose().to_owned()));
        if self.has_pkce() {
            exchange = exchange.set_pkce_verifier(PkceCodeVerifier::new(answer.code_verifier.expose().to_owned()));
        }
        let http = Http(outbound.clone());
        let told = exchange.request_async(&http).await.map_err(refusal)?;
        let id_token = told.id_token.clone();
        Ok((
            self.tokens(&told, self.scopes(&answer.extra_scopes), answer.now),
            id_token,
        ))
    }

    /// Trades a refresh token for new tokens.
    pub(super) async fn refresh(
        &self,
        outbound: &Outbound,
        client: &ProviderClient,
        refresh_token: &Secret,
        now: Millis,
    ) -> Result<ProviderTokens, ProviderError> {
        let (oauth, token) = (
            self.client(client)?,
            RefreshToken::new(refresh_token.expose().to_owned()),
        );
        let exchange = oauth.exchange_refresh_token(&token);
        let http = Http(outbound.clone());
        let told = exchange.request_async(&http).await.map_err(refusal)?;
        Ok(self.tokens(&told, Vec::new(), now))
    }

    fn has_pkce(&self) -> bool {
        self.is_generic || self.row.has_pkce
    }

    fn client(&self, client: &ProviderClient) -> Result<OauthClient, ProviderError> {
        let wrong = |error| ProviderError::Unusable(format!("{}: {error}", self.row.id));
        let auth = match self.row.client_auth {
            ClientAuth::Basic => AuthType::BasicAuth,
            ClientAuth::Body => AuthType::RequestBody,
        };
        Ok(Client::new(ClientId::new(client.client_id.clone()))
            .set_client_secret(ClientSecret::new(client.client_secret.expose().to_owned()))
            .set_auth_type(auth)
            .set_auth_uri(AuthUrl::new(self.authorization_url.clone()).map_err(wrong)?)
            .set_token_uri(TokenUrl::new(self.token_url.clone()).map_err(wrong)?))
    }

    /// What was asked for stands beside what the provider says it has granted: some name a scope otherwise in the answer
    /// than in the question.
    fn tokens(&self, told: &TokenAnswer, mut scopes: Vec<String>, now: Millis) -> ProviderTokens {
        for scope in told.scopes().into_iter().flatten() {
            if !scopes.iter().any(|other| *other == **scope) {
                scopes.push(scope.to_string());
            }
        }
        let lifetime: Option<Duration> = told.expires_in().or(self.row.assumed_lifetime);
        ProviderTokens {
            access_token: Secret::new(told.access_token().secret().clone()),
            expires_at: lifetime.map(|lifetime| now.saturating_add(lifetime)),
            refresh_token: told.refresh_token().map(|token| Secret::new(token.secret().clone())),
            scopes,
        }
    }
}

fn redirect_url(url: String) -> Result<RedirectUrl, ProviderError> {
    RedirectUrl::new(url).map_err(|error| ProviderError::Unusable(format!("the callback: {error}")))
}

/// Sends the requests of the protocol.
struct Http(Outbound);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = SendError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, SendError>> + Send + 'c>>;

    /// A provider in trouble is an error here, whatever its answer looks like.
    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.send(request).await?;
            let status = answer.status();
            if status.is_server_error() || status.as_u16() == 429 {
                return Err(SendError::Status(status.as_u16()));
            }
            Ok(answer)
        })
    }
}

/// Why a provider's endpoint didn't answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// It can't be called.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// It is in trouble.
    #[error("it answers with {0}")]
    Status(u16),
}

/// What somebody hears whom a token endpoint has refused.
fn refusal(error: RequestTokenError<SendError, BasicErrorResponse>) -> ProviderError {
    match error {
        RequestTokenError::Request(SendError::Outbound(error @ OutboundError::Forbidden { .. })) => {
            ProviderError::Unusable(error.to_string())
        }
        RequestTokenError::Request(error) => ProviderError::Unavailable(error.to_string()),
        RequestTokenError::ServerResponse(error) => {
            use BasicErrorResponseType as Type;
            refused(match error.error() {
                Type::InvalidGrant => "invalid_grant",
                Type::InvalidClient | Type::UnauthorizedClient => "invalid_client",
                Type::InvalidScope => "invalid_scope",
                Type::Extension(other) => other,
                _ => "invalid_request",
            })
        }
        RequestTokenError::Parse(_, body) => match serde_json::from_slice::<HiddenError>(&body) {
            Ok(hidden) => refused(&hidden.error),
            Err(_) => ProviderError::Unavailable("its token endpoint answers what isn't to be understood".to_owned()),
        },
        RequestTokenError::Other(why) => ProviderError::Unavailable(why),
    }
}

fn refused(error: &str) -> ProviderError {
    ProviderError::Refused(
        match error {
            "server_error" | "temporarily_unavailable" => return ProviderError::Unavailable(error.to_owned()),
            "invalid_client" | "unauthorized_client" | "incorrect_client_credentials" => {
                "The provider doesn't know the client, or its secret is wrong. Check what is set up for the project."
            }
            "invalid_scope" => "The provider doesn't give the scopes that were asked for.",
            "invalid_grant" | "bad_verification_code" | "bad_refresh_token" => {
                "The provider doesn't take its code or token any more. Begin a new sign-in."
            }
            "redirect_uri_mismatch" => {
                "The provider knows another redirect URI for the client. Check what is set up there."
            }
            _ => "The provider refused to give tokens. Check what is set up for the project.",
        }
        .to_owned(),
    )
}
