//! Reading, listing and deleting users.

use stack_types::{KnownError, ProjectId, TeamId, UserId};

use super::{ListUsers, Users};
use crate::{
    access::{AccessType, Caller},
    core::Tenant,
    error::{DomainError, DomainResult},
    models::{AnonymousFilter, User, UserFilter, UserPage},
    ports::{Storage, TeamRepository, Transaction, UserRepository},
    webhooks::Change,
};

impl<S: Storage> Users<S> {
    /// Reads a user.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`.
    pub async fn get(&self, project: &ProjectId, id: UserId) -> DomainResult<User> {
        let found = self.0.storage.read().await?.find_user(project, id).await?;
        found.ok_or_else(|| KnownError::UserNotFound.into())
    }

    /// Lists a page of users.
    ///
    /// # Errors
    ///
    /// Bad request for `only_anonymous` without `include_anonymous`.
    pub async fn list(&self, tenant: &Tenant, command: ListUsers) -> DomainResult<UserPage> {
        let anonymous = match (command.include_anonymous, command.only_anonymous) {
            (true, true) => AnonymousFilter::Only,
            (true, false) => AnonymousFilter::Include,
            (false, false) => AnonymousFilter::Exclude,
            (false, true) => {
                return Err(DomainError::bad_request(
                    "only_anonymous needs include_anonymous to be true.",
                ));
            }
        };
        let filter = UserFilter {
            team_id: command.team_id,
            query: command.query.filter(|query| !query.is_empty()),
            anonymous,
            include_restricted: command.include_restricted || command.include_anonymous,
            email_verification_required: tenant.config.onboarding.require_email_verification,
            descending: command.descending,
            limit: command.limit,
            cursor: command.cursor,
        };
        Ok(self.0.storage.read().await?.list_users(tenant.id(), &filter).await?)
    }

    /// Deletes a user with everything that is theirs.
    ///
    /// # Errors
    ///
    /// Bad request if clients may not delete their user; forbidden if a client means somebody else; `USER_NOT_FOUND`.
    pub async fn delete(&self, caller: &Caller, id: UserId) -> DomainResult<()> {
        if caller.access == AccessType::Client {
            require_self(caller, id)?;
            if !caller.tenant.config.users.allow_client_user_deletion {
                return Err(DomainError::bad_request(
                    "Clients may not delete their user in this project.",
                ));
            }
        }
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let mut writer = core.storage.write().await?;
        writer.lock_user(tenant.id(), id).await?;
        let teams = writer.list_teams_of_user(tenant.id(), id, u32::MAX).await?;
        if !writer.delete_user(tenant.id(), id).await? {
            return Err(KnownError::UserNotFound.into());
        }
        let teams: Vec<TeamId> = teams.into_iter().map(|team| team.id).collect();
        core.emit(&mut writer, tenant, Change::UserDeleted { id, teams: &teams })
            .await?;
        for team in teams {
            core.emit(&mut writer, tenant, Change::MembershipDeleted { team, user: id })
                .await?;
        }
        Ok(writer.commit().await?)
    }
}

/// Keeps clients to their own user.
pub(super) fn require_self(caller: &Caller, id: UserId) -> DomainResult<()> {
    if caller.is_self(id) {
        Ok(())
    } else {
        Err(DomainError::forbidden("A client may only act on its own user."))
    }
}
