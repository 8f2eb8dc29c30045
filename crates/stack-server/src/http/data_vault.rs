//! Tag `data-vault`.

use stack_domain::models::User;
use stack_server_api::{
    ApiError, DataVaultApi, Principal, ServerAccess,
    data_vault::{GetDataVaultValueRequest, SetDataVaultValueRequest},
};
use stack_types::{DataVaultValue, Success};

use super::{Server, authenticate::Tenant, error::api_error, server::SUCCESS};

type AsServer = Principal<ServerAccess, Tenant, Option<User>>;

impl DataVaultApi for Server {
    async fn get_data_vault_value(
        &self,
        who: AsServer,
        request: GetDataVaultValueRequest,
    ) -> Result<DataVaultValue, ApiError> {
        let (store, key) = (&request.path.id, &request.body.hashed_key);
        let found = self.domain.data_vault.get(&who.tenant.project, store, key).await;
        Ok(DataVaultValue {
            encrypted_value: found.map_err(api_error)?,
        })
    }

    async fn set_data_vault_value(
        &self,
        who: AsServer,
        request: SetDataVaultValueRequest,
    ) -> Result<Success, ApiError> {
        let (store, body, vault) = (&request.path.id, request.body, &self.domain.data_vault);
        let set = vault.set(&who.tenant.project, store, &body.hashed_key, &body.encrypted_value);
        set.await.map(|()| SUCCESS).map_err(api_error)
    }
}
