//! The trait of the tag.

use stack_domain::{models::User, users::server_user};
use stack_server_api::{
    Access, ApiError, ClientAccess, Principal, ServerAccess, UsersApi,
    users::{
        CreateUserRequest, DeleteCurrentUserRequest, DeleteUserRequest, GetCurrentUserRequest, GetUserRequest,
        ListUsersRequest, UpdateCurrentUserAsClientRequest, UpdateCurrentUserAsServerRequest, UpdateUserRequest,
    },
};
use stack_types::{Success, UserList, client, server};

use super::{
    change::{client_update, list_command, server_update, user_creation},
    shown::{client_user, user_list},
};
use crate::http::{
    Server,
    authenticate::{Tenant, caller, signed_in},
    error::api_error,
    server::SUCCESS,
};

type AsClient = Principal<ClientAccess, Tenant, User>;
type AsServer = Principal<ServerAccess, Tenant, User>;
type AnyServer = Principal<ServerAccess, Tenant, Option<User>>;

impl UsersApi for Server {
    async fn list_users(&self, who: AnyServer, request: ListUsersRequest) -> Result<UserList, ApiError> {
        let project = &who.tenant.project;
        let page = self.domain.users.list(project, list_command(request.query)).await;
        page.map(|page| user_list(page, &project.config)).map_err(api_error)
    }

    async fn create_user(&self, who: AnyServer, request: CreateUserRequest) -> Result<server::User, ApiError> {
        let project = &who.tenant.project;
        let created = self.domain.users.create(project, user_creation(request.body)).await;
        created
            .map(|user| server_user(user, &project.config))
            .map_err(api_error)
    }

    async fn get_current_user_as_client(
        &self,
        who: AsClient,
        _: GetCurrentUserRequest,
    ) -> Result<client::User, ApiError> {
        Ok(client_user(who.user, &who.tenant.project.config))
    }

    async fn get_current_user_as_server(
        &self,
        who: AsServer,
        _: GetCurrentUserRequest,
    ) -> Result<server::User, ApiError> {
        Ok(server_user(who.user, &who.tenant.project.config))
    }

    async fn update_current_user_as_client(
        &self,
        who: AsClient,
        request: UpdateCurrentUserAsClientRequest,
    ) -> Result<client::User, ApiError> {
        let (id, caller) = (who.user.profile.id, signed_in(who));
        let updated = self.domain.users.update(&caller, id, client_update(request.body)).await;
        updated
            .map(|user| client_user(user, &caller.tenant.config))
            .map_err(api_error)
    }

    async fn update_current_user_as_server(
        &self,
        who: AsServer,
        request: UpdateCurrentUserAsServerRequest,
    ) -> Result<server::User, ApiError> {
        let (id, caller) = (who.user.profile.id, signed_in(who));
        let updated = self.domain.users.update(&caller, id, server_update(request.body)).await;
        updated
            .map(|user| server_user(user, &caller.tenant.config))
            .map_err(api_error)
    }

    async fn delete_current_user(
        &self,
        who: Principal<Access, Tenant, User>,
        _: DeleteCurrentUserRequest,
    ) -> Result<Success, ApiError> {
        let (id, caller) = (who.user.profile.id, signed_in(who));
        let deleted = self.domain.users.delete(&caller, id).await;
        deleted.map(|()| SUCCESS).map_err(api_error)
    }

    async fn get_user(&self, who: AnyServer, request: GetUserRequest) -> Result<server::User, ApiError> {
        let caller = caller(who);
        let id = caller.resolve(request.path.user_id).map_err(api_error)?;
        let found = self.domain.users.get(caller.tenant.id(), id).await;
        found
            .map(|user| server_user(user, &caller.tenant.config))
            .map_err(api_error)
    }

    async fn update_user(&self, who: AnyServer, request: UpdateUserRequest) -> Result<server::User, ApiError> {
        let caller = caller(who);
        let id = caller.resolve(request.path.user_id).map_err(api_error)?;
        let updated = self.domain.users.update(&caller, id, server_update(request.body)).await;
        updated
            .map(|user| server_user(user, &caller.tenant.config))
            .map_err(api_error)
    }

    async fn delete_user(&self, who: AnyServer, request: DeleteUserRequest) -> Result<Success, ApiError> {
        let caller = caller(who);
        let id = caller.resolve(request.path.user_id).map_err(api_error)?;
        let deleted = self.domain.users.delete(&caller, id).await;
        deleted.map(|()| SUCCESS).map_err(api_error)
    }
}
