//! Handing a session to another domain of the same project.

use stack_types::{KnownError, Secret};

use super::{
    OAuth,
    code::{Granted, without_fragment},
    flow::{AppRequest, ChallengeMethod},
};
use crate::{
    access::Caller,
    api_keys::PUBLIC_CLIENT_KEY,
    error::{DomainError, DomainResult},
    ports::{Storage, Transaction},
    redirects,
};

/// Where a session shall be handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOff {
    /// The refresh token of the caller's session.
    pub refresh_token: Option<Secret>,
    /// The page that gets the code.
    pub redirect_uri: String,
    /// Comes back to the page.
    pub state: Secret,
    /// Of PKCE, made with SHA-256.
    pub code_challenge: String,
    /// Where the app wants to go in the end.
    pub after_callback_redirect_url: Option<String>,
}

impl<S: Storage> OAuth<S> {
    /// Gives a page of another domain with a code that yields the caller's own session there.
    ///
    /// # Errors
    ///
    /// Bad request without a refresh token; unauthorized if it isn't that of the caller's session;
    /// `REDIRECT_URL_NOT_WHITELISTED`.
    pub async fn hand_off(&self, caller: &Caller, request: HandOff) -> DomainResult<String> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let refresh_token = request
            .refresh_token
            .ok_or_else(|| DomainError::bad_request("The header x-stack-refresh-token is missing."))?;
        let mut writer = core.storage.write().await?;
        let session = core.find_live_session(&mut writer, tenant, &refresh_token).await?;
        let is_own =
            session.is_some_and(|session| Some(session.id) == caller.session_id && caller.is_self(session.user_id));
        if !is_own {
            return Err(DomainError::unauthorized(
                "The refresh token belongs to another session than the access token.",
            ));
        }
        let pages = [
            Some(&request.redirect_uri),
            request.after_callback_redirect_url.as_ref(),
        ];
        if !pages
            .into_iter()
            .flatten()
            .all(|page| redirects::is_trusted_for_oauth(page, &tenant.config.domains))
        {
            return Err(KnownError::RedirectUrlNotWhitelisted.into());
        }
        let app = AppRequest {
            publishable_client_key: PUBLIC_CLIENT_KEY.into(),
            redirect_uri: without_fragment(&request.redirect_uri).to_owned(),
            error_redirect_uri: None,
            after_callback_redirect_url: request.after_callback_redirect_url,
            scope: String::new(),
            state: request.state,
            code_challenge: request.code_challenge,
            code_challenge_method: ChallengeMethod::S256,
        };
        let location = core
            .issue_oauth_code(&mut writer, tenant, &app, Granted::Existing { refresh_token })
            .await?;
        writer.commit().await?;
        Ok(location)
    }
}
