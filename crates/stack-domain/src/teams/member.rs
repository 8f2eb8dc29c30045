//! What other rules ask and do: whether there is a team, whether a caller may act on it, and joining it.

use stack_types::{KnownError, TeamId, UserId};

use crate::{
    access::{AccessType, Caller},
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{Team, TeamMembership},
    permissions::DefaultsFor,
    ports::{Repositories, Storage, StorageError},
    webhooks::Change,
};

impl<S: Storage> Core<S> {
    /// Reads a team.
    ///
    /// # Errors
    ///
    /// `TEAM_NOT_FOUND`.
    pub(crate) async fn find_team_or_refuse(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        team: TeamId,
    ) -> DomainResult<Team> {
        let found = repositories.find_team(tenant.id(), team).await?;
        found.ok_or_else(|| known::team_not_found(team))
    }

    /// Reads a membership.
    ///
    /// # Errors
    ///
    /// `TEAM_MEMBERSHIP_NOT_FOUND`.
    pub(crate) async fn find_membership_or_refuse(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        team: TeamId,
        user: UserId,
    ) -> DomainResult<TeamMembership> {
        let found = repositories.find_team_membership(tenant.id(), team, user).await?;
        found.ok_or_else(|| known::team_membership_not_found(team, user))
    }

    /// Checks that the caller may act on a team: a client's user as a member who has all these permissions, a server
    /// always.
    ///
    /// # Errors
    ///
    /// `TEAM_MEMBERSHIP_NOT_FOUND`, `TEAM_PERMISSION_REQUIRED` for clients; `TEAM_NOT_FOUND` for servers.
    pub(crate) async fn require_team_access(
        &self,
        repositories: &mut impl Repositories,
        caller: &Caller,
        team: TeamId,
        permissions: &[&str],
    ) -> DomainResult<()> {
        let tenant = &*caller.tenant;
        if caller.access != AccessType::Client {
            return self.find_team_or_refuse(repositories, tenant, team).await.map(drop);
        }
        let user = caller.own_user()?.profile.id;
        if permissions.is_empty() {
            return self
                .find_membership_or_refuse(repositories, tenant, team, user)
                .await
                .map(drop);
        }
        for permission in permissions {
            self.require_team_permission(repositories, tenant, team, user, permission)
                .await?;
        }
        Ok(())
    }

    /// Makes a user a member of a team, with the permissions that members begin with. This is how every membership but
    /// a creator's begins.
    ///
    /// # Errors
    ///
    /// `TEAM_NOT_FOUND`, `USER_NOT_FOUND`, `TEAM_MEMBERSHIP_ALREADY_EXISTS`.
    pub(crate) async fn join_team(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        team: TeamId,
        user: UserId,
    ) -> DomainResult<()> {
        let project = tenant.id();
        if !writer.lock_team(project, team).await? {
            return Err(known::team_not_found(team));
        }
        if writer.find_team_membership(project, team, user).await?.is_some() {
            return Err(KnownError::TeamMembershipAlreadyExists.into());
        }
        let membership = self.new_membership(team, user);
        let inserted = writer.insert_team_membership(project, &membership).await;
        inserted.map_err(no_such_user)?;
        self.emit(writer, tenant, Change::MembershipCreated { team, user })
            .await?;
        self.grant_default_team_permissions(writer, tenant, team, user, DefaultsFor::Member)
            .await
    }

    /// Writes a new team and, if it has a creator, makes them its first member. This is how every team begins.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`.
    pub(crate) async fn found_team(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        team: &Team,
        creator: Option<TeamCreator>,
    ) -> DomainResult<()> {
        writer.insert_team(tenant.id(), team).await?;
        self.emit(writer, tenant, Change::TeamCreated(team)).await?;
        let Some(TeamCreator { user, selects_it }) = creator else {
            return Ok(());
        };
        let membership = TeamMembership {
            is_selected: selects_it,
            ..self.new_membership(team.id, user)
        };
        let inserted = writer.insert_team_membership(tenant.id(), &membership).await;
        inserted.map_err(no_such_user)?;
        self.grant_default_team_permissions(writer, tenant, team.id, user, DefaultsFor::Creator)
            .await
    }

    fn new_membership(&self, team: TeamId, user: UserId) -> TeamMembership {
        TeamMembership {
            team_id: team,
            user_id: user,
            is_selected: false,
            display_name: None,
            profile_image_url: None,
            created_at: self.now(),
        }
    }
}

/// Who creates a team.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TeamCreator {
    /// The user.
    pub(crate) user: UserId,
    /// Whether it becomes their selected team. They must have none.
    pub(crate) selects_it: bool,
}

/// A membership of a team that is there wants for nothing but its user.
fn no_such_user(error: StorageError) -> DomainError {
    match error {
        StorageError::MissingReference => KnownError::UserNotFound.into(),
        other => other.into(),
    }
}
