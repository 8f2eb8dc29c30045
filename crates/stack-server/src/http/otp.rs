//! Tag `otp`.

use stack_domain::models::User;
use stack_server_api::{
    Access, ApiError, OtpApi, Principal,
    otp::{CheckSignInCodeRequest, SendSignInCodeRequest, SignInWithCodeRequest},
};
use stack_types::{SignInCodeSent, SignInOrUpResult, VerificationCodeChecked};

use super::{
    Server,
    authenticate::{Tenant, caller},
    error::api_error,
    limits::origin,
    mfa::sign_in_or_up_result,
    server::CODE_IS_VALID,
};

type Anybody = Principal<Access, Tenant, Option<User>>;

impl OtpApi for Server {
    async fn send_sign_in_code(
        &self,
        who: Anybody,
        request: SendSignInCodeRequest,
    ) -> Result<SignInCodeSent, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, body) = (&who.tenant.project, request.body);
        self.limit_mail(project, origin, &body.email).await?;
        let sent = self
            .domain
            .otp
            .send_code(project, &body.email, &body.callback_url)
            .await;
        sent.map(|nonce| SignInCodeSent { nonce }).map_err(api_error)
    }

    async fn sign_in_with_code(
        &self,
        who: Anybody,
        request: SignInWithCodeRequest,
    ) -> Result<SignInOrUpResult, ApiError> {
        let origin = origin(&who, &request.info);
        let caller = caller(who);
        self.limit_sign_in(&caller.tenant, origin, None).await?;
        match self
            .domain
            .otp
            .sign_in(&caller, &request.body.code, origin.ip_info())
            .await
        {
            Ok(signed_in) => Ok(sign_in_or_up_result(signed_in)),
            Err(error) => Err(self.refused_token(&caller.tenant, origin, error).await),
        }
    }

    async fn check_sign_in_code(
        &self,
        who: Anybody,
        request: CheckSignInCodeRequest,
    ) -> Result<VerificationCodeChecked, ApiError> {
        let origin = origin(&who, &request.info);
        let project = &who.tenant.project;
        match self.domain.otp.check_code(project, &request.body.code).await {
            Ok(()) => Ok(CODE_IS_VALID),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }
}
