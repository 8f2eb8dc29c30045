//! Taking up invitations, by code and by address, and looking at what they lead to.

use stack_types::{KnownError, Secret, TeamInvitationId, UserId};

use super::{Invited, KIND, TeamInvitations};
use crate::{
    access::Caller,
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{OneTimeCodeId, OpenTeamInvitation, User},
    one_time_codes::CheckedCode,
    ports::{
        OneTimeCodeRepository, Repositories, Storage, TeamInvitationRepository, TeamRepository, Transaction,
        UserRepository,
    },
    users::RestrictedReason,
};

impl<S: Storage> TeamInvitations<S> {
    /// Tries a code, which counts, and doesn't use it up.
    ///
    /// # Errors
    ///
    /// Those of codes.
    pub async fn check_code(&self, tenant: &Tenant, code: &Secret) -> DomainResult<()> {
        self.checked(tenant, code).await.map(drop)
    }

    /// What a code leads to. It counts as a try, and the code isn't used up.
    ///
    /// # Errors
    ///
    /// Those of codes; `TEAM_INVITATION_RESTRICTED_USER_NOT_ALLOWED`.
    pub async fn details(&self, tenant: &Tenant, user: &User, code: &Secret) -> DomainResult<OpenTeamInvitation> {
        let (_, open) = self.checked(tenant, code).await?;
        require_unrestricted(tenant, user)?;
        Ok(open)
    }

    /// Makes a user a member by the code of an invitation, whomever it was sent to, and uses it up. A member stays one.
    ///
    /// A user who is restricted doesn't use it up: once they aren't any more, it is as good as before.
    ///
    /// # Errors
    ///
    /// Those of codes; `TEAM_INVITATION_RESTRICTED_USER_NOT_ALLOWED`.
    pub async fn accept(&self, tenant: &Tenant, user: &User, code: &Secret) -> DomainResult<()> {
        let (checked, open) = self.checked(tenant, code).await?;
        require_unrestricted(tenant, user)?;
        self.0.take_up(tenant, checked.id, &open, user.profile.id).await
    }

    /// Makes a user a member by an invitation that went to one of their verified addresses, and uses it up. A member
    /// stays one.
    ///
    /// # Errors
    ///
    /// Forbidden if a client means somebody else; `TEAM_INVITATION_RESTRICTED_USER_NOT_ALLOWED`;
    /// `VERIFICATION_CODE_NOT_FOUND` if there is no such open invitation to this user, whatever the reason.
    pub async fn accept_by_id(&self, caller: &Caller, id: TeamInvitationId, user: UserId) -> DomainResult<()> {
        if caller.is_client_meaning_another(user) {
            return Err(DomainError::forbidden(
                "A client may only take up invitations for its own user.",
            ));
        }
        let (core, tenant) = (&*self.0, &*caller.tenant);
        let open = {
            let mut reader = core.storage.read().await?;
            let found = reader.find_user(tenant.id(), user).await?;
            let user = found.ok_or(KnownError::VerificationCodeNotFound)?;
            require_unrestricted(tenant, &user)?;
            find_for(&mut reader, core, tenant, id, &user).await?
        };
        let open = open.ok_or(KnownError::VerificationCodeNotFound)?;
        let taken_up = core.take_up(tenant, OneTimeCodeId(id.0), &open, user).await;
        taken_up.map_err(|error| match error.known() {
            Some(KnownError::VerificationCodeAlreadyUsed) => KnownError::VerificationCodeNotFound.into(),
            _ => error,
        })
    }

    async fn checked(
        &self,
        tenant: &Tenant,
        code: &Secret,
    ) -> DomainResult<(CheckedCode<Invited>, OpenTeamInvitation)> {
        let checked = self.0.check_code::<Invited>(tenant, KIND, code).await?;
        let mut reader = self.0.storage.read().await?;
        let open = reader.find_team_invitation(tenant.id(), checked.id.0.into()).await?;
        Ok((checked, open.ok_or(KnownError::VerificationCodeNotFound)?))
    }
}

impl<S: Storage> Core<S> {
    /// Uses an invitation up and makes a user a member, or neither.
    ///
    /// # Errors
    ///
    /// `VERIFICATION_CODE_ALREADY_USED` if somebody was faster; `VERIFICATION_CODE_NOT_FOUND` if the invitation was
    /// revoked or the team deleted meanwhile.
    async fn take_up(
        &self,
        tenant: &Tenant,
        code: OneTimeCodeId,
        open: &OpenTeamInvitation,
        user: UserId,
    ) -> DomainResult<()> {
        let (project, invitation) = (tenant.id(), &open.invitation);
        let team = invitation.team_id;
        let mut writer = self.storage.write().await?;
        if !writer.lock_team(project, team).await? {
            return Err(KnownError::VerificationCodeNotFound.into());
        }
        if !writer.use_one_time_code(project, code, self.now()).await? {
            return Err(KnownError::VerificationCodeAlreadyUsed.into());
        }
        if !writer.delete_team_invitation(project, team, invitation.id).await? {
            return Err(KnownError::VerificationCodeNotFound.into());
        }
        if writer.find_team_membership(project, team, user).await?.is_none() {
            self.join_team(&mut writer, tenant, team, user).await?;
        }
        Ok(writer.commit().await?)
    }
}

/// The invitation of this id, if it holds and went to a verified address of the user's.
async fn find_for<S: Storage>(
    repositories: &mut impl Repositories,
    core: &Core<S>,
    tenant: &Tenant,
    id: TeamInvitationId,
    user: &User,
) -> DomainResult<Option<OpenTeamInvitation>> {
    let open = repositories.find_team_invitation(tenant.id(), id).await?;
    let Some(open) = open.filter(|open| open.invitation.expires_at > core.now()) else {
        return Ok(None);
    };
    let channels = repositories.list_contact_channels(tenant.id(), user.profile.id).await?;
    let is_theirs = channels
        .iter()
        .any(|channel| channel.is_verified && channel.value == open.invitation.recipient_email);
    Ok(is_theirs.then_some(open))
}

fn require_unrestricted(tenant: &Tenant, user: &User) -> DomainResult<()> {
    match RestrictedReason::of(user, &tenant.config) {
        Some(reason) => Err(known::team_invitation_restricted(reason)),
        None => Ok(()),
    }
}
