//! Tag `password`.

use stack_domain::{models::User, password::SignUp, sessions::SessionTokens};
use stack_server_api::{
    Access, ApiError, PasswordApi, Principal,
    password::{
        CheckPasswordResetCodeRequest, ResetPasswordRequest, SendPasswordResetCodeRequest, SetPasswordRequest,
        SignInWithPasswordRequest, SignUpWithPasswordRequest, UpdatePasswordRequest,
    },
};
use stack_types::{PasswordResetCodeChecked, PasswordResetCodeSent, SignInResult, Success};

use super::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    limits::origin,
    server::SUCCESS,
};

type Anybody = Principal<Access, Tenant, Option<User>>;
type SignedIn = Principal<Access, Tenant, User>;

impl PasswordApi for Server {
    async fn sign_up_with_password(
        &self,
        who: Anybody,
        request: SignUpWithPasswordRequest,
    ) -> Result<SignInResult, ApiError> {
        let origin = origin(&who, &request.info);
        self.limit_sign_up(&who.tenant.project, origin).await?;
        let command = SignUp {
            email: request.body.email,
            password: request.body.password,
            verification_callback_url: request.body.verification_callback_url,
            ip_info: origin.ip_info(),
        };
        let signed_up = self.domain.passwords.sign_up(&caller(who), command).await;
        signed_up.map(sign_in_result).map_err(api_error)
    }

    async fn sign_in_with_password(
        &self,
        who: Anybody,
        request: SignInWithPasswordRequest,
    ) -> Result<SignInResult, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, body) = (&who.tenant.project, request.body);
        self.limit_sign_in(project, origin, Some(&body.email)).await?;
        let signed_in = self
            .domain
            .passwords
            .sign_in(project, &body.email, &body.password, origin.ip_info());
        signed_in.await.map(sign_in_result).map_err(api_error)
    }

    async fn set_password(&self, who: SignedIn, request: SetPasswordRequest) -> Result<Success, ApiError> {
        let (project, user) = (&who.tenant.project, who.user.profile.id);
        self.limit_password(project, origin(&who, &request.info), user).await?;
        let set = self.domain.passwords.set(&signed_in(who), &request.body.password).await;
        set.map(|()| SUCCESS).map_err(api_error)
    }

    async fn update_password(&self, who: SignedIn, request: UpdatePasswordRequest) -> Result<Success, ApiError> {
        let (project, user) = (&who.tenant.project, who.user.profile.id);
        self.limit_password(project, origin(&who, &request.info), user).await?;
        let (caller, body, keep) = (signed_in(who), request.body, request.refresh_token);
        let updated = self
            .domain
            .passwords
            .update(&caller, &body.old_password, &body.new_password, keep.as_ref());
        updated.await.map(|()| SUCCESS).map_err(api_error)
    }

    async fn send_password_reset_code(
        &self,
        who: Anybody,
        request: SendPasswordResetCodeRequest,
    ) -> Result<PasswordResetCodeSent, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, body, passwords) = (&who.tenant.project, request.body, &self.domain.passwords);
        self.limit_mail(project, origin, &body.email).await?;
        let sent = passwords
            .send_reset_code(project, &body.email, &body.callback_url)
            .await;
        sent.map(|()| reset_code_sent()).map_err(api_error)
    }

    async fn reset_password(&self, who: Anybody, request: ResetPasswordRequest) -> Result<Success, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, body, passwords) = (&who.tenant.project, request.body, &self.domain.passwords);
        match passwords.reset(project, &body.code, &body.password).await {
            Ok(()) => Ok(SUCCESS),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }

    async fn check_password_reset_code(
        &self,
        who: Anybody,
        request: CheckPasswordResetCodeRequest,
    ) -> Result<PasswordResetCodeChecked, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, code) = (&who.tenant.project, request.body.code);
        match self.domain.passwords.check_reset_code(project, &code).await {
            Ok(()) => Ok(PasswordResetCodeChecked { is_code_valid: true }),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }
}

/// The tokens of a session that has just begun.
pub(super) fn sign_in_result(tokens: SessionTokens) -> SignInResult {
    SignInResult {
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token,
        user_id: tokens.user_id,
    }
}

/// Says no more than that the request was understood.
fn reset_code_sent() -> PasswordResetCodeSent {
    PasswordResetCodeSent {
        success: "maybe, only if user with e-mail exists".to_owned(),
    }
}
