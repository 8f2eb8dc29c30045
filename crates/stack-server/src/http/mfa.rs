//! Tag `mfa`.

use stack_domain::{models::User, sessions::SignedIn};
use stack_server_api::{Access, ApiError, MfaApi, Principal, mfa::SignInWithSecondFactorRequest};
use stack_types::SignInOrUpResult;

use super::{Server, authenticate::Tenant, limits::origin};

impl MfaApi for Server {
    async fn sign_in_with_second_factor(
        &self,
        who: Principal<Access, Tenant, Option<User>>,
        request: SignInWithSecondFactorRequest,
    ) -> Result<SignInOrUpResult, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, body) = (&who.tenant.project, request.body);
        let signed_in = self
            .domain
            .second_factors
            .sign_in(project, &body.code, &body.totp, origin.ip_info());
        match signed_in.await {
            Ok(signed_in) => Ok(sign_in_or_up_result(signed_in)),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }
}

/// The tokens of a session that has just begun, and whether it is the user's first.
pub(super) fn sign_in_or_up_result(signed_in: SignedIn) -> SignInOrUpResult {
    let SignedIn { tokens, is_new_user } = signed_in;
    SignInOrUpResult {
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        user_id: tokens.user_id,
        is_new_user,
    }
}
