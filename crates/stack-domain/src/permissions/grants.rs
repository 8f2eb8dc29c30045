//! Giving permissions, taking them away, and listing who has which.

use std::{collections::BTreeMap, sync::Arc};

use stack_types::{KnownError, TeamId, UserId};

use super::effective::{effective, is_defined};
use crate::{
    access::{AccessType, Caller},
    config::PermissionScope,
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{ProjectPermission, TeamMembershipsOf, TeamPermission},
    ports::{PermissionRepository, Repositories, Storage, StorageError, Transaction},
    webhooks::Change,
};

/// How many permissions a list holds at most: it comes at once.
const MAX_LISTED: u32 = 100_000;

/// What members may do in their teams.
pub struct TeamPermissions<S>(pub(crate) Arc<Core<S>>);

/// What users may do in the whole project.
pub struct ProjectPermissions<S>(pub(crate) Arc<Core<S>>);

/// Which permissions are asked for.
#[derive(Debug, Clone, Default)]
pub struct ListPermissions {
    /// Those in this team.
    pub team_id: Option<TeamId>,
    /// Those of this user.
    pub user_id: Option<UserId>,
    /// This permission.
    pub permission_id: Option<String>,
    /// Those, too, that come along with others.
    pub recursive: bool,
}

impl<S: Storage> TeamPermissions<S> {
    /// Lists who has which permission in which team, by permission, team and user. What isn't defined (any more) is
    /// left out.
    ///
    /// # Errors
    ///
    /// Forbidden if a client doesn't name its own user; bad request if there are more than 100,000.
    pub async fn list(&self, caller: &Caller, which: ListPermissions) -> DomainResult<Vec<TeamPermission>> {
        require_own(caller, which.user_id)?;
        let (tenant, scope) = (&*caller.tenant, PermissionScope::Team);
        let direct = self.direct(tenant, &which).await?;
        let mut of_members = BTreeMap::<_, Vec<String>>::new();
        for permission in direct {
            let member = (permission.team_id, permission.user_id);
            of_members.entry(member).or_default().push(permission.permission_id);
        }
        let mut listed = Vec::new();
        for ((team_id, user_id), direct) in &of_members {
            for id in which.select(tenant, scope, direct) {
                listed.push(TeamPermission {
                    team_id: *team_id,
                    user_id: *user_id,
                    permission_id: id.to_owned(),
                });
            }
            require_listable(listed.len())?;
        }
        // Stable: within a permission the order of teams and users stays.
        listed.sort_by(|a, b| a.permission_id.cmp(&b.permission_id));
        Ok(listed)
    }

    async fn direct(&self, tenant: &Tenant, which: &ListPermissions) -> DomainResult<Vec<TeamPermission>> {
        let (project, mut reader) = (tenant.id(), self.0.storage.read().await?);
        let of = match (which.team_id, which.user_id) {
            (Some(team_id), Some(user_id)) => {
                let direct = reader.list_permissions_of_member(project, team_id, user_id).await?;
                let permission = |permission_id| TeamPermission {
                    team_id,
                    user_id,
                    permission_id,
                };
                return Ok(direct.unwrap_or_default().into_iter().map(permission).collect());
            }
            (Some(team), None) => TeamMembershipsOf::Team(team),
            (None, Some(user)) => TeamMembershipsOf::User(user),
            (None, None) => TeamMembershipsOf::Everybody,
        };
        let direct = reader.list_team_permissions(project, of, which.direct_id(), MAX_LISTED + 1);
        let direct = direct.await?;
        require_listable(direct.len())?;
        Ok(direct)
    }

    /// Gives a member a permission; it does no harm to give it again.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`, `TEAM_MEMBERSHIP_NOT_FOUND`, `PERMISSION_NOT_FOUND`, `WRONG_PERMISSION_SCOPE`.
    pub async fn grant(&self, tenant: &Tenant, team: TeamId, user: UserId, permission: &str) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        require_member(&mut writer, tenant, team, user).await?;
        require_defined(tenant, PermissionScope::Team, permission)?;
        let inserted = writer.insert_team_permission(tenant.id(), team, user, permission).await;
        inserted.map_err(|error| match error {
            StorageError::MissingReference => known::team_membership_not_found(team, user),
            other => other.into(),
        })?;
        let change = Change::TeamPermissionCreated {
            team,
            user,
            id: permission,
        };
        self.0.emit(&mut writer, tenant, change).await?;
        Ok(writer.commit().await?)
    }

    /// Takes from a member a permission that they were given. What comes along with another stays.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`, `TEAM_MEMBERSHIP_NOT_FOUND`, `TEAM_PERMISSION_NOT_FOUND`.
    pub async fn revoke(&self, tenant: &Tenant, team: TeamId, user: UserId, permission: &str) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        let deleted = writer.delete_team_permission(tenant.id(), team, user, permission);
        if !deleted.await? {
            require_member(&mut writer, tenant, team, user).await?;
            return Err(known::team_permission_not_found(team, user, permission));
        }
        let change = Change::TeamPermissionDeleted {
            team,
            user,
            id: permission,
        };
        self.0.emit(&mut writer, tenant, change).await?;
        Ok(writer.commit().await?)
    }
}

