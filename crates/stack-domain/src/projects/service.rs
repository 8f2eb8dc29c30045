//! Making, changing, listing and deleting projects.

use std::sync::Arc;

use stack_types::{KnownError, Patch, ProjectId, TeamId, UserId};

use super::INTERNAL_PROJECT_ID;
use crate::{
    access::Caller,
    config::{
        self,
        legacy::{LegacyConfigUpdate, new_project_overrides},
        overrides::{self, Overrides},
    },
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{ConfigLevel, Project, StoredConfig, StoredProject},
    ports::{ProjectRepository, Repositories, Storage, TeamRepository, Transaction},
    secrets::random,
    tokens::JwkSet,
};

/// Projects. Whoever changes one is a member of the team that owns it; that is checked with their credentials
/// ([`crate::access`]), not here.
pub struct Projects<S>(pub(crate) Arc<Core<S>>);

/// A new project.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateProject {
    /// The name that people see.
    pub display_name: String,
    /// The team of `internal` that shall own it.
    pub owner_team_id: TeamId,
    /// Everything that may be changed later, too.
    pub rest: ProjectUpdate,
}

/// A change of a project. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProjectUpdate {
    /// The name that people see. For a new project, [`CreateProject::display_name`] counts.
    pub display_name: Option<String>,
    /// Free text.
    pub description: Patch<String>,
    /// Whether the project is live.
    pub is_production_mode: Option<bool>,
    /// How far the guided set-up went.
    pub onboarding_status: Option<String>,
    /// The logo for light backgrounds.
    pub logo_url: Patch<String>,
    /// The logo with lettering for light backgrounds.
    pub logo_full_url: Patch<String>,
    /// The logo for dark backgrounds.
    pub logo_dark_mode_url: Patch<String>,
    /// The logo with lettering for dark backgrounds.
    pub logo_full_dark_mode_url: Patch<String>,
    /// The configuration.
    pub config: LegacyConfigUpdate,
}

impl<S: Storage> Projects<S> {
    /// A project with its configuration; at most a second old.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn find(&self, id: &ProjectId) -> DomainResult<Option<Arc<Tenant>>> {
        self.0.find_tenant(id).await
    }

    /// The public keys with which a project's access tokens can be checked.
    ///
    /// # Errors
    ///
    /// Not found if there is no such project.
    pub async fn jwks(
        &self,
        id: &ProjectId,
        include_restricted: bool,
        include_anonymous: bool,
    ) -> DomainResult<JwkSet> {
        match self.find(id).await? {
            Some(_) => self.0.jwks(id, include_restricted, include_anonymous).await,
            None => Err(DomainError::not_found(format!("There is no project \"{id}\"."))),
        }
    }

    /// Creates a project that is owned by a team of the caller's.
    ///
    /// # Errors
    ///
    /// `USER_AUTHENTICATION_REQUIRED`, `EXPECTED_INTERNAL_PROJECT`, `TEAM_MEMBERSHIP_NOT_FOUND`, and those of
    /// [`Self::update`].
    pub async fn create(&self, caller: &Caller, command: CreateProject) -> DomainResult<Tenant> {
        let user = owner(caller)?;
        let mut writer = self.0.storage.write().await?;
        // Whoever deletes the team now waits, and then sees that it owns a project.
        writer.lock_team(caller.tenant.id(), command.owner_team_id).await?;
        require_membership(&mut writer, caller.tenant.id(), command.owner_team_id, user).await?;
        let mut project = Project {
            id: ProjectId::from(random::uuid(&*self.0.rng).to_string()),
            display_name: command.display_name,
            description: String::new(),
            is_production_mode: false,
            owner_team_id: Some(command.owner_team_id),
            onboarding_status: "completed".to_owned(),
            logo_url: None,
            logo_full_url: None,
            logo_dark_mode_url: None,
            logo_full_dark_mode_url: None,
            created_at: self.0.now(),
        };
        let (_, change) = apply(command.rest, &mut project, &Default::default())?;
        let mut environment = new_project_overrides();
        overrides::merge(&mut environment, change);
        let stored = self.0.new_stored_project(project, &environment)?;
        writer.insert_project(&stored).await?;
        writer.commit().await?;
        self.0.tenant(stored)
    }

    /// Lists the projects that the caller's teams own.
    ///
    /// # Errors
    ///
    /// `USER_AUTHENTICATION_REQUIRED`, `EXPECTED_INTERNAL_PROJECT`.
    pub async fn list(&self, caller: &Caller) -> DomainResult<Vec<Tenant>> {
        let user = owner(caller)?;
        let stored = self
            .0
            .storage
            .read()
            .await?
            .list_projects_of_user(caller.tenant.id(), user)
            .await?;
        stored.into_iter().map(|stored| self.0.tenant(stored)).collect()
    }

    /// Changes a project.
    ///
    /// # Errors
    ///
    /// Bad request if a picture is no http or https URL or the configuration makes no sense;
    /// `CURRENT_PROJECT_NOT_FOUND` if the project was deleted meanwhile.
    pub async fn update(&self, id: &ProjectId, command: ProjectUpdate) -> DomainResult<Tenant> {
        let mut writer = self.0.storage.write().await?;
        let mut stored = lock(&mut writer, id).await?;
        let tenant = self.0.tenant(stored.clone())?;
        let (row_changed, change) = apply(command, &mut stored.project, &tenant.config)?;
        if row_changed {
            writer.update_project(&stored.project).await?;
        }
        if !change.is_empty() {
            let level = ConfigLevel::Environment;
            let mut environment = config::open(id, &stored.config, level, &self.0.sealer)?;
            overrides::merge(&mut environment, change);
            let text = config::seal(id, level, &environment, &self.0.sealer, &*self.0.rng)?;
            writer.update_config(id, level, Some(&text)).await?;
            stored.config.environment = Some(text);
        }
        writer.commit().await?;
        self.0.tenants.forget(id).await;
        self.0.tenant(stored)
    }

    /// Deletes a project with everything in it.
    ///
    /// # Errors
    ///
    /// Bad request for the project `internal`; `CURRENT_PROJECT_NOT_FOUND` if it is gone already.
    pub async fn delete(&self, id: &ProjectId) -> DomainResult<()> {
        if id.as_str() == INTERNAL_PROJECT_ID {
            return Err(DomainError::bad_request(
                "The project \"internal\" can't be deleted: all others depend on it.",
            ));
        }
        let mut writer = self.0.storage.write().await?;
        if !writer.delete_project(id).await? {
            return Err(known::current_project_not_found(id));
        }
        writer.commit().await?;
        self.0.tenants.forget(id).await;
        self.0.keys.forget_project(id);
        Ok(())
    }

    /// Gives a project to another team of the caller's.
    ///
    /// # Errors
    ///
    /// `USER_AUTHENTICATION_REQUIRED`, `EXPECTED_INTERNAL_PROJECT`, `PROJECT_NOT_FOUND`; bad request if nobody owns
    /// it; `TEAM_MEMBERSHIP_NOT_FOUND` for either team, `TEAM_PERMISSION_REQUIRED` without `team_admin` in the old one.
    pub async fn transfer(&self, caller: &Caller, id: &ProjectId, new_team: TeamId) -> DomainResult<()> {
        let (user, internal) = (owner(caller)?, caller.tenant.id());
        let mut writer = self.0.storage.write().await?;
        if !writer.lock_project(id).await? {
            return Err(known::project_not_found(id));
        }
        let mut project = writer
            .find_project(id)
            .await?
            .ok_or_else(|| known::project_not_found(id))?
            .project;
        let old_team = project.owner_team_id.ok_or_else(|| {
            DomainError::bad_request("The project isn't owned by a team, so it can't be transferred.")
        })?;
        self.0
            .require_team_permission(&mut writer, &caller.tenant, old_team, user, "team_admin")
            .await?;
        writer.lock_team(internal, new_team).await?;
        require_membership(&mut writer, internal, new_team, user).await?;
        project.owner_team_id = Some(new_team);
        writer.update_project(&project).await?;
        writer.commit().await?;
        self.0.tenants.forget(id).await;
        Ok(())
    }
}

