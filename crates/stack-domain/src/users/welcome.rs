//! What every new user gets: permissions and, if the project says so, a team of their own.

use crate::{
    core::{Core, Tenant},
    error::DomainResult,
    models::{Metadata, Team, User},
    ports::{Repositories, Storage},
    secrets::random,
    teams::TeamCreator,
};

impl<S: Storage> Core<S> {
    /// Grants a new user what every new user of the project gets. The team is selected at once.
    pub(crate) async fn welcome(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user: &User,
    ) -> DomainResult<()> {
        self.grant_default_project_permissions(writer, tenant, user.profile.id)
            .await?;
        if tenant.config.teams.create_personal_team_on_sign_up {
            self.create_personal_team(writer, tenant, user).await?;
        }
        Ok(())
    }

    async fn create_personal_team(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user: &User,
    ) -> DomainResult<()> {
        let team = Team {
            id: random::uuid(&*self.rng).into(),
            display_name: default_team_name(user),
            profile_image_url: None,
            metadata: Metadata::default(),
            created_at: self.now(),
        };
        let creator = TeamCreator {
            user: user.profile.id,
            selects_it: true,
        };
        self.found_team(writer, tenant, &team, Some(creator)).await
    }
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
