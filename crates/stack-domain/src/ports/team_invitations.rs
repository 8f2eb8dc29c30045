//! Where open invitations to teams are kept.

use std::future::Future;

use stack_types::{Millis, ProjectId, TeamId, TeamInvitationId, UserId};

use super::StorageResult;
use crate::models::{OpenTeamInvitation, TeamInvitation};

/// The table of invitations that are neither taken up nor revoked.
///
/// The code of an invitation is a one-time code of the same id. An invitation goes with its code and with its team.
pub trait TeamInvitationRepository {
    /// Writes a new invitation.
    ///
    /// # Errors
    ///
    /// `MissingReference` if the team or the code of this id isn't there.
    fn insert_team_invitation(
        &mut self,
        project: &ProjectId,
        invitation: &TeamInvitation,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Reads an invitation, an expired one too.
    fn find_team_invitation(
        &mut self,
        project: &ProjectId,
        id: TeamInvitationId,
    ) -> impl Future<Output = StorageResult<Option<OpenTeamInvitation>>> + Send;

    /// Lists at most `limit` invitations to a team that hold at `now`, oldest first, then by id.
    fn list_invitations_to_team(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        now: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<OpenTeamInvitation>>> + Send;

    /// Lists at most `limit` invitations that hold at `now` and went to a verified address of the user's, oldest first,
    /// then by id.
    fn list_invitations_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
        now: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<Vec<OpenTeamInvitation>>> + Send;

    /// Deletes an invitation to a team; its code is left alone. Gives whether there was one: of several callers at once,
    /// one gets `true`.
    fn delete_team_invitation(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        id: TeamInvitationId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;
}
