//! Tag `passkey`.

use stack_domain::{models::User, passkeys::Start};
use stack_server_api::{
    Access, ApiError, PasskeyApi, Principal,
    passkey::{
        InitiatePasskeyAuthenticationRequest, InitiatePasskeyRegistrationRequest, RegisterPasskeyRequest,
        SignInWithPasskeyRequest,
    },
};
use stack_types::{PasskeyAuthenticationStart, PasskeyRegistrationStart, RegisteredPasskey, SignInOrUpResult};

use super::{Server, authenticate::Tenant, error::api_error, limits::origin, mfa::sign_in_or_up_result};

type Anybody = Principal<Access, Tenant, Option<User>>;
type SignedIn = Principal<Access, Tenant, User>;

impl PasskeyApi for Server {
    async fn initiate_passkey_registration(
        &self,
        who: SignedIn,
        _: InitiatePasskeyRegistrationRequest,
    ) -> Result<PasskeyRegistrationStart, ApiError> {
        let started = self.domain.passkeys.start_registration(&who.tenant.project, &who.user);
        let Start { options, code } = started.await.map_err(api_error)?;
        Ok(PasskeyRegistrationStart {
            options_json: options,
            code,
        })
    }

    async fn register_passkey(
        &self,
        who: SignedIn,
        request: RegisterPasskeyRequest,
    ) -> Result<RegisteredPasskey, ApiError> {
        let (project, user, body) = (&who.tenant.project, who.user.profile.id, request.body);
        let registered = self
            .domain
            .passkeys
            .register(project, user, &body.credential, &body.code);
        let user_handle = registered.await.map_err(api_error)?;
        Ok(RegisteredPasskey { user_handle })
    }

    async fn initiate_passkey_authentication(
        &self,
        who: Anybody,
        _: InitiatePasskeyAuthenticationRequest,
    ) -> Result<PasskeyAuthenticationStart, ApiError> {
        let started = self.domain.passkeys.start_sign_in(&who.tenant.project);
        let Start { options, code } = started.await.map_err(api_error)?;
        Ok(PasskeyAuthenticationStart {
            options_json: options,
            code,
        })
    }

    async fn sign_in_with_passkey(
        &self,
        who: Anybody,
        request: SignInWithPasskeyRequest,
    ) -> Result<SignInOrUpResult, ApiError> {
        let origin = origin(&who, &request.info);
        let (project, body) = (&who.tenant.project, request.body);
        self.limit_sign_in(project, origin, None).await?;
        let signed_in =
            self.domain
                .passkeys
                .sign_in(project, &body.authentication_response, &body.code, origin.ip_info());
        match signed_in.await {
            Ok(signed_in) => Ok(sign_in_or_up_result(signed_in)),
            Err(error) => Err(self.refused_token(project, origin, error).await),
        }
    }
}
