//! How members are shown in a team: with a name and a picture that hold there only, else with their own.

use std::{collections::HashMap, sync::Arc};

use stack_types::{KnownError, Patch, TeamId, UserId};

use crate::{
    access::{AccessType, Caller},
    core::Core,
    error::{DomainError, DomainResult},
    images, known,
    models::{TeamMemberProfile, TeamMembershipsOf, User},
    ports::{Repositories, Storage, TeamRepository, Transaction, UserRepository},
    teams::{ASKED_FOR, all_of},
};

/// The profiles of members.
pub struct TeamMemberProfiles<S>(pub(crate) Arc<Core<S>>);

/// A change of a profile. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TeamMemberProfileUpdate {
    /// What the member is called in the team.
    pub display_name: Option<String>,
    /// An http or https URL; `Null` shows the user's own picture again.
    pub profile_image_url: Patch<String>,
}

impl<S: Storage> TeamMemberProfiles<S> {
    /// Lists profiles, those of the oldest memberships first: of a team, of a user, of both or of the whole project.
    ///
    /// # Errors
    ///
    /// For clients: bad request without a team; `TEAM_MEMBERSHIP_NOT_FOUND` if their user isn't a member;
    /// `TEAM_PERMISSION_REQUIRED` without `$read_members` unless they ask for their own user only. For servers:
    /// `TEAM_NOT_FOUND`, `USER_NOT_FOUND`. For all: bad request if there are more than [`crate::teams::MAX_LISTED`].
    pub async fn list(
        &self,
        caller: &Caller,
        team: Option<TeamId>,
        user: Option<UserId>,
    ) -> DomainResult<Vec<TeamMemberProfile>> {
        let (core, project) = (&*self.0, caller.tenant.id());
        let mut reader = core.storage.read().await?;
        match (caller.access, team) {
            (AccessType::Client, None) => {
                return Err(DomainError::bad_request(
                    "A client has to name a team of its user's in team_id.",
                ));
            }
            (AccessType::Client, Some(team)) => require_readable(core, &mut reader, caller, team, user).await?,
            (AccessType::Server | AccessType::Admin, team) => {
                if let Some(team) = team {
                    core.require_team_access(&mut reader, caller, team, &[]).await?;
                }
                if let Some(user) = user {
                    require_user(&mut reader, caller, user).await?;
                }
            }
        }
        all_of(match (team, user) {
            (Some(team), Some(user)) => reader
                .find_team_member_profile(project, team, user)
                .await?
                .into_iter()
                .collect(),
            (Some(team), None) => {
                reader
                    .list_team_member_profiles(project, TeamMembershipsOf::Team(team), ASKED_FOR)
                    .await?
            }
            (None, Some(user)) => {
                reader
                    .list_team_member_profiles(project, TeamMembershipsOf::User(user), ASKED_FOR)
                    .await?
            }
            (None, None) => {
                reader
                    .list_team_member_profiles(project, TeamMembershipsOf::Everybody, ASKED_FOR)
                    .await?
            }
        })
    }

    /// Reads a profile.
    ///
    /// # Errors
    ///
    /// For clients: `TEAM_MEMBERSHIP_NOT_FOUND` if their user isn't a member; `TEAM_PERMISSION_REQUIRED` without
    /// `$read_members` for somebody else. For all: `USER_NOT_FOUND`, `TEAM_MEMBERSHIP_NOT_FOUND`.
    pub async fn get(&self, caller: &Caller, team: TeamId, user: UserId) -> DomainResult<TeamMemberProfile> {
        let mut reader = self.0.storage.read().await?;
        if caller.access == AccessType::Client {
            require_readable(&self.0, &mut reader, caller, team, Some(user)).await?;
        }
        shown(&mut reader, caller, team, user).await
    }

    /// Changes a profile.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; bad request for a picture that isn't one; `USER_NOT_FOUND`,
    /// `TEAM_MEMBERSHIP_NOT_FOUND`.
    pub async fn update(
        &self,
        caller: &Caller,
        team: TeamId,
        user: UserId,
        command: TeamMemberProfileUpdate,
    ) -> DomainResult<TeamMemberProfile> {
        if caller.is_client_meaning_another(user) {
            return Err(DomainError::forbidden(
                "A client may only change the profile of its own user.",
            ));
        }
        if let Patch::Value(address) = &command.profile_image_url {
            images::check_stored(address)?;
        }
        let project = caller.tenant.id();
        let mut writer = self.0.storage.write().await?;
        // The user is locked first, as for all that changes what is theirs: two changes at once are both kept.
        writer.lock_user(project, user).await?;
        let Some(mut membership) = writer.find_team_membership(project, team, user).await? else {
            require_user(&mut writer, caller, user).await?;
            return Err(known::team_membership_not_found(team, user));
        };
        membership.display_name = command.display_name.or(membership.display_name);
        command.profile_image_url.apply_to(&mut membership.profile_image_url);
        writer.update_team_membership(project, &membership).await?;
        let profile = shown(&mut writer, caller, team, user).await?;
        writer.commit().await?;
        Ok(profile)
    }

    /// Adds the members as users of the project to their profiles. Who was deleted meanwhile is left out.
    ///
    /// # Errors
    ///
    /// Only those of the storage.
    pub async fn with_users(
        &self,
        caller: &Caller,
        profiles: Vec<TeamMemberProfile>,
    ) -> DomainResult<Vec<(TeamMemberProfile, User)>> {
        let mut ids: Vec<UserId> = profiles.iter().map(|profile| profile.user_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let users = self
            .0
            .storage
            .read()
            .await?
            .find_users(caller.tenant.id(), &ids)
            .await?;
        let users: HashMap<UserId, User> = users.into_iter().map(|user| (user.profile.id, user)).collect();
        let with_user = |profile: TeamMemberProfile| Some((users.get(&profile.user_id)?.clone(), profile));
        Ok(profiles
            .into_iter()
            .filter_map(with_user)
            .map(|(user, profile)| (profile, user))
            .collect())
    }
}

/// Checks that a client's user may see the profile of `user`, or of everybody.
async fn require_readable<S: Storage>(
    core: &Core<S>,
    repositories: &mut impl Repositories,
    caller: &Caller,
    team: TeamId,
    user: Option<UserId>,
) -> DomainResult<()> {
    let permissions: &[&str] = match user {
        Some(user) if caller.is_self(user) => &[],
        _ => &["$read_members"],
    };
    core.require_team_access(repositories, caller, team, permissions).await
}

async fn require_user(repositories: &mut impl Repositories, caller: &Caller, user: UserId) -> DomainResult<()> {
    match repositories.find_user(caller.tenant.id(), user).await? {
        Some(_) => Ok(()),
        None => Err(KnownError::UserNotFound.into()),
    }
}

async fn shown(
    repositories: &mut impl Repositories,
    caller: &Caller,
    team: TeamId,
    user: UserId,
) -> DomainResult<TeamMemberProfile> {
    let found = repositories
        .find_team_member_profile(caller.tenant.id(), team, user)
        .await?;
    match found {
        Some(profile) => Ok(profile),
        None => {
            require_user(repositories, caller, user).await?;
            Err(known::team_membership_not_found(team, user))
        }
    }
}
