//! What every new user gets: permissions and, if the project says so, a team of their own.

use std::collections::BTreeMap;

use stack_types::ProjectId;

use crate::{
    config::{PermissionScope, RbacConfig, SYSTEM_TEAM_PERMISSIONS},
    core::{Core, Tenant},
    error::DomainResult,
    models::{Metadata, Team, TeamMembership, User},
    ports::{Repositories, Storage},
    secrets::random,
};

impl<S: Storage> Core<S> {
    /// Grants a new user what every new user of the project gets. The team is selected at once.
    pub(crate) async fn welcome(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user: &User,
    ) -> DomainResult<()> {
        let (project, id, rbac) = (tenant.id(), user.profile.id, &tenant.config.rbac);
        for permission in granted(&rbac.default_permissions.sign_up, rbac, PermissionScope::Project) {
            writer.insert_project_permission(project, id, permission).await?;
        }
        if tenant.config.teams.create_personal_team_on_sign_up {
            self.create_personal_team(writer, project, rbac, user).await?;
        }
        Ok(())
    }

    async fn create_personal_team(
        &self,
        writer: &mut impl Repositories,
        project: &ProjectId,
        rbac: &RbacConfig,
        user: &User,
    ) -> DomainResult<()> {
        let (user_id, now) = (user.profile.id, self.now());
        let team = Team {
            id: random::uuid(&*self.rng).into(),
            display_name: default_team_name(user),
            profile_image_url: None,
            metadata: Metadata::default(),
            created_at: now,
        };
        let membership = TeamMembership {
            team_id: team.id,
            user_id,
            is_selected: true,
            display_name: None,
            profile_image_url: None,
            created_at: now,
        };
        writer.insert_team(project, &team).await?;
        writer.insert_team_membership(project, &membership).await?;
        for permission in granted(&rbac.default_permissions.team_creator, rbac, PermissionScope::Team) {
            writer
                .insert_team_permission(project, team.id, user_id, permission)
                .await?;
        }
        Ok(())
    }
}

/// The default permissions that are defined in this scope.
fn granted<'a>(
    defaults: &'a BTreeMap<String, bool>,
    rbac: &'a RbacConfig,
    scope: PermissionScope,
) -> impl Iterator<Item = &'a str> {
    defaults
        .iter()
        .filter(|(_, on)| **on)
        .map(|(id, _)| id.as_str())
        .filter(move |id| {
            rbac.permissions
                .get(*id)
                .is_some_and(|permission| permission.scope == scope)
                || (scope == PermissionScope::Team && SYSTEM_TEAM_PERMISSIONS.contains(id))
        })
}

/// The name of a team of one's own.
pub(super) fn default_team_name(user: &User) -> String {
    let name = user
        .profile
        .display_name
        .as_ref()
        .or(user.primary_email.as_ref().map(|email| &email.value));
    name.map_or_else(|| "Personal Team".to_owned(), |name| format!("{name}'s Team"))
}
