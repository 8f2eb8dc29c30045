//! Tag `oauth`: the way to a provider and back, and the token endpoint, at which official SDKs refresh.
//!
//! What a browser carries is in queries, cookies and forms; what it means is `stack_domain::oauth`'s to say.

use stack_domain::{
    DomainError,
    limits::Origin,
    models::User,
    oauth::{Authorize, Callback, ClientCredentials, Exchange, HandOff, Returned, cookie_name},
};
use stack_server_api::{
    Access, ApiError, BasicCredentials, Cookie, OauthApi, Principal, Redirect, SameSite,
    oauth::{
        AuthorizeCrossDomainRequest, AuthorizeWithOauthProviderAnswer, AuthorizeWithOauthProviderRequest,
        CreateOauthTokenRequest, CreateOwnProviderAccessTokenRequest, FinishOauthAuthorizationAnswer,
        FinishOauthAuthorizationByFormAnswer, FinishOauthAuthorizationByFormRequest, FinishOauthAuthorizationRequest,
        SignInWithAppleRequest,
    },
};
use stack_types::{
    ConnectedAccountAccessToken, CrossDomainAuthorization, OauthAuthorization, OauthAuthorizationType, OauthGrantType,
    OauthResponseMode, OauthTokenRequest, OauthTokens, Patch, Secret, SignInOrUpResult,
};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    limits::{oauth_origin, origin},
    mfa::sign_in_or_up_result,
};

/// What clients are told of an access token's life, in seconds. It isn't the real one, which stands in the token: the
/// wire has always said an hour.
const TOLD_LIFETIME_SECS: i64 = 3600;
/// How long a browser may be at a provider, in seconds.
const COOKIE_LIFETIME_SECS: u64 = 600;
/// The provider whose answer is a form that a page of its own posts.
const POSTING: &str = "apple";

impl OauthApi for Server {
    async fn authorize_with_oauth_provider(
        &self,
        request: AuthorizeWithOauthProviderRequest,
    ) -> Result<AuthorizeWithOauthProviderAnswer, ApiError> {
        if let Some(project) = self.oauth_project(Some(&request.query.client_id)).await {
            self.limit_sign_in(&project, oauth_origin(&request.info), None).await?;
        }
        let as_json = request.query.stack_response_mode == Some(OauthResponseMode::Json);
        let begun = self.domain.oauth.authorize(authorize(request, !as_json)).await;
        let begun = begun.map_err(api_error)?;
        let location = begun.location;
        if as_json {
            return Ok(AuthorizeWithOauthProviderAnswer::Ok(OauthAuthorization { location }));
        }
        let mut redirect = Redirect::to(location);
        if let Some(name) = begun.cookie {
            let cookie = Cookie::new(name, "true", COOKIE_LIFETIME_SECS);
            redirect = redirect.with_cookie(self.kept_here(cookie, &begun.kind));
        }
        Ok(AuthorizeWithOauthProviderAnswer::TemporaryRedirect(redirect))
    }

    async fn finish_oauth_authorization(
        &self,
        request: FinishOauthAuthorizationRequest,
    ) -> Result<FinishOauthAuthorizationAnswer, ApiError> {
        let query = request.query;
        let callback = Callback {
            kind: request.path.provider_id,
            has_cookie: has_cookie(&request.info, query.state.as_ref()),
            state: query.state,
            code: query.code,
            error: query.error,
        };
        let (redirect, is_error) = self.finish(callback).await?;
        Ok(if is_error {
            FinishOauthAuthorizationAnswer::TemporaryRedirect(redirect)
        } else {
            FinishOauthAuthorizationAnswer::SeeOther(redirect)
        })
    }

