//! Changing users.

use stack_types::{KnownError, Patch, UserId};

use super::{UserUpdate, Users, read::require_self, welcome::default_team_name};
use crate::{
    access::{AccessType, Caller},
    core::Core,
    error::{DomainError, DomainResult},
    known,
    models::User,
    ports::{PasskeyRepository, Repositories, SessionRepository, Storage, TeamRepository, Transaction, UserRepository},
    teams::MAX_LISTED,
    webhooks::Change,
};

impl<S: Storage> Users<S> {
    /// Changes a user.
    ///
    /// Whatever is done to the password ends all sessions.
    ///
    /// # Errors
    ///
    /// `USER_NOT_FOUND`, `USER_EMAIL_ALREADY_EXISTS`, `TEAM_MEMBERSHIP_NOT_FOUND`; forbidden if a client means somebody
    /// else; bad request for fields that make no sense in this project.
    pub async fn update(&self, caller: &Caller, id: UserId, command: UserUpdate) -> DomainResult<User> {
        if caller.access == AccessType::Client {
            require_self(caller, id)?;
        }
        let (core, tenant, now) = (&*self.0, &*caller.tenant, self.0.now());
        let project = tenant.id();
        let checked = core
            .check_fields(caller.access, &tenant.config, project, id, command.fields)
            .await?;
        let password_touched = !checked.password.is_absent();
        let removes_passkey = checked.removes_passkey;
        let password_set = matches!(checked.password, Patch::Value(_));

        let missing = || DomainError::from(KnownError::UserNotFound);
        let mut writer = core.storage.write().await?;
        if !writer.lock_user(project, id).await? {
            return Err(missing());
        }
        let before = writer.find_user(project, id).await?.ok_or_else(missing)?;
        let mut credentials = writer.find_user_credentials(project, id).await?.ok_or_else(missing)?;
        let (mut profile, old_credentials) = (before.profile.clone(), credentials.clone());
        let email = checked.apply(&mut profile, &mut credentials, true)?;
        let upgraded = command.upgrade && profile.is_anonymous;
        if upgraded {
            profile.is_anonymous = false;
            profile.signed_up_at = now;
        }
        if profile != before.profile {
            writer.update_user_profile(project, &profile).await?;
        }
        if credentials != old_credentials {
            writer.update_user_credentials(project, id, &credentials).await?;
        }
        email
            .apply(&mut writer, project, id, core.new_channel_id(), now)
            .await?;
        if removes_passkey {
            writer.delete_passkey(project, id).await?;
        }
        if password_touched {
            writer.delete_sessions_of_user(project, id, None).await?;
        }
        if let Some(team) = command.selected_team_id.into_change()
            && !writer.select_team(project, id, team).await?
            && let Some(team) = team
        {
            return Err(known::team_membership_not_found(team, id));
        }
        let mut after = writer.find_user(project, id).await?.ok_or_else(missing)?;
        if password_set && old_credentials.password_hash.is_none() && after.primary_email.is_none() {
            return Err(DomainError::bad_request(
                "A password needs a primary_email to sign in with.",
            ));
        }
        if upgraded {
            after = core
                .rename_personal_teams(&mut writer, tenant.id(), &before, after)
                .await?;
        }
        core.emit(&mut writer, tenant, Change::UserUpdated(&after)).await?;
        writer.commit().await?;
        Ok(after)
    }
}

impl<S: Storage> Core<S> {
    /// Renames the teams of an upgraded user that still have the name which they got by themselves.
    pub(crate) async fn rename_personal_teams(
        &self,
        writer: &mut impl Repositories,
        project: &stack_types::ProjectId,
        before: &User,
        after: User,
    ) -> DomainResult<User> {
        let (old, new) = (default_team_name(before), default_team_name(&after));
        if old == new {
            return Ok(after);
        }
        for mut team in writer.list_teams_of_user(project, after.profile.id, MAX_LISTED).await? {
            if team.display_name == old {
                team.display_name.clone_from(&new);
                writer.update_team(project, &team).await?;
            }
        }
        let renamed = writer.find_user(project, after.profile.id).await?;
        Ok(renamed.unwrap_or(after))
    }
}
