//! What every way to sign up ends with: a new user, or an anonymous one who is anonymous no more.

use stack_types::UserId;

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{AdminRestriction, PasswordHash, User, UserCredentials},
    ports::{Repositories, Storage},
    users::EmailChange,
    webhooks::Change,
};

/// Somebody who signs up, and whom no rule keeps from it.
#[derive(Debug)]
pub(crate) struct NewUser {
    /// What the sign-up rules made of them.
    pub(crate) restriction: Option<AdminRestriction>,
    /// Their address.
    pub(crate) email: EmailChange,
    /// Their password, if they sign up by one.
    pub(crate) password: Option<PasswordHash>,
    /// Whether they sign in by codes in mails.
    pub(crate) otp_enabled: bool,
    /// How somebody else introduces them.
    pub(crate) introduction: Introduction,
}

/// What is known of somebody who hasn't said it themselves.
#[derive(Debug, Default)]
pub(crate) struct Introduction {
    /// Their name.
    pub(crate) display_name: Option<String>,
    /// Their picture.
    pub(crate) profile_image_url: Option<String>,
}

impl NewUser {
    /// Adds the ways of signing in to those that are there.
    fn add_to(&mut self, credentials: &mut UserCredentials) {
        if let Some(hash) = self.password.take() {
            credentials.password_hash = Some(hash);
        }
        credentials.otp_enabled |= self.otp_enabled;
    }
}

impl<S: Storage> Core<S> {
    /// Makes a user, within a transaction that the caller commits.
    ///
    /// If the user who is signed in is anonymous, it is they who sign up: they keep their id and what is theirs. Any
    /// other user is left alone.
    ///
    /// # Errors
    ///
    /// `USER_EMAIL_ALREADY_EXISTS` if somebody else signs in with the address.
    pub(crate) async fn create_or_upgrade_user(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        signed_in: Option<&User>,
        mut new: NewUser,
    ) -> DomainResult<User> {
        let (project, now) = (tenant.id(), self.now());
        let anonymous = signed_in.filter(|user| user.profile.is_anonymous);
        let before = match anonymous {
            Some(user) => self.lock_anonymous(writer, tenant, user.profile.id).await?,
            None => None,
        };
        let mut profile = match &before {
            Some(user) => user.profile.clone(),
            None => self.new_profile(false, now),
        };
        profile.is_anonymous = false;
        profile.signed_up_at = now;
        profile.restriction = new.restriction.take().or(profile.restriction);
        let Introduction {
            display_name,
            profile_image_url,
        } = std::mem::take(&mut new.introduction);
        profile.display_name = profile.display_name.or(display_name);
        profile.profile_image_url = profile.profile_image_url.or(profile_image_url);
        let id = profile.id;
        if before.is_some() {
            writer.update_user_profile(project, &profile).await?;
            let credentials = writer.find_user_credentials(project, id).await?;
            let mut credentials = credentials.ok_or_else(|| DomainError::internal("a locked user is gone"))?;
            new.add_to(&mut credentials);
            writer.update_user_credentials(project, id, &credentials).await?;
        } else {
            let mut credentials = UserCredentials::default();
            new.add_to(&mut credentials);
            writer.insert_user(project, &profile, &credentials).await?;
        }
        new.email.apply(writer, project, id, self.new_channel_id(), now).await?;
        let user = self.reread(writer, tenant, id).await?;
        match before {
            Some(before) => {
                let user = self.rename_personal_teams(writer, project, &before, user).await?;
                self.emit(writer, tenant, Change::UserUpdated(&user)).await?;
                Ok(user)
            }
            None => {
                self.emit(writer, tenant, Change::UserCreated(&user)).await?;
                self.welcome(writer, tenant, &user).await?;
                self.reread(writer, tenant, id).await
            }
        }
    }

    /// A user who was just written or locked.
    pub(crate) async fn reread(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        id: UserId,
    ) -> DomainResult<User> {
        let gone = || DomainError::internal("a user that was just written can't be read");
        writer.find_user(tenant.id(), id).await?.ok_or_else(gone)
    }

    /// Locks a user, if they are still there and still anonymous.
    async fn lock_anonymous(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        id: UserId,
    ) -> DomainResult<Option<User>> {
        if !writer.lock_user(tenant.id(), id).await? {
            return Ok(None);
        }
        let user = writer.find_user(tenant.id(), id).await?;
        Ok(user.filter(|user| user.profile.is_anonymous))
    }
}
