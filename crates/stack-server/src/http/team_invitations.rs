//! Tag `team-invitations`.

use stack_domain::{
    access::Caller,
    limits::Origin,
    models::{OpenTeamInvitation, User},
};
use stack_server_api::{
    Access, ApiError, ClientAccess, Principal, ServerAccess, TeamInvitationsApi,
    team_invitations::{
        AcceptTeamInvitationByIdRequest, AcceptTeamInvitationRequest, CheckTeamInvitationCodeRequest,
        DeleteTeamInvitationRequest, GetTeamInvitationDetailsRequest, ListTeamInvitationsQuery,
        ListTeamInvitationsRequest, SendTeamInvitationRequest,
    },
};
use stack_types::{
    Empty, Success, TeamInvitation, TeamInvitationCreate, TeamInvitationDetails, TeamInvitationList,
    TeamInvitationSent, VerificationCodeChecked,
};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    limits::origin,
    server::{CODE_IS_VALID, SUCCESS},
};

type AsClient = Principal<ClientAccess, Tenant, User>;
type AsServer = Principal<ServerAccess, Tenant, Option<User>>;
type SignedIn = Principal<Access, Tenant, User>;

impl TeamInvitationsApi for Server {
    async fn list_team_invitations_as_client(
        &self,
        who: AsClient,
        request: ListTeamInvitationsRequest,
    ) -> Result<TeamInvitationList, ApiError> {
        self.list_team_invitations(&signed_in(who), request.query).await
    }

    async fn list_team_invitations_as_server(
        &self,
        who: AsServer,
        request: ListTeamInvitationsRequest,
    ) -> Result<TeamInvitationList, ApiError> {
        self.list_team_invitations(&caller(who), request.query).await
    }

    async fn send_team_invitation_as_client(
        &self,
        who: AsClient,
        request: SendTeamInvitationRequest,
    ) -> Result<TeamInvitationSent, ApiError> {
        let origin = origin(&who, &request.info);
        self.send_team_invitation(&signed_in(who), origin, request.body).await
    }

    async fn send_team_invitation_as_server(
        &self,
        who: AsServer,
        request: SendTeamInvitationRequest,
    ) -> Result<TeamInvitationSent, ApiError> {
        let origin = origin(&who, &request.info);
        self.send_team_invitation(&caller(who), origin, request.body).await
    }

    async fn accept_team_invitation(
        &self,
        who: SignedIn,
        request: AcceptTeamInvitationRequest,
    ) -> Result<Empty, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, invitations) = (&who.tenant.project, &self.domain.team_invitations);
        match invitations.accept(project, &who.user, &request.body.code).await {
            Ok(()) => Ok(Empty {}),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }

    async fn check_team_invitation_code(
        &self,
        who: Principal<Access, Tenant, Option<User>>,
        request: CheckTeamInvitationCodeRequest,
    ) -> Result<VerificationCodeChecked, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, invitations) = (&who.tenant.project, &self.domain.team_invitations);
        match invitations.check_code(project, &request.body.code).await {
            Ok(()) => Ok(CODE_IS_VALID),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }

    async fn get_team_invitation_details(
        &self,
        who: SignedIn,
        request: GetTeamInvitationDetailsRequest,
    ) -> Result<TeamInvitationDetails, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, invitations) = (&who.tenant.project, &self.domain.team_invitations);
        match invitations.details(project, &who.user, &request.body.code).await {
            Ok(open) => Ok(TeamInvitationDetails {
                team_id: open.invitation.team_id,
                team_display_name: open.team_display_name,
            }),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }

    async fn delete_team_invitation_as_client(
        &self,
        who: AsClient,
        request: DeleteTeamInvitationRequest,
    ) -> Result<Success, ApiError> {
        self.delete_team_invitation(&signed_in(who), request).await
    }

    async fn delete_team_invitation_as_server(
        &self,
        who: AsServer,
        request: DeleteTeamInvitationRequest,
    ) -> Result<Success, ApiError> {
        self.delete_team_invitation(&caller(who), request).await
    }

    async fn accept_team_invitation_by_id_as_client(
        &self,
        who: AsClient,
        request: AcceptTeamInvitationByIdRequest,
    ) -> Result<Empty, ApiError> {
        self.accept_team_invitation_by_id(&signed_in(who), request).await
    }

    async fn accept_team_invitation_by_id_as_server(
        &self,
        who: AsServer,
        request: AcceptTeamInvitationByIdRequest,
    ) -> Result<Empty, ApiError> {
        self.accept_team_invitation_by_id(&caller(who), request).await
    }
}

/// What is the same for clients and servers.
impl Server {
    async fn list_team_invitations(
        &self,
        caller: &Caller,
        query: ListTeamInvitationsQuery,
    ) -> Result<TeamInvitationList, ApiError> {
        let user = query.user_id.map(|user| caller.resolve(user)).transpose();
        let (user, invitations) = (user.map_err(api_error)?, &self.domain.team_invitations);
        let listed = invitations.list(caller, query.team_id, user).await.map_err(api_error)?;
        let items: Vec<_> = listed.into_iter().map(team_invitation).collect();
        Ok(TeamInvitationList::new(items, false))
    }

    async fn send_team_invitation(
        &self,
        caller: &Caller,
        origin: Origin,
        body: TeamInvitationCreate,
    ) -> Result<TeamInvitationSent, ApiError> {
        let (team, invitations) = (body.team_id, &self.domain.team_invitations);
        // Who may not invite spends nothing of the address.
        invitations.require_invitable(caller, team).await.map_err(api_error)?;
        self.limit_mail(&caller.tenant, origin, &body.email).await?;
        let sent = invitations.send(caller, team, &body.email, &body.callback_url).await;
        let id = sent.map_err(api_error)?;
        Ok(TeamInvitationSent { success: true, id })
    }

    async fn delete_team_invitation(
        &self,
        caller: &Caller,
        request: DeleteTeamInvitationRequest,
    ) -> Result<Success, ApiError> {
        let (team, id) = (request.query.team_id, request.path.id);
        let revoked = self.domain.team_invitations.revoke(caller, team, id).await;
        revoked.map(|()| SUCCESS).map_err(api_error)
    }

    async fn accept_team_invitation_by_id(
        &self,
        caller: &Caller,
        request: AcceptTeamInvitationByIdRequest,
    ) -> Result<Empty, ApiError> {
        let user = caller.resolve(request.query.user_id).map_err(api_error)?;
        let invitations = &self.domain.team_invitations;
        let accepted = invitations.accept_by_id(caller, request.path.id, user).await;
        accepted.map(|()| Empty {}).map_err(api_error)
    }
}

fn team_invitation(open: OpenTeamInvitation) -> TeamInvitation {
    TeamInvitation {
        id: open.invitation.id,
        team_id: open.invitation.team_id,
        team_display_name: open.team_display_name,
        expires_at_millis: open.invitation.expires_at,
        recipient_email: open.invitation.recipient_email,
    }
}
