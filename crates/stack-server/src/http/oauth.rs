//! Tag `oauth`: the token endpoint, at which official SDKs refresh.
//!
//! Its client is the project. To the rules that is a client access with a publishable key, so they are asked as for any
//! other request; what they say is then told in the words of OAuth.

use stack_domain::{
    DomainError, Tenant,
    access::{AccessType, Credentials},
};
use stack_server_api::{
    Access, ApiError, BasicCredentials, OauthApi, Principal,
    oauth::{
        AuthorizeCrossDomainRequest, AuthorizeWithOauthProviderAnswer, AuthorizeWithOauthProviderRequest,
        CreateOauthTokenRequest, CreateOwnProviderAccessTokenRequest, FinishOauthAuthorizationAnswer,
        FinishOauthAuthorizationByFormAnswer, FinishOauthAuthorizationByFormRequest, FinishOauthAuthorizationRequest,
        SignInWithAppleRequest,
    },
};
use stack_types::{
    ConnectedAccountAccessToken, CrossDomainAuthorization, KnownError, OauthGrantType, OauthTokenRequest, OauthTokens,
    Patch, ProjectId, Secret, SignInOrUpResult,
};

use super::{Server, error::api_error, not_built};

/// What clients are told of an access token's life, in seconds. It isn't the real one, which stands in the token: the
/// wire has always said an hour.
const TOLD_LIFETIME_SECS: i64 = 3600;

impl OauthApi for Server {
    async fn authorize_with_oauth_provider(
        &self,
        _: AuthorizeWithOauthProviderRequest,
    ) -> Result<AuthorizeWithOauthProviderAnswer, ApiError> {
        Err(not_built::answer_of("authorize_with_oauth_provider"))
    }

    async fn finish_oauth_authorization(
        &self,
        _: FinishOauthAuthorizationRequest,
    ) -> Result<FinishOauthAuthorizationAnswer, ApiError> {
        Err(not_built::answer_of("finish_oauth_authorization"))
    }

    async fn finish_oauth_authorization_by_form(
        &self,
        _: FinishOauthAuthorizationByFormRequest,
    ) -> Result<FinishOauthAuthorizationByFormAnswer, ApiError> {
        Err(not_built::answer_of("finish_oauth_authorization_by_form"))
    }

    async fn sign_in_with_apple(
        &self,
        _: Principal<Access, Self::Tenant, Option<Self::User>>,
        _: SignInWithAppleRequest,
    ) -> Result<SignInOrUpResult, ApiError> {
        Err(not_built::answer_of("sign_in_with_apple"))
    }

    async fn authorize_cross_domain(
        &self,
        _: Principal<Access, Self::Tenant, Self::User>,
        _: AuthorizeCrossDomainRequest,
    ) -> Result<CrossDomainAuthorization, ApiError> {
        Err(not_built::answer_of("authorize_cross_domain"))
    }

    async fn create_own_provider_access_token(
        &self,
        _: Principal<Access, Self::Tenant, Self::User>,
        _: CreateOwnProviderAccessTokenRequest,
    ) -> Result<ConnectedAccountAccessToken, ApiError> {
        Err(not_built::answer_of("create_own_provider_access_token"))
    }

    async fn create_oauth_token(&self, request: CreateOauthTokenRequest) -> Result<OauthTokens, ApiError> {
        let body = with_client(request.body, request.authorization.as_ref());
        match body.grant_type {
            OauthGrantType::RefreshToken => self.refresh(body).await,
            OauthGrantType::AuthorizationCode => Err(not_built::answer_of("create_oauth_token")),
            OauthGrantType::Unknown(grant) => Err(ApiError::oauth(
                "unsupported_grant_type",
                format!("There is no grant {grant}."),
            )),
        }
    }
}

impl Server {
    /// RFC 6749, section 6.
    async fn refresh(&self, request: OauthTokenRequest) -> Result<OauthTokens, ApiError> {
        let project = self
            .oauth_client(request.client_id.as_deref(), request.client_secret)
            .await?;
        let refresh_token = request
            .refresh_token
            .ok_or_else(|| ApiError::oauth("invalid_request", "The grant refresh_token needs a refresh_token."))?;
        let access_token = self
            .domain
            .sessions
            .refresh(&project, &refresh_token, None)
            .await
            .map_err(api_error)?;
        Ok(refreshed_tokens(access_token))
    }

    /// The project whose id and key these are.
    async fn oauth_client(
        &self,
        client_id: Option<&str>,
        client_secret: Option<Secret>,
    ) -> Result<std::sync::Arc<Tenant>, ApiError> {
        let invalid = || KnownError::InvalidOauthClientIdOrSecret {
            client_id: client_id.map(str::to_owned),
        };
        let has_secret = client_secret.is_some();
        let credentials = client_credentials(client_id.ok_or_else(invalid)?, client_secret);
        let caller = match self.domain.access.authenticate(&credentials).await {
            Ok(caller) => caller,
            Err(DomainError::Known(error)) if tells_that_client_is_wrong(&error) => return Err(invalid().into()),
            Err(error) => return Err(api_error(error)),
        };
        // Only a code with its verifier stands for a secret.
        if !has_secret {
            return Err(invalid().into());
        }
        Ok(caller.tenant)
    }
}

/// The request with the id and secret of its client, which may stand in the header instead (RFC 6749, section 2.3.1).
fn with_client(body: OauthTokenRequest, header: Option<&BasicCredentials>) -> OauthTokenRequest {
    let Some(client) = header.and_then(BasicCredentials::form_decoded) else {
        return body;
    };
    OauthTokenRequest {
        client_id: body.client_id.or(Some(client.name)),
        client_secret: body.client_secret.or(Some(client.password)),
        ..body
    }
}

/// Client access by the id and secret of an OAuth client: `project` or `project#branch`, and a publishable key.
fn client_credentials(client_id: &str, client_secret: Option<Secret>) -> Credentials {
    let (project, branch) = match client_id.split_once('#') {
        Some((project, branch)) => (project, Some(branch.to_owned())),
        None => (client_id, None),
    };
    Credentials {
        branch_id: branch,
        publishable_client_key: client_secret,
        ..Credentials::new(AccessType::Client, ProjectId::from(project))
    }
}

/// Whether it is the client's id or secret that is wrong. That a key is required is told as it is.
const fn tells_that_client_is_wrong(error: &KnownError) -> bool {
    matches!(
        error,
        KnownError::CurrentProjectNotFound { .. }
            | KnownError::InvalidPublishableClientKey { .. }
            | KnownError::BranchDoesNotExist { .. }
    )
}

fn refreshed_tokens(access_token: Secret) -> OauthTokens {
    OauthTokens {
        access_token,
        refresh_token: None,
        token_type: "Bearer".to_owned(),
        expires_in: TOLD_LIFETIME_SECS,
        scope: "legacy".to_owned(),
        is_new_user: None,
        new_user: None,
        after_callback_redirect_url: Patch::Null,
        after_callback_redirect_url_camel: Patch::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_may_name_a_branch() {
        let credentials = client_credentials("internal#preview", None);
        assert_eq!(credentials.project_id.as_str(), "internal");
        assert_eq!(credentials.branch_id.as_deref(), Some("preview"));
        assert_eq!(client_credentials("internal", None).branch_id, None);
    }
}
