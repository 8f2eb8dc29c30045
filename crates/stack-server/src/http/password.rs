//! Tag `password`.

use stack_domain::{
    models::User,
    password::{SignUp, VerificationRequest},
    sessions::SessionTokens,
};
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
    not_built,
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
        let command = SignUp {
            email: request.body.email,
            password: request.body.password,
            verification_callback_url: request.body.verification_callback_url,
            ip_info: None,
        };
        let signed_up = self.domain.passwords.sign_up(&caller(who), command).await;
        let signed_up = signed_up.map_err(api_error)?;
        if let Some(mail) = &signed_up.verification {
            skip_mail(mail);
        }
        Ok(sign_in_result(signed_up.tokens))
    }

    async fn sign_in_with_password(
        &self,
        who: Anybody,
        request: SignInWithPasswordRequest,
    ) -> Result<SignInResult, ApiError> {
        let (project, body) = (&who.tenant.project, request.body);
        let signed_in = self
            .domain
            .passwords
            .sign_in(project, &body.email, &body.password, None);
        signed_in.await.map(sign_in_result).map_err(api_error)
    }

    async fn set_password(&self, who: SignedIn, request: SetPasswordRequest) -> Result<Success, ApiError> {
        let set = self.domain.passwords.set(&signed_in(who), &request.body.password).await;
        set.map(|()| SUCCESS).map_err(api_error)
    }

    async fn update_password(&self, who: SignedIn, request: UpdatePasswordRequest) -> Result<Success, ApiError> {
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
        _: SendPasswordResetCodeRequest,
    ) -> Result<PasswordResetCodeSent, ApiError> {
        let sent = self.domain.passwords.send_reset_code(&who.tenant.project).await;
        sent.map(|()| reset_code_sent()).map_err(api_error)
    }

    async fn reset_password(&self, who: Anybody, request: ResetPasswordRequest) -> Result<Success, ApiError> {
        let (project, password) = (&who.tenant.project, request.body.password);
        let reset = self.domain.passwords.reset(project, &password).await;
        reset.map(|()| SUCCESS).map_err(api_error)
    }

    async fn check_password_reset_code(
        &self,
        _: Anybody,
        _: CheckPasswordResetCodeRequest,
    ) -> Result<PasswordResetCodeChecked, ApiError> {
        Err(not_built::answer_of("check_password_reset_code"))
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

/// The user stays unverified, which is what they are without the mail, too. Whom it was for isn't logged.
fn skip_mail(_: &VerificationRequest) {
    tracing::warn!("somebody who signed up asked for a verification mail, but this server sends none yet");
}
