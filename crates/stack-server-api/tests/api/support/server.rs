//! What [`Server`] does: it says who called and what arrived, as an error of status 418.

use std::{fmt::Debug, sync::Arc};

use axum::Router;
use http::StatusCode;
use stack_server_api::{
    Access, ApiError, ClientAccess, Cookie, HealthApi, MiscApi, OauthApi, PasswordApi, Principal, Redirect,
    ServerAccess, SessionsApi, UsersApi, health, misc, oauth, password, sessions, users,
};
use stack_types::ProjectId;

use super::{Server, User};

pub fn api_routes() -> Router<Arc<Server>> {
    Router::new()
        .merge(users::routes())
        .merge(sessions::routes())
        .merge(password::routes())
        .merge(misc::routes())
        .merge(oauth::routes())
}

pub fn root_routes() -> Router<Arc<Server>> {
    health::root_routes()
}

/// Caller and request, without where it comes from: these tests come from nowhere.
fn heard<T>(who: impl Debug, request: impl Debug) -> Result<T, ApiError> {
    let request = format!("{request:?}")
        .replace(" { info: RequestInfo { .. } }", "")
        .replace(", info: RequestInfo { .. }", "");
    Err(ApiError::text(StatusCode::IM_A_TEAPOT, format!("{who:?} {request}")))
}

/// Methods that say what they heard.
macro_rules! hear {
    ($($module:ident $name:ident($access:ty, $user:ty, $request:ident) -> $output:ty;)+) => {
        $(
            async fn $name(
                &self,
                who: Principal<$access, ProjectId, $user>,
                request: $module::$request,
            ) -> Result<$output, ApiError> {
                heard((who.access, who.user), request)
            }
        )+
    };
}

impl UsersApi for Server {
    hear! {
        users list_users(ServerAccess, Option<User>, ListUsersRequest) -> stack_types::server::UserList;
        users create_user(ServerAccess, Option<User>, CreateUserRequest) -> stack_types::server::User;
        users get_current_user_as_client(ClientAccess, User, GetCurrentUserRequest) -> stack_types::client::User;
        users get_current_user_as_server(ServerAccess, User, GetCurrentUserRequest) -> stack_types::server::User;
        users update_current_user_as_client(ClientAccess, User, UpdateCurrentUserAsClientRequest)
            -> stack_types::client::User;
        users update_current_user_as_server(ServerAccess, User, UpdateCurrentUserAsServerRequest)
            -> stack_types::server::User;
        users get_user(ServerAccess, Option<User>, GetUserRequest) -> stack_types::server::User;
        users update_user(ServerAccess, Option<User>, UpdateUserRequest) -> stack_types::server::User;
        users delete_user(ServerAccess, Option<User>, DeleteUserRequest) -> stack_types::Success;
    }

    /// Fails in the way that the user's name says.
    async fn delete_current_user(
        &self,
        who: Principal<Access, ProjectId, User>,
        _: users::DeleteCurrentUserRequest,
    ) -> Result<stack_types::Success, ApiError> {
        match who.user.as_str() {
            "broken" => Err(ApiError::internal("the disk with the secret files is full")),
            "busy" => Err(ApiError::busy(2, "Too many passwords at once.")),
            "panic" => panic!("the secret files are gone"),
            "unbuilt" => Err(ApiError::NotBuilt("deletion of users")),
            _ => Ok(stack_types::Success { success: true }),
        }
    }
}

impl SessionsApi for Server {
    hear! {
        sessions list_sessions_as_client(ClientAccess, User, ListSessionsRequest) -> stack_types::SessionList;
        sessions list_sessions_as_server(ServerAccess, Option<User>, ListSessionsRequest) -> stack_types::SessionList;
        sessions create_session(ServerAccess, Option<User>, CreateSessionRequest) -> stack_types::SessionTokens;
        sessions delete_current_session(Access, Option<User>, DeleteCurrentSessionRequest) -> stack_types::Success;
        sessions refresh_current_session(Access, Option<User>, RefreshCurrentSessionRequest)
            -> stack_types::RefreshedSession;
        sessions delete_session(Access, Option<User>, DeleteSessionRequest) -> stack_types::Success;
    }
}