    async fn finish_oauth_authorization_by_form(
        &self,
        request: FinishOauthAuthorizationByFormRequest,
    ) -> Result<FinishOauthAuthorizationByFormAnswer, ApiError> {
        let (state, code, error) = match request.body {
            Some(form) => (form.state, form.code, form.error),
            None => (None, None, None),
        };
        let callback = Callback {
            kind: request.path.provider_id,
            has_cookie: has_cookie(&request.info, state.as_ref()),
            state,
            code,
            error,
        };
        let (redirect, is_error) = self.finish(callback).await?;
        Ok(if is_error {
            FinishOauthAuthorizationByFormAnswer::TemporaryRedirect(redirect)
        } else {
            FinishOauthAuthorizationByFormAnswer::SeeOther(redirect)
        })
    }

    async fn sign_in_with_apple(
        &self,
        who: Principal<Access, Tenant, Option<User>>,
        request: SignInWithAppleRequest,
    ) -> Result<SignInOrUpResult, ApiError> {
        let origin = origin(&who, &request.info);
        let (caller, token) = (caller(who), request.body.id_token);
        self.limit_sign_in(&caller.tenant, origin, None).await?;
        let signed_in = self
            .domain
            .oauth
            .sign_in_with_apple(&caller, &token, origin.ip_info())
            .await;
        signed_in.map(sign_in_or_up_result).map_err(api_error)
    }

    async fn create_oauth_token(&self, request: CreateOauthTokenRequest) -> Result<OauthTokens, ApiError> {
        let origin = oauth_origin(&request.info);
        let body = with_client(request.body, request.authorization.as_ref());
        match &body.grant_type {
            OauthGrantType::AuthorizationCode => self.exchange(body, origin).await,
            OauthGrantType::RefreshToken => self.refresh(body, origin).await,
            OauthGrantType::Unknown(grant) => Err(ApiError::oauth(
                "unsupported_grant_type",
                format!("There is no grant {grant}."),
            )),
        }
    }

    async fn authorize_cross_domain(
        &self,
        who: Principal<Access, Tenant, User>,
        request: AuthorizeCrossDomainRequest,
    ) -> Result<CrossDomainAuthorization, ApiError> {
        let body = request.body;
        let command = HandOff {
            refresh_token: request.refresh_token,
            redirect_uri: body.redirect_uri,
            state: body.state,
            code_challenge: body.code_challenge,
            after_callback_redirect_url: body.after_callback_redirect_url,
        };
        let handed = self.domain.oauth.hand_off(&signed_in(who), command).await;
        handed
            .map(|url| CrossDomainAuthorization {
                redirect_url: Secret::from(url),
            })
            .map_err(api_error)
    }

    async fn create_own_provider_access_token(
        &self,
        who: Principal<Access, Tenant, User>,
        request: CreateOwnProviderAccessTokenRequest,
    ) -> Result<ConnectedAccountAccessToken, ApiError> {
        let caller = signed_in(who);
        let user = caller.own_user().map_err(api_error)?.profile.id;
        let (provider, scope) = (request.path.provider_id, request.body.scope.unwrap_or_default());
        self.provider_access_token(&caller, user, &provider, None, &scope).await
    }
}

impl Server {
    async fn finish(&self, callback: Callback) -> Result<(Redirect, bool), ApiError> {
        let cookie = callback
            .state
            .as_ref()
            .map(|state| Cookie::removal(cookie_name(state.expose())));
        let kind = callback.kind.clone();
        let Returned { location, is_error } = self.domain.oauth.finish(callback).await.map_err(api_error)?;
        let mut redirect = Redirect::to(location);
        // Whoever comes so far has sent the state that the server made: it is fit for a header.
        if let Some(cookie) = cookie {
            redirect = redirect.with_cookie(self.kept_here(cookie, &kind));
        }
        Ok((redirect, is_error))
    }

    /// A cookie as this deployment can have it: without HTTPS browsers keep none that is secure, and only a secure one
    /// comes along with a form that somebody else's page posts.
    fn kept_here(&self, cookie: Cookie, kind: &str) -> Cookie {
        let secure = self.domain.oauth.is_https();
        let same_site = if secure && kind == POSTING {
            SameSite::None
        } else {
            SameSite::Lax
        };
        Cookie {
            secure,
            same_site,
            ..cookie
        }
    }

