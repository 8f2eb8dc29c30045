//! The token endpoint: codes and refresh tokens for access tokens.

use stack_types::{KnownError, Secret};

use super::{
    ClientCredentials, OAuth,
    code::{CodeGrant, Granted, without_fragment},
};
use crate::{
    error::{DomainError, DomainResult},
    models::{CodeKind, IpInfo},
    ports::{OneTimeCodeRepository, Storage, Transaction, UserRepository},
    sessions::Sessions,
};

/// A code that is to be traded for tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The client that trades it.
    pub client: ClientCredentials,
    /// The code.
    pub code: Secret,
    /// The page that got it.
    pub redirect_uri: String,
    /// The verifier of the challenge with which the sign-in began.
    pub code_verifier: Secret,
    /// From where.
    pub ip_info: Option<IpInfo>,
}

/// What a code is traded for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// An access token.
    pub access_token: Secret,
    /// The session's refresh token.
    pub refresh_token: Secret,
    /// Whether the sign-in made the user.
    pub is_new_user: bool,
    /// Where the app wished to go.
    pub after_callback_redirect_url: Option<String>,
}

impl<S: Storage> OAuth<S> {
    /// Trades a code for tokens, once.
    ///
    /// # Errors
    ///
    /// In this order: `INVALID_OAUTH_CLIENT_ID_OR_SECRET` or `PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT`;
    /// `INVALID_AUTHORIZATION_CODE` for a code that is unknown, used or too old; bad request for another page;
    /// `INVALID_AUTHORIZATION_CODE` for a wrong verifier; `USER_NOT_FOUND` if the user is gone,
    /// `REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED` if the session is; `MULTI_FACTOR_AUTHENTICATION_REQUIRED`, after which the
    /// code is used up.
    pub async fn exchange(&self, request: Exchange) -> DomainResult<Exchanged> {
        let core = &*self.0;
        let tenant = core.oauth_client(&request.client, true).await?;
        let invalid = || DomainError::from(KnownError::InvalidAuthorizationCode);
        let mut writer = core.storage.write().await?;
        let found = core
            .find_code::<CodeGrant>(&mut writer, &tenant, CodeKind::OAuthCode, &request.code)
            .await?;
        let found = found
            .filter(|code| !code.is_used && core.now() < code.expires_at)
            .ok_or_else(invalid)?;
        let grant = found.data;
        if without_fragment(&request.redirect_uri) != grant.redirect_uri {
            return Err(DomainError::bad_request("The redirect_uri isn't that of the sign-in."));
        }
        if !grant.is_verified_by(&request.code_verifier) {
            return Err(invalid());
        }
        if !writer.use_one_time_code(tenant.id(), found.id, core.now()).await? {
            return Err(invalid());
        }
        let (access_token, refresh_token, is_new_user) = match grant.session {
            Granted::New { user_id, is_new_user } => {
                let user = writer
                    .find_user(tenant.id(), user_id)
                    .await?
                    .ok_or(KnownError::UserNotFound)?;
                let passed = core
                    .pass_first_factor(&mut writer, &tenant, &user, is_new_user, request.ip_info)
                    .await?;
                writer.commit().await?;
                let tokens = passed.into_tokens()?;
                (tokens.access_token, tokens.refresh_token, is_new_user)
            }
            Granted::Existing { refresh_token } => {
                writer.commit().await?;
                let sessions = Sessions(self.0.clone());
                let access_token = sessions
                    .refresh(&tenant, &refresh_token, request.ip_info.as_ref())
                    .await?;
                (access_token, refresh_token, false)
            }
        };
        Ok(Exchanged {
            access_token,
            refresh_token,
            is_new_user,
            after_callback_redirect_url: grant.after_callback_redirect_url,
        })
    }

    /// Mints an access token (RFC 6749, section 6). The refresh token stays the same.
    ///
    /// # Errors
    ///
    /// `INVALID_OAUTH_CLIENT_ID_OR_SECRET`, `PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT`,
    /// `REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED`.
    pub async fn refresh(
        &self,
        client: &ClientCredentials,
        refresh_token: &Secret,
        ip_info: Option<&IpInfo>,
    ) -> DomainResult<Secret> {
        let tenant = self.0.oauth_client(client, false).await?;
        Sessions(self.0.clone()).refresh(&tenant, refresh_token, ip_info).await
    }
}
