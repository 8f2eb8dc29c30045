//! New users.

use stack_types::{KnownError, Millis, ProjectId};

use super::{NewOAuthAccount, UserCreate, Users};
use crate::{
    access::AccessType,
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{
        ContactChannelId, Metadata, OAuthAccount, OAuthAccountId, RiskScores, User, UserCredentials, UserProfile,
    },
    ports::{Repositories, Storage, StorageError, Transaction, UniqueRule, UserRepository},
    secrets::random,
    webhooks::Change,
};

impl<S: Storage> Users<S> {
    /// Creates a user, with the permissions and the team that every new user of the project gets.
    ///
    /// What is given back doesn't show that team yet: the wire promises `selected_team: null` here.
    ///
    /// # Errors
    ///
    /// `USER_EMAIL_ALREADY_EXISTS` if somebody signs in with the e-mail,
    /// `OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN` if somebody signs in with an account; bad request for
    /// fields that make no sense in this project.
    pub async fn create(&self, tenant: &Tenant, command: UserCreate) -> DomainResult<User> {
        let (core, project, now) = (&*self.0, tenant.id(), self.0.now());
        for account in &command.oauth_accounts {
            if !tenant.config.auth.oauth.providers.contains_key(&account.provider_id) {
                let message = format!(
                    "There is no OAuth provider \"{}\" in this project.",
                    account.provider_id
                );
                return Err(DomainError::bad_request(message));
            }
        }
        let mut profile = core.new_profile(command.is_anonymous, now);
        let mut credentials = UserCredentials::default();
        let id = profile.id;
        let checked = core
            .check_fields(AccessType::Server, &tenant.config, project, id, command.fields)
            .await?;
        let email = checked.apply(&mut profile, &mut credentials, false)?;
        let mut writer = core.storage.write().await?;
        writer.insert_user(project, &profile, &credentials).await?;
        email
            .apply(&mut writer, project, id, core.new_channel_id(), now)
            .await?;
        for account in command.oauth_accounts {
            core.insert_oauth_account(&mut writer, project, &profile, account, now)
                .await?;
        }
        let gone = || DomainError::internal("a user that was just written can't be read");
        let user = writer.find_user(project, id).await?.ok_or_else(gone)?;
        core.emit(&mut writer, tenant, Change::UserCreated(&user)).await?;
        core.welcome(&mut writer, tenant, &user).await?;
        writer.commit().await?;
        Ok(user)
    }
}

impl<S: Storage> Core<S> {
    /// The profile of somebody of whom nothing is known.
    pub(crate) fn new_profile(&self, is_anonymous: bool, now: Millis) -> UserProfile {
        UserProfile {
            id: random::uuid(&*self.rng).into(),
            display_name: None,
            profile_image_url: None,
            metadata: Metadata::default(),
            is_anonymous,
            restriction: None,
            country_code: None,
            risk_scores: RiskScores::default(),
            signed_up_at: now,
            last_active_at: now,
        }
    }

    pub(crate) fn new_channel_id(&self) -> ContactChannelId {
        ContactChannelId(random::uuid(&*self.rng))
    }

    async fn insert_oauth_account(
        &self,
        writer: &mut impl Repositories,
        project: &ProjectId,
        profile: &UserProfile,
        account: NewOAuthAccount,
        now: Millis,
    ) -> DomainResult<()> {
        let account = OAuthAccount {
            id: OAuthAccountId(random::uuid(&*self.rng)),
            user_id: profile.id,
            provider_id: account.provider_id,
            account_id: account.account_id,
            email: account.email,
            allow_sign_in: true,
            allow_connected_accounts: true,
            created_at: now,
        };
        writer
            .insert_oauth_account(project, &account)
            .await
            .map_err(|error| match error {
                StorageError::Conflict(UniqueRule::OAuthSignInAccount) => {
                    KnownError::OauthProviderAccountIdAlreadyUsedForSignIn.into()
                }
                other => other.into(),
            })
    }
}
