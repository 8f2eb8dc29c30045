//! The beginning of a sign-in: from the app to the provider.

use stack_types::{KnownError, Secret, UserId};

use super::{
    OAuth,
    code::without_fragment,
    connected::unavailable,
    flow::{AppRequest, ChallengeMethod, Flow, Purpose, cookie_name},
};
use crate::{
    core::Tenant,
    error::{DomainError, DomainResult},
    ports::{ProviderRequest, Storage, UserRepository},
    redirects,
    secrets::random,
};

/// What an app asks the authorization endpoint for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorize {
    /// The provider, as the project's configuration calls it.
    pub provider_id: String,
    /// The project, as an OAuth client.
    pub client_id: String,
    /// A publishable client key of the project, or what stands for none.
    pub client_secret: Secret,
    /// Whether the account shall be connected with the user of `token`, instead of signing in.
    pub is_link: bool,
    /// An access token of the user to connect the account with, or of an anonymous one to upgrade.
    pub token: Option<Secret>,
    /// Scopes of the provider beyond the usual ones, separated by blanks.
    pub provider_scope: Option<String>,
    /// The page that gets the code.
    pub redirect_uri: String,
    /// Where errors go if that page isn't trusted.
    pub error_redirect_uri: Option<String>,
    /// Where the app wants to go in the end.
    pub after_callback_redirect_url: Option<String>,
    /// What the app wants; `legacy` is all there is.
    pub scope: String,
    /// Comes back to the app.
    pub state: Secret,
    /// `code` is all there is.
    pub response_type: String,
    /// Of PKCE.
    pub code_challenge: String,
    /// `S256` or `plain`.
    pub code_challenge_method: String,
    /// Whether a cookie can be set, so that only this browser can go on.
    pub with_cookie: bool,
}

/// Where a sign-in goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The address at the provider.
    pub location: String,
    /// The name of the cookie to set, if one can be set.
    pub cookie: Option<String>,
    /// Which provider it is.
    pub kind: String,
}

impl<S: Storage> OAuth<S> {
    /// Begins a sign-in.
    ///
    /// # Errors
    ///
    /// In this order: `INVALID_OAUTH_CLIENT_ID_OR_SECRET`; `PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT` or
    /// `INVALID_PUBLISHABLE_CLIENT_KEY`; `OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED`; bad request for a link without
    /// token; `REDIRECT_URL_NOT_WHITELISTED` for the page in the end;
    /// `OAUTH_EXTRA_SCOPE_NOT_AVAILABLE_WITH_SHARED_OAUTH_KEYS`; `UNPARSABLE_ACCESS_TOKEN`, `ACCESS_TOKEN_EXPIRED`,
    /// forbidden for another project's token; bad request for what the protocol doesn't know; busy if the provider
    /// has to be asked for its endpoints and doesn't answer.
    pub async fn authorize(&self, request: Authorize) -> DomainResult<Authorization> {
        let core = &*self.0;
        let tenant = core.oauth_project(&request.client_id).await?;
        core.check_client_key(&tenant, Some(&request.client_secret)).await?;
        let provider = core
            .oauth_provider(&tenant, &request.provider_id)?
            .if_allowed(|provider| {
                if request.is_link {
                    provider.allow_connected_accounts
                } else {
                    provider.allow_sign_in
                }
            })?;
        if request.is_link && request.token.is_none() {
            return Err(DomainError::bad_request(
                "The type \"link\" needs the access token of a user in \"token\".",
            ));
        }
        if let Some(url) = &request.after_callback_redirect_url
            && !redirects::is_trusted_for_oauth(url, &tenant.config.domains)
        {
            return Err(KnownError::RedirectUrlNotWhitelisted.into());
        }
        let extra_scopes = request.provider_scope.unwrap_or_default();
        if provider.is_shared && !extra_scopes.trim().is_empty() {
            return Err(KnownError::OauthExtraScopeNotAvailableWithSharedOauthKeys.into());
        }
        let user = match &request.token {
            Some(token) => Some(self.user_of(&tenant, token).await?),
            None => None,
        };
        let purpose = match user {
            Some(user) if request.is_link => Purpose::Link { user },
            _ => Purpose::Authenticate {
                anonymous: self.if_anonymous(&tenant, user).await?,
            },
        };
        if request.response_type != "code" {
            return Err(DomainError::bad_request("The response_type must be \"code\"."));
        }
        let method = ChallengeMethod::from_name(&request.code_challenge_method);
        let code_challenge_method = method
            .ok_or_else(|| DomainError::bad_request("The code_challenge_method must be \"S256\" or \"plain\"."))?;

        let flow = Flow {
            provider_id: provider.id,
            kind: provider.client.kind.clone(),
            purpose,
            extra_scopes,
            needs_cookie: request.with_cookie,
            code_verifier: random::token(&*core.rng),
            nonce: random::token(&*core.rng),
            app: AppRequest {
                publishable_client_key: request.client_secret,
                redirect_uri: without_fragment(&request.redirect_uri).to_owned(),
                error_redirect_uri: request.error_redirect_uri,
                after_callback_redirect_url: request.after_callback_redirect_url,
                scope: request.scope,
                state: request.state,
                code_challenge: request.code_challenge,
                code_challenge_method,
            },
        };
        let state = core.begin_oauth_flow(&tenant, &flow).await?;
        let cookie = request.with_cookie.then(|| cookie_name(state.expose()));
        let request = ProviderRequest {
            redirect_uri: core.oauth_callback_url(&flow.kind),
            state,
            code_verifier: flow.code_verifier,
            nonce: flow.nonce,
            extra_scopes: flow.extra_scopes,
        };
        let location = core
            .oauth_providers
            .begin(&provider.client, request)
            .await
            .map_err(unavailable)?;
        Ok(Authorization {
            location,
            cookie,
            kind: flow.kind,
        })
    }

    /// Whose access token it is; anonymous and restricted users are welcome.
    async fn user_of(&self, tenant: &Tenant, token: &Secret) -> DomainResult<UserId> {
        let token = self.0.read_access_token(token).await?;
        if token.project_id != *tenant.id() {
            return Err(DomainError::forbidden(
                "The token belongs to a user of another project.",
            ));
        }
        Ok(token.user_id)
    }

    async fn if_anonymous(&self, tenant: &Tenant, user: Option<UserId>) -> DomainResult<Option<UserId>> {
        let Some(id) = user else { return Ok(None) };
        let user = self.0.storage.read().await?.find_user(tenant.id(), id).await?;
        Ok(user.filter(|user| user.profile.is_anonymous).map(|_| id))
    }
}
