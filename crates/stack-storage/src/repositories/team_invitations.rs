//! Open invitations to teams.

use stack_domain::{
    models::{OpenTeamInvitation, TeamInvitation},
    ports::{StorageResult, TeamInvitationRepository},
};
use stack_types::{Millis, ProjectId, TeamId, TeamInvitationId, UserId};
use uuid::Uuid;

use crate::db::{Mode, Row, Session, args};

const INSERT: &str = "
    INSERT INTO team_invitations (project_id, id, team_id, recipient_email, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";

macro_rules! select {
    ($from:literal, $rest:literal) => {
        concat!(
            "SELECT i.id, i.team_id, i.recipient_email, i.created_at, i.expires_at, t.display_name FROM ",
            $from,
            " JOIN teams t ON t.project_id = i.project_id AND t.id = i.team_id ",
            $rest
        )
    };
}

const FIND: &str = select!("team_invitations i", "WHERE i.project_id = $1 AND i.id = $2");

const LIST_TO_TEAM: &str = select!(
    "team_invitations i",
    "WHERE i.project_id = $1 AND i.team_id = $2 AND i.expires_at > $3 ORDER BY i.created_at, i.id LIMIT $4"
);

/// A user has an address once, so an invitation comes once.
const LIST_OF_USER: &str = select!(
    "contact_channels c JOIN team_invitations i ON i.project_id = c.project_id AND i.recipient_email = c.value",
    "WHERE c.project_id = $1 AND c.user_id = $2 AND c.kind = 'email' AND c.is_verified AND i.expires_at > $3
     ORDER BY i.created_at, i.id LIMIT $4"
);

const DELETE: &str = "DELETE FROM team_invitations WHERE project_id = $1 AND team_id = $2 AND id = $3";

impl<M: Mode> TeamInvitationRepository for Session<M> {
    async fn insert_team_invitation(&mut self, project: &ProjectId, invitation: &TeamInvitation) -> StorageResult<()> {
        let args = args![
            project,
            invitation.id.0,
            invitation.team_id,
            &invitation.recipient_email,
            invitation.created_at,
            invitation.expires_at,
        ];
        self.write(INSERT, args).await.map(drop)
    }

    async fn find_team_invitation(
        &mut self,
        project: &ProjectId,
        id: TeamInvitationId,
    ) -> StorageResult<Option<OpenTeamInvitation>> {
        let row = self.fetch_optional(FIND, args![project, id.0]).await?;
        row.as_ref().map(read).transpose()
    }

    async fn list_invitations_to_team(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        now: Millis,
        limit: u32,
    ) -> StorageResult<Vec<OpenTeamInvitation>> {
        let rows = self.fetch_all(LIST_TO_TEAM, args![project, team, now, limit]).await?;
        rows.iter().map(read).collect()
    }

    async fn list_invitations_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
        now: Millis,
        limit: u32,
    ) -> StorageResult<Vec<OpenTeamInvitation>> {
        let rows = self.fetch_all(LIST_OF_USER, args![project, user, now, limit]).await?;
        rows.iter().map(read).collect()
    }

    async fn delete_team_invitation(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        id: TeamInvitationId,
    ) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, team, id.0]).await? > 0)
    }
}

fn read(row: &Row) -> StorageResult<OpenTeamInvitation> {
    Ok(OpenTeamInvitation {
        invitation: TeamInvitation {
            id: row.get::<Uuid>("id")?.into(),
            team_id: row.get("team_id")?,
            recipient_email: row.get("recipient_email")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        },
        team_display_name: row.get("display_name")?,
    })
}