impl<S: Storage> Core<S> {
    /// A project row together with the first text of its environment.
    pub(crate) fn new_stored_project(&self, project: Project, environment: &Overrides) -> DomainResult<StoredProject> {
        let text = config::seal(
            &project.id,
            ConfigLevel::Environment,
            environment,
            &self.sealer,
            &*self.rng,
        )?;
        Ok(StoredProject {
            project,
            config: StoredConfig {
                environment: Some(text),
                ..Default::default()
            },
        })
    }
}

/// The caller's user, if they act within `internal`.
fn owner(caller: &Caller) -> DomainResult<UserId> {
    let user = caller.user.as_ref().ok_or(KnownError::UserAuthenticationRequired)?;
    if caller.tenant.id().as_str() != INTERNAL_PROJECT_ID {
        return Err(KnownError::ExpectedInternalProject.into());
    }
    Ok(user.profile.id)
}

async fn require_membership(
    repositories: &mut impl Repositories,
    internal: &ProjectId,
    team: TeamId,
    user: UserId,
) -> DomainResult<()> {
    match repositories.find_team_membership(internal, team, user).await? {
        Some(_) => Ok(()),
        None => Err(known::team_membership_not_found(team, user)),
    }
}

async fn lock(repositories: &mut impl Repositories, id: &ProjectId) -> DomainResult<StoredProject> {
    if !repositories.lock_project(id).await? {
        return Err(known::current_project_not_found(id));
    }
    repositories
        .find_project(id)
        .await?
        .ok_or_else(|| known::current_project_not_found(id))
}

/// Applies a change to the row; gives whether it changed and what becomes of the configuration.
fn apply(
    command: ProjectUpdate,
    project: &mut Project,
    current: &config::ProjectConfig,
) -> DomainResult<(bool, Overrides)> {
    let before = project.clone();
    if let Some(name) = command.display_name {
        project.display_name = name;
    }
    if let Some(description) = command.description.into_change() {
        project.description = description.unwrap_or_default();
    }
    if let Some(live) = command.is_production_mode {
        project.is_production_mode = live;
    }
    if let Some(status) = command.onboarding_status {
        project.onboarding_status = status;
    }
    for (logo, field) in [
        (command.logo_url, &mut project.logo_url),
        (command.logo_full_url, &mut project.logo_full_url),
        (command.logo_dark_mode_url, &mut project.logo_dark_mode_url),
        (command.logo_full_dark_mode_url, &mut project.logo_full_dark_mode_url),
    ] {
        if let Patch::Value(url) = &logo {
            crate::images::check_stored(url)?;
        }
        logo.apply_to(field);
    }
    Ok((*project != before, command.config.into_overrides(current)?))
}