impl<S: Storage> ProjectPermissions<S> {
    /// Lists who has which permission in the project, by permission and user. What isn't defined (any more) is left
    /// out.
    ///
    /// # Errors
    ///
    /// Forbidden if a client doesn't name its own user; bad request if there are more than 100,000.
    pub async fn list(&self, caller: &Caller, which: ListPermissions) -> DomainResult<Vec<ProjectPermission>> {
        require_own(caller, which.user_id)?;
        let (tenant, scope) = (&*caller.tenant, PermissionScope::Project);
        let mut of_users = BTreeMap::<_, Vec<String>>::new();
        let mut reader = self.0.storage.read().await?;
        if let Some(user) = which.user_id {
            of_users.insert(user, reader.list_permissions_of_user(tenant.id(), user).await?);
        } else {
            let direct = reader.list_project_permissions(tenant.id(), which.direct_id(), MAX_LISTED + 1);
            let direct = direct.await?;
            require_listable(direct.len())?;
            for permission in direct {
                of_users
                    .entry(permission.user_id)
                    .or_default()
                    .push(permission.permission_id);
            }
        }
        drop(reader);
        let mut listed = Vec::new();
        for (user_id, direct) in &of_users {
            for id in which.select(tenant, scope, direct) {
                listed.push(ProjectPermission {
                    user_id: *user_id,
                    permission_id: id.to_owned(),
                });
            }
            require_listable(listed.len())?;
        }
        // Stable: within a permission the order of users stays.
        listed.sort_by(|a, b| a.permission_id.cmp(&b.permission_id));
        Ok(listed)
    }

    /// Gives a user a permission; it does no harm to give it again.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`, `PERMISSION_NOT_FOUND`, `WRONG_PERMISSION_SCOPE`.
    pub async fn grant(&self, tenant: &Tenant, user: UserId, permission: &str) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        require_user(&mut writer, tenant, user).await?;
        require_defined(tenant, PermissionScope::Project, permission)?;
        writer.insert_project_permission(tenant.id(), user, permission).await?;
        let change = Change::ProjectPermissionCreated { user, id: permission };
        self.0.emit(&mut writer, tenant, change).await?;
        Ok(writer.commit().await?)
    }

    /// Takes from a user a permission that they were given. What comes along with another stays.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`, `PERMISSION_NOT_FOUND`.
    pub async fn revoke(&self, tenant: &Tenant, user: UserId, permission: &str) -> DomainResult<()> {
        let mut writer = self.0.storage.write().await?;
        if !writer.delete_project_permission(tenant.id(), user, permission).await? {
            require_user(&mut writer, tenant, user).await?;
            return Err(known::permission_not_found(permission));
        }
        let change = Change::ProjectPermissionDeleted { user, id: permission };
        self.0.emit(&mut writer, tenant, change).await?;
        Ok(writer.commit().await?)
    }
}

impl ListPermissions {
    /// The permissions of somebody that are to be listed.
    fn select<'a>(&'a self, tenant: &'a Tenant, scope: PermissionScope, direct: &'a [String]) -> Vec<&'a str> {
        let (rbac, direct) = (&tenant.config.rbac, direct.iter().map(String::as_str));
        let wanted = |id: &&str| self.permission_id.as_deref().is_none_or(|wanted| wanted == *id);
        if self.recursive {
            effective(rbac, scope, direct).filter(wanted).collect()
        } else {
            direct.filter(|id| is_defined(rbac, scope, id)).filter(wanted).collect()
        }
    }

    /// The only permission that a grant may be of.
    fn direct_id(&self) -> Option<&str> {
        self.permission_id.as_deref().filter(|_| !self.recursive)
    }
}

/// Keeps clients to the permissions of their own user.
fn require_own(caller: &Caller, user: Option<UserId>) -> DomainResult<()> {
    if caller.access == AccessType::Client && !user.is_some_and(|user| caller.is_self(user)) {
        return Err(DomainError::forbidden(
            "A client may only list the permissions of its own user; say `user_id=me`.",
        ));
    }
    Ok(())
}

fn require_listable(length: usize) -> DomainResult<()> {
    if length > MAX_LISTED as usize {
        return Err(DomainError::bad_request(format!(
            "There are more than {MAX_LISTED} permissions. Ask for those of a user, of a team or of one id."
        )));
    }
    Ok(())
}

fn require_defined(tenant: &Tenant, scope: PermissionScope, id: &str) -> DomainResult<()> {
    let other = match scope {
        PermissionScope::Team => PermissionScope::Project,
        PermissionScope::Project => PermissionScope::Team,
    };
    let rbac = &tenant.config.rbac;
    if is_defined(rbac, scope, id) {
        Ok(())
    } else if is_defined(rbac, other, id) {
        Err(known::wrong_permission_scope(id, scope, other))
    } else {
        Err(known::permission_not_found(id))
    }
}

async fn require_user(writer: &mut impl Repositories, tenant: &Tenant, user: UserId) -> DomainResult<()> {
    if writer.lock_user(tenant.id(), user).await? {
        Ok(())
    } else {
        Err(KnownError::UserNotFound.into())
    }
}

async fn require_member(
    writer: &mut impl Repositories,
    tenant: &Tenant,
    team: TeamId,
    user: UserId,
) -> DomainResult<()> {
    if writer
        .list_permissions_of_member(tenant.id(), team, user)
        .await?
        .is_some()
    {
        return Ok(());
    }
    require_user(writer, tenant, user).await?;
    Err(known::team_membership_not_found(team, user))
}
