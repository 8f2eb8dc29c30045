//! Creating, changing and deleting teams.

use serde_json::Value;
use stack_types::{Patch, TeamId, UserId};

use super::{TeamCreator, Teams};
use crate::{
    access::{AccessType, Caller},
    error::{DomainError, DomainResult},
    images, known,
    models::{Metadata, Team},
    ports::{Storage, TeamRepository, Transaction},
    projects::INTERNAL_PROJECT_ID,
    secrets::random,
    webhooks::Change,
};

/// The fields of a team that may be set at any time. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TeamFields {
    /// What people call it.
    pub display_name: Option<String>,
    /// Servers set an http or https URL; clients upload a picture.
    pub profile_image_url: Patch<String>,
    /// Any JSON; `Null` is JSON's null.
    pub client_metadata: Patch<Value>,
    /// Any JSON; `Null` is JSON's null. Only servers may set it.
    pub client_read_only_metadata: Patch<Value>,
    /// Any JSON; `Null` is JSON's null. Only servers may set it.
    pub server_metadata: Patch<Value>,
}

/// A new team.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TeamCreate {
    /// What people call it.
    pub display_name: String,
    /// The first member, if a server wants one; a client's user is the creator anyhow.
    pub creator: Option<UserId>,
    /// What may be changed later, too. [`Self::display_name`] counts.
    pub fields: TeamFields,
}

impl<S: Storage> Teams<S> {
    /// Creates a team.
    ///
    /// # Errors
    ///
    /// Forbidden if clients may not create teams, or a client names somebody else as the creator; bad request for a
    /// picture that isn't one; `USER_NOT_FOUND`.
    pub async fn create(&self, caller: &Caller, command: TeamCreate) -> DomainResult<Team> {
        let core = &*self.0;
        let creator = creator(caller, command.creator)?;
        check(caller.access, &command.fields)?;
        let mut team = Team {
            id: random::uuid(&*core.rng).into(),
            display_name: command.display_name,
            profile_image_url: None,
            metadata: Metadata::default(),
            created_at: core.now(),
        };
        let fields = TeamFields {
            display_name: None,
            ..command.fields
        };
        apply(fields, &mut team);
        let creator = creator.map(|user| TeamCreator {
            user,
            selects_it: false,
        });
        let mut writer = core.storage.write().await?;
        core.found_team(&mut writer, &caller.tenant, &team, creator).await?;
        writer.commit().await?;
        Ok(team)
    }

    /// Changes a team.
    ///
    /// # Errors
    ///
    /// `TEAM_MEMBERSHIP_NOT_FOUND`, `TEAM_PERMISSION_REQUIRED` without `$update_team` for clients; `TEAM_NOT_FOUND`; bad
    /// request for a picture that isn't one.
    pub async fn update(&self, caller: &Caller, id: TeamId, fields: TeamFields) -> DomainResult<Team> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let mut writer = core.storage.write().await?;
        writer.lock_team(tenant.id(), id).await?;
        core.require_team_access(&mut writer, caller, id, &["$update_team"])
            .await?;
        check(caller.access, &fields)?;
        let before = core.find_team_or_refuse(&mut writer, tenant, id).await?;
        let mut after = before.clone();
        apply(fields, &mut after);
        if after != before {
            writer.update_team(tenant.id(), &after).await?;
        }
        core.emit(&mut writer, tenant, Change::TeamUpdated(&after)).await?;
        writer.commit().await?;
        Ok(after)
    }

    /// Deletes a team with its memberships, their permissions and its open invitations.
    ///
    /// # Errors
    ///
    /// `TEAM_MEMBERSHIP_NOT_FOUND`, `TEAM_PERMISSION_REQUIRED` without `$delete_team` for clients; `TEAM_NOT_FOUND`; bad
    /// request if it is a team of `internal` that owns projects, which nobody could reach then.
    pub async fn delete(&self, caller: &Caller, id: TeamId) -> DomainResult<()> {
        let (core, project) = (&*self.0, caller.tenant.id());
        let mut writer = core.storage.write().await?;
        writer.lock_team(project, id).await?;
        core.require_team_access(&mut writer, caller, id, &["$delete_team"])
            .await?;
        if project.as_str() == INTERNAL_PROJECT_ID && writer.owns_projects(id).await? {
            return Err(DomainError::bad_request(
                "The team owns projects. Transfer them to another team or delete them first.",
            ));
        }
        if !writer.delete_team(project, id).await? {
            return Err(known::team_not_found(id));
        }
        core.emit(&mut writer, &caller.tenant, Change::TeamDeleted(id)).await?;
        Ok(writer.commit().await?)
    }
}

/// Who becomes the first member.
fn creator(caller: &Caller, named: Option<UserId>) -> DomainResult<Option<UserId>> {
    if caller.access != AccessType::Client {
        return Ok(named);
    }
    let own = caller.own_user()?.profile.id;
    if !caller.tenant.config.teams.allow_client_team_creation {
        return Err(DomainError::forbidden("Clients may not create teams in this project."));
    }
    if named.is_some_and(|user| user != own) {
        return Err(DomainError::forbidden(
            "A client may only name its own user as the creator of a team.",
        ));
    }
    Ok(Some(own))
}

fn check(access: AccessType, fields: &TeamFields) -> DomainResult<()> {
    match (&fields.profile_image_url, access) {
        (Patch::Value(address), AccessType::Client) => images::check_uploaded(address),
        (Patch::Value(address), AccessType::Server | AccessType::Admin) => images::check_stored(address),
        (Patch::Absent | Patch::Null, _) => Ok(()),
    }
}

fn apply(fields: TeamFields, team: &mut Team) {
    if let Some(name) = fields.display_name {
        team.display_name = name;
    }
    fields.profile_image_url.apply_to(&mut team.profile_image_url);
    let metadata = &mut team.metadata;
    for (change, field) in [
        (fields.client_metadata, &mut metadata.client),
        (fields.client_read_only_metadata, &mut metadata.client_read_only),
        (fields.server_metadata, &mut metadata.server),
    ] {
        if let Some(change) = change.into_change() {
            *field = change.unwrap_or_default();
        }
    }
}
