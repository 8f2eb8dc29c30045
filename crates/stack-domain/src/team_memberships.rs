//! Memberships: joining a team without being asked, and leaving it.

use std::sync::Arc;

use stack_types::{KnownError, TeamId, UserId};

use crate::{
    access::Caller,
    core::{Core, Tenant},
    error::DomainResult,
    known,
    ports::{Repositories, Storage, Transaction},
    webhooks::Change,
};

/// Memberships.
pub struct TeamMemberships<S>(pub(crate) Arc<Core<S>>);

impl<S: Storage> TeamMemberships<S> {
    /// Makes a user a member of a team. Only servers may.
    ///
    /// # Errors
    ///
    /// `TEAM_NOT_FOUND`, `USER_NOT_FOUND`, `TEAM_MEMBERSHIP_ALREADY_EXISTS`.
    pub async fn add(&self, tenant: &Tenant, team: TeamId, user: UserId) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        self.0.join_team(&mut writer, tenant, team, user).await?;
        Ok(writer.commit().await?)
    }

    /// Ends a membership, with the permissions that came with it. A client's user may always leave.
    ///
    /// # Errors
    ///
    /// `TEAM_PERMISSION_REQUIRED` if a client's user lacks `$remove_members` and means somebody else; `USER_NOT_FOUND`,
    /// `TEAM_MEMBERSHIP_NOT_FOUND`.
    pub async fn remove(&self, caller: &Caller, team: TeamId, user: UserId) -> DomainResult<()> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let mut writer = core.storage.write().await?;
        if caller.is_client_meaning_another(user) {
            core.require_team_access(&mut writer, caller, team, &["$remove_members"])
                .await?;
        }
        core.leave_team(&mut writer, tenant, team, user).await?;
        Ok(writer.commit().await?)
    }
}

impl<S: Storage> Core<S> {
    /// Ends a membership. This is how every membership ends that doesn't go with its team or its user.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`, `TEAM_MEMBERSHIP_NOT_FOUND`.
    async fn leave_team(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        team: TeamId,
        user: UserId,
    ) -> DomainResult<()> {
        if writer.delete_team_membership(tenant.id(), team, user).await? {
            return self
                .emit(writer, tenant, Change::MembershipDeleted { team, user })
                .await;
        }
        match writer.find_user(tenant.id(), user).await? {
            Some(_) => Err(known::team_membership_not_found(team, user)),
            None => Err(KnownError::UserNotFound.into()),
        }
    }
}
