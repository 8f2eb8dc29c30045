//! Whose account at a provider it is: the one place that decides.
//!
//! | the account | comes to |
//! |---|---|
//! | is to be linked | the user who asked for it, unless it is somebody else's |
//! | signs somebody in already | that user |
//! | has an e-mail with which somebody signs in | what the project's merge strategy says |
//! | is new | a new user, or the anonymous one who was upgraded |
//!
//! An account is never given to a user for the sake of an e-mail that either side hasn't verified: whoever claims an
//! address first, here or there, gains nothing by it.

use stack_types::{KnownError, Patch, UserId};

use super::flow::Purpose;
use crate::{
    config::AccountMergeStrategy,
    core::{Core, Tenant},
    emails,
    error::{DomainError, DomainResult},
    images, known,
    models::{ContactChannelType, OAuthAccount, OAuthAccountId, OAuthToken, OAuthTokenId},
    ports::{ProviderProfile, ProviderTokens, Repositories, Storage, StorageError, UniqueRule},
    secrets::random,
    sign_up::{Introduction, NewUser},
    sign_up_rules::{self, Attempt, AuthMethod, Verdict},
    users::EmailChange,
};

/// How often it is decided anew if somebody else was faster: then the account or the e-mail is known.
const TRIES: usize = 3;

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) user_id: UserId,
    /// Whether they signed up with it.
    pub(super) is_new: bool,
}

/// An account at a provider of a project.
struct Arrival<'a> {
    tenant: &'a Tenant,
    provider_id: &'a str,
    profile: &'a ProviderProfile,
    /// The e-mail in its normal form.
    email: Option<String>,
    tokens: Option<&'a ProviderTokens>,
}

impl Arrival<'_> {
    /// What the sign-up rules make of it.
    fn verdict(&self) -> Verdict {
        let attempt = Attempt {
            email: self.email.as_deref(),
            method: AuthMethod::OAuth,
            oauth_provider: Some(self.provider_id),
            ..Default::default()
        };
        sign_up_rules::judge(&self.tenant.config.auth, &attempt)
    }
}

