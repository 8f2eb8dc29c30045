//! Tag `internal-onboarding`.

use stack_domain::models::User;
use stack_server_api::{
    AdminAccess, ApiError, InternalOnboardingApi, Principal, ServerAccess,
    internal_onboarding::{
        GetSignUpRulesStatsRequest, PreviewAffectedUsersRequest, SendSignInInvitationRequest, TestSignUpRulesRequest,
    },
};
use stack_types::{AffectedUsers, SignUpRulesStats, SignUpRulesTestResult, Success};

use super::{Server, authenticate::Tenant, error::api_error, not_built, server::SUCCESS};

type Admin = Principal<AdminAccess, Tenant, Option<User>>;

impl InternalOnboardingApi for Server {
    async fn preview_affected_users(
        &self,
        _: Admin,
        _: PreviewAffectedUsersRequest,
    ) -> Result<AffectedUsers, ApiError> {
        Err(not_built::answer_of("preview_affected_users"))
    }

    async fn send_sign_in_invitation(
        &self,
        who: Principal<ServerAccess, Tenant, Option<User>>,
        request: SendSignInInvitationRequest,
    ) -> Result<Success, ApiError> {
        let (project, body) = (&who.tenant.project, request.body);
        let sent = self.domain.otp.invite(project, &body.email, &body.callback_url).await;
        sent.map(|()| SUCCESS).map_err(api_error)
    }

    async fn get_sign_up_rules_stats(
        &self,
        _: Admin,
        _: GetSignUpRulesStatsRequest,
    ) -> Result<SignUpRulesStats, ApiError> {
        Err(not_built::answer_of("get_sign_up_rules_stats"))
    }

    async fn test_sign_up_rules(&self, _: Admin, _: TestSignUpRulesRequest) -> Result<SignUpRulesTestResult, ApiError> {
        Err(not_built::answer_of("test_sign_up_rules"))
    }
}
