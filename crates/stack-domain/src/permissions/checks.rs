//! What other rules ask and do: whether a member may, and what newcomers are given.

use std::collections::BTreeMap;

use stack_types::{TeamId, UserId};

use super::effective::{effective, is_defined};
use crate::{
    config::{PermissionScope, RbacConfig},
    core::{Core, Tenant},
    error::DomainResult,
    known,
    ports::{Repositories, Storage},
    webhooks::Change,
};

/// Why somebody is given permissions in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefaultsFor {
    /// They have created it.
    Creator,
    /// They have joined it.
    Member,
}

impl<S: Storage> Core<S> {
    /// Checks that a user may do something in a team.
    ///
    /// # Errors
    ///
    /// `TEAM_MEMBERSHIP_NOT_FOUND`, `TEAM_PERMISSION_REQUIRED`.
    pub(crate) async fn require_team_permission(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        team: TeamId,
        user: UserId,
        permission: &str,
    ) -> DomainResult<()> {
        let direct = repositories.list_permissions_of_member(tenant.id(), team, user);
        let direct = direct
            .await?
            .ok_or_else(|| known::team_membership_not_found(team, user))?;
        if !comes_with(tenant, &direct, permission) {
            return Err(known::team_permission_required(team, user, permission));
        }
        Ok(())
    }

    /// Whether a user may do something in a team. Who is no member may do nothing.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub(crate) async fn has_team_permission(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        team: TeamId,
        user: UserId,
        permission: &str,
    ) -> DomainResult<bool> {
        let direct = repositories.list_permissions_of_member(tenant.id(), team, user).await?;
        Ok(direct.is_some_and(|direct| comes_with(tenant, &direct, permission)))
    }

    /// Gives a new member what the project gives to creators or members of teams.
    pub(crate) async fn grant_default_team_permissions(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        team: TeamId,
        user: UserId,
        defaults_for: DefaultsFor,
    ) -> DomainResult<()> {
        let rbac = &tenant.config.rbac;
        let defaults = match defaults_for {
            DefaultsFor::Creator => &rbac.default_permissions.team_creator,
            DefaultsFor::Member => &rbac.default_permissions.team_member,
        };
        for id in granted(defaults, rbac, PermissionScope::Team) {
            writer.insert_team_permission(tenant.id(), team, user, id).await?;
            if defaults_for == DefaultsFor::Member {
                let change = Change::TeamPermissionCreated { team, user, id };
                self.emit(writer, tenant, change).await?;
            }
        }
        Ok(())
    }

    /// Gives a new user what the project gives to everybody.
    pub(crate) async fn grant_default_project_permissions(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user: UserId,
    ) -> DomainResult<()> {
        let rbac = &tenant.config.rbac;
        for id in granted(&rbac.default_permissions.sign_up, rbac, PermissionScope::Project) {
            writer.insert_project_permission(tenant.id(), user, id).await?;
        }
        Ok(())
    }
}

fn comes_with(tenant: &Tenant, direct: &[String], permission: &str) -> bool {
    let direct = direct.iter().map(String::as_str);
    effective(&tenant.config.rbac, PermissionScope::Team, direct).any(|id| id == permission)
}

/// The default permissions that are defined in this scope.
fn granted<'a>(
    defaults: &'a BTreeMap<String, bool>,
    rbac: &'a RbacConfig,
    scope: PermissionScope,
) -> impl Iterator<Item = &'a str> {
    let ids = defaults.iter().filter(|(_, on)| **on).map(|(id, _)| id.as_str());
    ids.filter(move |id| is_defined(rbac, scope, id))
}