impl PasswordApi for Server {
    hear! {
        password sign_up_with_password(Access, Option<User>, SignUpWithPasswordRequest) -> stack_types::SignInResult;
        password sign_in_with_password(Access, Option<User>, SignInWithPasswordRequest) -> stack_types::SignInResult;
        password set_password(Access, User, SetPasswordRequest) -> stack_types::Success;
        password update_password(Access, User, UpdatePasswordRequest) -> stack_types::Success;
        password send_password_reset_code(Access, Option<User>, SendPasswordResetCodeRequest)
            -> stack_types::PasswordResetCodeSent;
        password reset_password(Access, Option<User>, ResetPasswordRequest) -> stack_types::Success;
        password check_password_reset_code(Access, Option<User>, CheckPasswordResetCodeRequest)
            -> stack_types::PasswordResetCodeChecked;
    }
}

impl MiscApi for Server {
    async fn get_api_info(
        &self,
        who: Option<Principal<Access, ProjectId, Option<User>>>,
        _: misc::GetApiInfoRequest,
    ) -> Result<String, ApiError> {
        Ok(who.map_or("nobody".to_owned(), |who| format!("{} {:?}", who.access, who.user)))
    }

    async fn check_version(&self, request: misc::CheckVersionRequest) -> Result<stack_types::VersionVerdict, ApiError> {
        heard((), request)
    }

    async fn check_feature_support(
        &self,
        who: Option<Principal<Access, ProjectId, Option<User>>>,
        request: misc::CheckFeatureSupportRequest,
    ) -> Result<String, ApiError> {
        heard(who, request)
    }

    async fn get_migration_tests(&self, request: misc::GetMigrationTestsRequest) -> Result<String, ApiError> {
        heard((), request)
    }

    async fn get_migration_tests_handler(
        &self,
        request: misc::GetMigrationTestsHandlerRequest,
    ) -> Result<String, ApiError> {
        heard((), request)
    }
}

impl OauthApi for Server {
    hear! {
        oauth sign_in_with_apple(Access, Option<User>, SignInWithAppleRequest) -> stack_types::SignInOrUpResult;
        oauth authorize_cross_domain(Access, User, AuthorizeCrossDomainRequest) -> stack_types::CrossDomainAuthorization;
        oauth create_own_provider_access_token(Access, User, CreateOwnProviderAccessTokenRequest)
            -> stack_types::ConnectedAccountAccessToken;
    }

    async fn authorize_with_oauth_provider(
        &self,
        request: oauth::AuthorizeWithOauthProviderRequest,
    ) -> Result<oauth::AuthorizeWithOauthProviderAnswer, ApiError> {
        heard((), request)
    }

    /// Goes to the provider's name, by way of a cookie.
    async fn finish_oauth_authorization(
        &self,
        request: oauth::FinishOauthAuthorizationRequest,
    ) -> Result<oauth::FinishOauthAuthorizationAnswer, ApiError> {
        let target = Redirect::to(format!("https://{}.example.com", request.path.provider_id));
        let target = target.with_cookie(Cookie::removal("state"));
        Ok(oauth::FinishOauthAuthorizationAnswer::SeeOther(target))
    }

    async fn finish_oauth_authorization_by_form(
        &self,
        request: oauth::FinishOauthAuthorizationByFormRequest,
    ) -> Result<oauth::FinishOauthAuthorizationByFormAnswer, ApiError> {
        heard((), request)
    }

    /// Gives the client's id as access token.
    async fn create_oauth_token(
        &self,
        request: oauth::CreateOauthTokenRequest,
    ) -> Result<stack_types::OauthTokens, ApiError> {
        let header = request.authorization.and_then(|client| client.form_decoded());
        let client_id = request
            .body
            .client_id
            .or(header.map(|client| client.name))
            .ok_or_else(|| ApiError::oauth("invalid_client", "Name the client."))?;
        let tokens = serde_json::json!({
            "access_token": client_id, "token_type": "Bearer", "expires_in": 3600, "scope": "legacy",
        });
        serde_json::from_value(tokens).map_err(ApiError::internal)
    }
}

impl HealthApi for Server {
    async fn get_health(&self, _: health::GetHealthRequest) -> Result<stack_types::Health, ApiError> {
        serde_json::from_value(serde_json::json!({ "status": "ok" })).map_err(ApiError::internal)
    }

    async fn check_email_health(
        &self,
        request: health::CheckEmailHealthRequest,
    ) -> Result<stack_types::Success, ApiError> {
        heard((), request)
    }

    async fn fail_for_debugging(
        &self,
        request: health::FailForDebuggingRequest,
    ) -> Result<stack_types::Success, ApiError> {
        heard((), request)
    }
}