    /// RFC 6749, section 4.1.3, and RFC 7636, section 4.5.
    async fn exchange(&self, request: OauthTokenRequest, origin: Origin) -> Result<OauthTokens, ApiError> {
        let missing = |name: &str| {
            ApiError::oauth(
                "invalid_request",
                format!("The grant authorization_code needs a {name}."),
            )
        };
        let command = Exchange {
            client: ClientCredentials {
                id: request.client_id,
                secret: request.client_secret,
            },
            code: request.code.ok_or_else(|| missing("code"))?,
            redirect_uri: request.redirect_uri.ok_or_else(|| missing("redirect_uri"))?,
            code_verifier: request.code_verifier.ok_or_else(|| missing("code_verifier"))?,
            ip_info: origin.ip_info(),
        };
        let client_id = command.client.id.clone();
        let exchanged = match self.domain.oauth.exchange(command).await {
            Ok(exchanged) => exchanged,
            Err(error) => return Err(self.refused_oauth_token(client_id.as_deref(), origin, error).await),
        };
        let after = || exchanged.after_callback_redirect_url.clone().into();
        Ok(OauthTokens {
            refresh_token: Some(exchanged.refresh_token),
            is_new_user: Some(exchanged.is_new_user),
            new_user: Some(exchanged.is_new_user),
            after_callback_redirect_url: after(),
            after_callback_redirect_url_camel: after(),
            ..tokens(exchanged.access_token)
        })
    }

    /// RFC 6749, section 6.
    async fn refresh(&self, request: OauthTokenRequest, origin: Origin) -> Result<OauthTokens, ApiError> {
        let client = ClientCredentials {
            id: request.client_id,
            secret: request.client_secret,
        };
        let refresh_token = request
            .refresh_token
            .ok_or_else(|| ApiError::oauth("invalid_request", "The grant refresh_token needs a refresh_token."))?;
        let ip_info = origin.ip_info();
        match self
            .domain
            .oauth
            .refresh(&client, &refresh_token, ip_info.as_ref())
            .await
        {
            Ok(access_token) => Ok(tokens(access_token)),
            Err(error) => Err(self.refused_oauth_token(client.id.as_deref(), origin, error).await),
        }
    }

    /// The answer to a code or a token that isn't accepted.
    async fn refused_oauth_token(&self, client_id: Option<&str>, origin: Origin, error: DomainError) -> ApiError {
        match self.oauth_project(client_id).await {
            Some(project) => self.refused_token(&project, origin, error).await,
            None => api_error(error),
        }
    }
}

fn authorize(request: AuthorizeWithOauthProviderRequest, with_cookie: bool) -> Authorize {
    let query = request.query;
    Authorize {
        provider_id: request.path.provider_id,
        client_id: query.client_id,
        client_secret: query.client_secret,
        is_link: query.r#type == Some(OauthAuthorizationType::Link),
        token: query.token.filter(|token| !token.expose().is_empty()),
        provider_scope: query.provider_scope,
        redirect_uri: query.redirect_uri,
        error_redirect_uri: query.error_redirect_uri.or(query.error_redirect_url),
        after_callback_redirect_url: query.after_callback_redirect_url,
        scope: query.scope,
        state: query.state,
        response_type: query.response_type,
        code_challenge: query.code_challenge,
        code_challenge_method: query.code_challenge_method,
        with_cookie,
    }
}

fn has_cookie(info: &stack_server_api::RequestInfo, state: Option<&Secret>) -> bool {
    state.is_some_and(|state| info.cookie(&cookie_name(state.expose())) == Some("true"))
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

fn tokens(access_token: Secret) -> OauthTokens {
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
