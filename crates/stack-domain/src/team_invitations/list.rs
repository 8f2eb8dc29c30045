//! Which invitations are open.

use stack_types::{KnownError, TeamId, UserId};

use super::TeamInvitations;
use crate::{
    access::Caller,
    error::{DomainError, DomainResult},
    models::OpenTeamInvitation,
    ports::{Storage, TeamInvitationRepository, UserRepository},
    teams::{ASKED_FOR, all_of},
};

impl<S: Storage> TeamInvitations<S> {
    /// Lists open invitations, the oldest first: those to a team, or those to any verified address of a user.
    ///
    /// # Errors
    ///
    /// Bad request unless either a team or a user is named, or if there are more than [`crate::teams::MAX_LISTED`]. For a team: `TEAM_MEMBERSHIP_NOT_FOUND`,
    /// `TEAM_PERMISSION_REQUIRED` without `$read_members` and `$invite_members` for clients; `TEAM_NOT_FOUND`. For a
    /// user: forbidden if a client means somebody else; `USER_NOT_FOUND`.
    pub async fn list(
        &self,
        caller: &Caller,
        team: Option<TeamId>,
        user: Option<UserId>,
    ) -> DomainResult<Vec<OpenTeamInvitation>> {
        match (team, user) {
            (Some(team), None) => self.list_to_team(caller, team).await,
            (None, Some(user)) => self.list_of_user(caller, user).await,
            (Some(_), Some(_)) | (None, None) => Err(DomainError::bad_request(
                "Name either a team in team_id or a user in user_id.",
            )),
        }
    }

    async fn list_to_team(&self, caller: &Caller, team: TeamId) -> DomainResult<Vec<OpenTeamInvitation>> {
        let (core, project) = (&*self.0, caller.tenant.id());
        let mut reader = core.storage.read().await?;
        core.require_team_access(&mut reader, caller, team, &["$read_members", "$invite_members"])
            .await?;
        let listed = reader.list_invitations_to_team(project, team, core.now(), ASKED_FOR);
        all_of(listed.await?)
    }

    async fn list_of_user(&self, caller: &Caller, user: UserId) -> DomainResult<Vec<OpenTeamInvitation>> {
        if caller.is_client_meaning_another(user) {
            return Err(DomainError::forbidden(
                "A client may only list the invitations of its own user.",
            ));
        }
        let (core, project) = (&*self.0, caller.tenant.id());
        let mut reader = core.storage.read().await?;
        if reader.find_user(project, user).await?.is_none() {
            return Err(KnownError::UserNotFound.into());
        }
        let listed = reader.list_invitations_of_user(project, user, core.now(), ASKED_FOR);
        all_of(listed.await?)
    }
}
