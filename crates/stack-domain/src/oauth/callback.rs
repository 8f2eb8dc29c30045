//! The way back: from the provider to the app.

use std::sync::Arc;

use serde_json::Value;
use stack_types::{KnownError, Secret};
use url::Url;

use super::{
    OAuth,
    code::Granted,
    flow::{AppRequest, Flow, Purpose, with_parameters},
    provider::told,
};
use crate::{
    config::DomainsConfig,
    core::Tenant,
    error::{DomainError, DomainResult},
    models::CodeKind,
    one_time_codes::FoundCode,
    ports::{OneTimeCodeRepository, ProviderAnswer, Storage, Transaction},
    redirects,
};

/// The only scope that there is.
const SCOPE: &str = "legacy";

/// With what a provider sent a browser back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Callback {
    /// What the callback's URL ends in.
    pub kind: String,
    /// Which sign-in it is.
    pub state: Option<Secret>,
    /// The provider's code.
    pub code: Option<Secret>,
    /// Why there is none.
    pub error: Option<String>,
    /// Whether the browser has the cookie of the sign-in.
    pub has_cookie: bool,
}

/// Where the browser goes then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// A page of the app.
    pub location: String,
    /// Whether it gets an error instead of a code.
    pub is_error: bool,
}

impl<S: Storage> OAuth<S> {
    /// Ends a sign-in at a provider: finds or makes the user, or connects the account, and gives the app's page with a
    /// code. It works once for each sign-in that was begun.
    ///
    /// # Errors
    ///
    /// Bad request for an unknown sign-in, or one of another browser. A known error goes to the app's page, else to its
    /// page for errors; it comes back from here only if neither is trusted: `OUTER_OAUTH_TIMEOUT`,
    /// `OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED`, the errors of a publishable key, `OAUTH_PROVIDER_ACCESS_DENIED`,
    /// `OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE`, `REDIRECT_URL_NOT_WHITELISTED`, and those of the account:
    /// `OAUTH_CONNECTION_ALREADY_CONNECTED_TO_ANOTHER_USER`, `CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE`,
    /// `SIGN_UP_NOT_ENABLED`, `SIGN_UP_REJECTED`. Bad request for whatever the provider refuses.
    pub async fn finish(&self, callback: Callback) -> DomainResult<Returned> {
        let (tenant, code) = self.take_flow(&callback).await?;
        let in_time = self.0.now() < code.expires_at;
        let (flow, domains) = (code.data, &tenant.config.domains);
        match self.go_on(&tenant, &flow, in_time, callback).await {
            Ok(location) => Ok(Returned {
                location,
                is_error: false,
            }),
            Err(DomainError::Known(error)) => match error_page(&flow.app, domains, &error) {
                Some(location) => Ok(Returned {
                    location,
                    is_error: true,
                }),
                None => Err(DomainError::Known(error)),
            },
            Err(other) => Err(other),
        }
    }

    /// The sign-in that was begun in this browser. Of several callers at once, one gets it.
    async fn take_flow(&self, callback: &Callback) -> DomainResult<(Arc<Tenant>, FoundCode<Flow>)> {
        let core = &*self.0;
        let unknown =
            || DomainError::bad_request("There is no such sign-in, or it was finished already. Begin a new one.");
        let state = callback.state.as_ref().ok_or_else(unknown)?;
        let (tenant, code) = core.split_project(state).await?.ok_or_else(unknown)?;
        let mut writer = core.storage.write().await?;
        let found = core.find_code::<Flow>(&mut writer, &tenant, CodeKind::OAuthFlow, &code);
        let found = found.await?.ok_or_else(unknown)?;
        if found.is_used || found.data.kind != callback.kind {
            return Err(unknown());
        }
        if found.data.needs_cookie && !callback.has_cookie {
            return Err(DomainError::bad_request(
                "This browser didn't begin the sign-in, or it keeps no cookies. Begin a new one here.",
            ));
        }
        if !writer.use_one_time_code(tenant.id(), found.id, core.now()).await? {
            return Err(unknown());
        }
        writer.commit().await?;
        Ok((tenant, found))
    }

    async fn go_on(&self, tenant: &Tenant, flow: &Flow, in_time: bool, callback: Callback) -> DomainResult<String> {
        let core = &*self.0;
        if !in_time {
            return Err(KnownError::OuterOauthTimeout.into());
        }
        core.check_client_key(tenant, Some(&flow.app.publishable_client_key))
            .await?;
        let provider = core
            .oauth_provider(tenant, &flow.provider_id)?
            .if_allowed(|provider| match flow.purpose {
                Purpose::Authenticate { .. } => provider.allow_sign_in,
                Purpose::Link { .. } => provider.allow_connected_accounts,
            })?;
        let code = match (callback.error, callback.code) {
            (Some(error), _) => return Err(refused(&error)),
            (None, Some(code)) => code,
            (None, None) => return Err(DomainError::bad_request("The provider sent no code.")),
        };
        if !redirects::is_trusted_for_oauth(&flow.app.redirect_uri, &tenant.config.domains) {
            return Err(KnownError::RedirectUrlNotWhitelisted.into());
        }
        if flow.app.scope != SCOPE {
            return Err(DomainError::bad_request("The scope must be \"legacy\"."));
        }
        let answer = ProviderAnswer {
            code,
            redirect_uri: core.oauth_callback_url(&flow.kind),
            code_verifier: flow.code_verifier.clone(),
            nonce: flow.nonce.clone(),
            extra_scopes: flow.extra_scopes.clone(),
            now: core.now(),
        };
        let account = core
            .oauth_providers
            .finish(&provider.client, answer)
            .await
            .map_err(told)?;
        let (mut writer, settled) = core
            .settle_account(
                tenant,
                &provider.id,
                flow.purpose,
                &account.profile,
                Some(&account.tokens),
            )
            .await?;
        let session = Granted::New {
            user_id: settled.user_id,
            is_new_user: settled.is_new,
        };
        let location = core.issue_oauth_code(&mut writer, tenant, &flow.app, session).await?;
        writer.commit().await?;
        Ok(location)
    }
}

/// What a provider's own error comes to (RFC 6749, section 4.1.2.1, OpenID Connect and what LinkedIn and Apple say).
fn refused(error: &str) -> DomainError {
    match error {
        "access_denied"
        | "consent_required"
        | "interaction_required"
        | "login_required"
        | "user_cancelled_login"
        | "user_cancelled_authorize" => KnownError::OauthProviderAccessDenied.into(),
        "server_error" | "temporarily_unavailable" => KnownError::OauthProviderTemporarilyUnavailable.into(),
        "invalid_scope" => DomainError::bad_request("The provider doesn't give the scopes that were asked for."),
        _ => DomainError::bad_request(
            "The provider refused the sign-in. Check the client and the redirect URI that are set up there.",
        ),
    }
}

/// The page that hears of an error: the app's, else the one for errors, if it is trusted.
fn error_page(app: &AppRequest, domains: &DomainsConfig, error: &KnownError) -> Option<String> {
    let pages = [Some(&app.redirect_uri), app.error_redirect_uri.as_ref()];
    let page = pages
        .into_iter()
        .flatten()
        .find(|page| redirects::is_trusted_for_oauth(page, domains))?;
    let (page, message) = (Url::parse(page).ok()?, error.message());
    let details = error
        .details()
        .unwrap_or_else(|| Value::Object(Default::default()))
        .to_string();
    Some(with_parameters(
        page,
        &[
            ("error", "server_error"),
            ("error_description", &message),
            ("errorCode", error.code()),
            ("message", &message),
            ("details", &details),
        ],
    ))
}
