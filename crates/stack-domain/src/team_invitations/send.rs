//! Sending invitations, and revoking them.

use stack_types::{KnownError, TeamId, TeamInvitationId};

use super::{Invited, KIND, TeamInvitations};
use crate::{
    access::Caller,
    emails,
    error::{DomainError, DomainResult},
    known,
    mail::{Recipient, SystemMail},
    models::TeamInvitation,
    one_time_codes::link_with,
    ports::{Storage, StorageError, TeamInvitationRepository, Transaction},
    redirects,
};

impl<S: Storage> TeamInvitations<S> {
    /// Checks that the caller may invite somebody to a team: before a try of sending mails is spent on it.
    ///
    /// # Errors
    ///
    /// `TEAM_MEMBERSHIP_NOT_FOUND`, `TEAM_PERMISSION_REQUIRED` without `$invite_members` for clients; `TEAM_NOT_FOUND`.
    pub async fn require_invitable(&self, caller: &Caller, team: TeamId) -> DomainResult<()> {
        let mut reader = self.0.storage.read().await?;
        self.0
            .require_team_access(&mut reader, caller, team, &["$invite_members"])
            .await
    }

    /// Mails an invitation to a team, and gives its id, which says nothing of the code.
    ///
    /// Whether the address is a user's, or even a member's, makes no difference.
    ///
    /// # Errors
    ///
    /// Those of [`Self::require_invitable`]; `REDIRECT_URL_NOT_WHITELISTED`.
    pub async fn send(
        &self,
        caller: &Caller,
        team: TeamId,
        email: &str,
        callback_url: &str,
    ) -> DomainResult<TeamInvitationId> {
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let mut writer = core.storage.write().await?;
        core.require_team_access(&mut writer, caller, team, &["$invite_members"])
            .await?;
        redirects::require_trusted(callback_url, &tenant.config.domains)?;
        let team = core.find_team_or_refuse(&mut writer, tenant, team).await?;
        let data = Invited { team_id: team.id };
        let issued = core.issue_known_code(&mut writer, tenant, KIND, &data).await?;
        let invitation = TeamInvitation {
            id: issued.id.0.into(),
            team_id: team.id,
            recipient_email: emails::normalize(email),
            created_at: issued.created_at,
            expires_at: issued.expires_at,
        };
        let inserted = writer.insert_team_invitation(tenant.id(), &invitation).await;
        inserted.map_err(|error| match error {
            // The team was deleted just now.
            StorageError::MissingReference => known::team_not_found(team.id),
            other => other.into(),
        })?;
        let to = Recipient {
            address: invitation.recipient_email,
            user_id: None,
        };
        let mail = SystemMail::TeamInvitation {
            link: link_with(callback_url, &issued.code)?,
            team_display_name: team.display_name,
        };
        core.send_system_mail(&mut writer, tenant, to, mail).await?;
        writer.commit().await?;
        Ok(invitation.id)
    }

    /// Makes an invitation worthless. Who took it up before stays a member.
    ///
    /// # Errors
    ///
    /// Bad request if no team is named; `TEAM_MEMBERSHIP_NOT_FOUND`, `TEAM_PERMISSION_REQUIRED` without
    /// `$remove_members` for clients; `TEAM_NOT_FOUND`; `VERIFICATION_CODE_NOT_FOUND` if there is no such open
    /// invitation to this team.
    pub async fn revoke(&self, caller: &Caller, team: Option<TeamId>, id: TeamInvitationId) -> DomainResult<()> {
        let Some(team) = team else {
            return Err(DomainError::bad_request(
                "Name the team that the invitation is for in team_id.",
            ));
        };
        let core = &*self.0;
        let mut writer = core.storage.write().await?;
        core.require_team_access(&mut writer, caller, team, &["$remove_members"])
            .await?;
        if !writer.delete_team_invitation(caller.tenant.id(), team, id).await? {
            return Err(KnownError::VerificationCodeNotFound.into());
        }
        Ok(writer.commit().await?)
    }
}