impl<S: Storage> Core<S> {
    /// Finds or makes the user of an account, and keeps its tokens, in a transaction that the caller goes on with and
    /// commits.
    ///
    /// # Errors
    ///
    /// `OAUTH_CONNECTION_ALREADY_CONNECTED_TO_ANOTHER_USER`, `CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE`,
    /// `SIGN_UP_NOT_ENABLED`, `SIGN_UP_REJECTED`; bad request if the user to link it with is gone.
    pub(super) async fn settle_account(
        &self,
        tenant: &Tenant,
        provider_id: &str,
        purpose: Purpose,
        profile: &ProviderProfile,
        tokens: Option<&ProviderTokens>,
    ) -> DomainResult<(S::Writer, Settled)> {
        let email = profile.email.as_deref().map(emails::normalize);
        let arrival = Arrival {
            tenant,
            provider_id,
            profile,
            email: email.filter(|email| !email.is_empty()),
            tokens,
        };
        let mut tries = TRIES;
        loop {
            let mut writer = self.storage.write().await?;
            match self.settle(&mut writer, &arrival, purpose).await {
                Ok(settled) => return Ok((writer, settled)),
                Err(DomainError::Storage(StorageError::Conflict(
                    UniqueRule::OAuthSignInAccount | UniqueRule::AuthContactChannel,
                ))) if tries > 1 => tries -= 1,
                Err(error) if matches!(error.known(), Some(KnownError::SignUpRejected { .. })) => {
                    drop(writer);
                    return Err(self.reject_sign_up(tenant, &arrival.verdict()).await);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn settle(
        &self,
        writer: &mut impl Repositories,
        arrival: &Arrival<'_>,
        purpose: Purpose,
    ) -> DomainResult<Settled> {
        let (project, account_id) = (arrival.tenant.id(), &arrival.profile.account_id);
        let known = writer
            .list_oauth_accounts_at(project, arrival.provider_id, account_id)
            .await?;
        let anonymous = match purpose {
            Purpose::Link { user } => return self.link(writer, arrival, known, user).await,
            Purpose::Authenticate { anonymous } => anonymous,
        };
        let existing = |user_id| Settled { user_id, is_new: false };
        if let Some(account) = known.iter().find(|account| account.allow_sign_in) {
            self.keep_tokens(writer, arrival, account.id).await?;
            return Ok(existing(account.user_id));
        }
        let mut used_for_auth = true;
        if let Some(email) = &arrival.email
            && let Some(channel) = writer
                .find_auth_contact_channel(project, ContactChannelType::Email, email)
                .await?
        {
            let taken = || known::email_used_by_someone_else(email, !channel.is_verified);
            match arrival.tenant.config.auth.oauth.account_merge_strategy {
                AccountMergeStrategy::LinkMethod if channel.is_verified && arrival.profile.email_verified => {
                    return self.merge(writer, arrival, known, channel.user_id).await.map(existing);
                }
                AccountMergeStrategy::LinkMethod | AccountMergeStrategy::RaiseError => return Err(taken()),
                AccountMergeStrategy::AllowDuplicates => used_for_auth = false,
            }
        }
        let user_id = self.sign_up_by_oauth(writer, arrival, anonymous, used_for_auth).await?;
        Ok(Settled { user_id, is_new: true })
    }

    async fn link(
        &self,
        writer: &mut impl Repositories,
        arrival: &Arrival<'_>,
        known: Vec<OAuthAccount>,
        user_id: UserId,
    ) -> DomainResult<Settled> {
        if known.iter().any(|account| account.user_id != user_id) {
            return Err(KnownError::OauthConnectionAlreadyConnectedToAnotherUser.into());
        }
        if !writer.lock_user(arrival.tenant.id(), user_id).await? {
            return Err(DomainError::bad_request(
                "The user with whom the account is to be linked doesn't exist any more.",
            ));
        }
        let id = match known.into_iter().next() {
            Some(account) if account.allow_connected_accounts => account.id,
            Some(account) => {
                let account = OAuthAccount {
                    allow_connected_accounts: true,
                    ..account
                };
                writer.update_oauth_account(arrival.tenant.id(), &account).await?;
                account.id
            }
            None => self.insert_arrival(writer, arrival, user_id, false).await?,
        };
        self.keep_tokens(writer, arrival, id).await?;
        Ok(Settled { user_id, is_new: false })
    }

    /// Lets the user of a verified e-mail sign in with the account from now on.
    async fn merge(
        &self,
        writer: &mut impl Repositories,
        arrival: &Arrival<'_>,
        known: Vec<OAuthAccount>,
        user_id: UserId,
    ) -> DomainResult<UserId> {
        let own = known.into_iter().find(|account| account.user_id == user_id);
        let id = match own {
            Some(account) => {
                let account = OAuthAccount {
                    allow_sign_in: true,
                    ..account
                };
                writer.update_oauth_account(arrival.tenant.id(), &account).await?;
                account.id
            }
            None => self.insert_arrival(writer, arrival, user_id, true).await?,
        };
        self.keep_tokens(writer, arrival, id).await?;
        Ok(user_id)
    }

    async fn sign_up_by_oauth(
        &self,
        writer: &mut impl Repositories,
        arrival: &Arrival<'_>,
        anonymous: Option<UserId>,
        used_for_auth: bool,
    ) -> DomainResult<UserId> {
        let tenant = arrival.tenant;
        let auth = &tenant.config.auth;
        if !auth.allow_sign_up {
            return Err(KnownError::SignUpNotEnabled.into());
        }
        let verdict = arrival.verdict();
        let restriction = verdict.restriction()?;
        self.count_sign_up_rules(writer, tenant, &verdict).await?;
        let signed_in = match anonymous {
            Some(id) => writer.find_user(tenant.id(), id).await?,
            None => None,
        };
        let email = match &arrival.email {
            Some(email) => EmailChange {
                email: Patch::Value(email.clone()),
                verified: Some(arrival.profile.email_verified),
                used_for_auth: Some(used_for_auth),
            },
            None => EmailChange::default(),
        };
        let new = NewUser {
            restriction,
            email,
            password: None,
            otp_enabled: false,
            introduction: introduction(arrival.profile),
        };
        let made = self
            .create_or_upgrade_user(writer, tenant, signed_in.as_ref(), new)
            .await;
        let user = made.map_err(|error| match error.known() {
            Some(KnownError::UserEmailAlreadyExists { .. }) => {
                StorageError::Conflict(UniqueRule::AuthContactChannel).into()
            }
            _ => error,
        })?;
        let account = self.insert_arrival(writer, arrival, user.profile.id, true).await?;
        self.keep_tokens(writer, arrival, account).await?;
        Ok(user.profile.id)
    }

    async fn insert_arrival(
        &self,
        writer: &mut impl Repositories,
        arrival: &Arrival<'_>,
        user_id: UserId,
        allow_sign_in: bool,
    ) -> DomainResult<OAuthAccountId> {
        let account = OAuthAccount {
            id: OAuthAccountId(random::uuid(&*self.rng)),
            user_id,
            provider_id: arrival.provider_id.to_owned(),
            account_id: arrival.profile.account_id.clone(),
            email: arrival.email.clone(),
            allow_sign_in,
            allow_connected_accounts: true,
            created_at: self.now(),
        };
        writer.insert_oauth_account(arrival.tenant.id(), &account).await?;
        Ok(account.id)
    }

    async fn keep_tokens(
        &self,
        writer: &mut impl Repositories,
        arrival: &Arrival<'_>,
        account: OAuthAccountId,
    ) -> DomainResult<()> {
        let Some(tokens) = arrival.tokens else { return Ok(()) };
        let token = self.sealed_token(arrival.tenant, account, tokens, None);
        Ok(writer.save_oauth_token(arrival.tenant.id(), &token).await?)
    }

    /// Tokens as they are stored; `scopes` counts where the provider doesn't say what they are for.
    pub(super) fn sealed_token(
        &self,
        tenant: &Tenant,
        account_id: OAuthAccountId,
        tokens: &ProviderTokens,
        scopes: Option<&str>,
    ) -> OAuthToken {
        let owner = token_owner(tenant, account_id);
        let mut granted: Vec<&str> = tokens.scopes.iter().map(String::as_str).collect();
        granted.extend(scopes.unwrap_or_default().split_ascii_whitespace());
        granted.sort_unstable();
        granted.dedup();
        let seal = |token: &stack_types::Secret| self.sealer.seal(&owner, token.expose(), &*self.rng);
        OAuthToken {
            id: OAuthTokenId(random::uuid(&*self.rng)),
            account_id,
            scopes: granted.join(" "),
            access_token: seal(&tokens.access_token),
            access_token_expires_at: tokens.expires_at,
            refresh_token: tokens.refresh_token.as_ref().map(seal),
            updated_at: self.now(),
        }
    }
}

/// To what a sealed token of a provider belongs.
pub(super) fn token_owner(tenant: &Tenant, account: OAuthAccountId) -> String {
    format!("{}/oauth-account/{}", tenant.id(), account.0)
}

/// Somebody new, as the provider introduces them.
fn introduction(profile: &ProviderProfile) -> Introduction {
    let (name, image) = (profile.display_name.clone(), profile.profile_image_url.clone());
    Introduction {
        display_name: name.filter(|name| !name.trim().is_empty()),
        profile_image_url: image.filter(|image| images::check_stored(image).is_ok()),
    }
}
