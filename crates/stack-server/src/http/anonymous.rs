//! Tag `anonymous`.

use stack_domain::models::User;
use stack_server_api::{Access, AnonymousApi, ApiError, Principal, anonymous::SignUpAnonymouslyRequest};
use stack_types::SignInResult;

use super::{Server, authenticate::Tenant, error::api_error, limits::origin, password::sign_in_result};

impl AnonymousApi for Server {
    async fn sign_up_anonymously(
        &self,
        who: Principal<Access, Tenant, Option<User>>,
        request: SignUpAnonymouslyRequest,
    ) -> Result<SignInResult, ApiError> {
        let origin = origin(&who, &request.info);
        self.limit_sign_up(&who.tenant.project, origin).await?;
        let signed_up = self
            .domain
            .anonymous
            .sign_up(&who.tenant.project, origin.ip_info())
            .await;
        signed_up.map(sign_in_result).map_err(api_error)
    }
}
