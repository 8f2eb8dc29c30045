//! A server of one tag, the data vault: a map in memory, behind a key.
//!
//! ```text
//! cargo run -p stack-server-api --example data_vault
//! curl localhost:8102/api/v1/data-vault/stores/secrets/set -H 'content-type: application/json' \
//!   -H 'x-stack-access-type: server' -H 'x-stack-project-id: p' -H 'x-stack-secret-server-key: ssk_example' \
//!   -d '{"hashed_key": "a", "encrypted_value": "b"}'
//! ```
//!
//! What is in a request is checked before a method is called, and what a method says goes out as the contract has it.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;
use stack_server_api::{
    ApiError, Authenticate, Authenticated, Credentials, DataVaultApi, Principal, ServerAccess, WireLayer,
    data_vault::{self, GetDataVaultValueRequest, SetDataVaultValueRequest},
    mount,
};
use stack_types::{DataVaultStoreId, DataVaultValue, KnownError, ProjectId, Secret, Success};
use subtle::ConstantTimeEq as _;

/// What opens it.
const KEY: &str = "ssk_example";

/// The values by project, store and key.
type Values = BTreeMap<(ProjectId, DataVaultStoreId, String), Secret>;

/// The server.
#[derive(Default)]
struct Server(Mutex<Values>);

impl Authenticate for Server {
    type Tenant = ProjectId;
    type User = ();

    async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<ProjectId, ()>, ApiError> {
        // In constant time: how long it takes mustn't tell how much of a key is right.
        let is_right = |key: Secret| bool::from(key.expose().as_bytes().ct_eq(KEY.as_bytes()));
        if !credentials.secret_server_key.is_some_and(is_right) {
            return Err(KnownError::InvalidSecretServerKey {
                project_id: credentials.project_id,
            }
            .into());
        }
        Ok(Authenticated {
            tenant: credentials.project_id,
            user: None,
        })
    }
}

type Caller = Principal<ServerAccess, ProjectId, Option<()>>;

impl DataVaultApi for Server {
    async fn get_data_vault_value(
        &self,
        who: Caller,
        request: GetDataVaultValueRequest,
    ) -> Result<DataVaultValue, ApiError> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (store_id, hashed_key) = (request.path.id, request.body.hashed_key);
        match values.get(&(who.tenant, store_id.clone(), hashed_key.clone())) {
            Some(value) => Ok(DataVaultValue {
                encrypted_value: value.clone(),
            }),
            None => Err(KnownError::DataVaultStoreHashedKeyDoesNotExist {
                store_id: store_id.to_string(),
                hashed_key,
            }
            .into()),
        }
    }

    async fn set_data_vault_value(&self, who: Caller, request: SetDataVaultValueRequest) -> Result<Success, ApiError> {
        let key = (who.tenant, request.path.id, request.body.hashed_key);
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(key, request.body.encrypted_value);
        Ok(Success { success: true })
    }
}

/// Its routes, with what all answers have in common.
pub fn app() -> Router {
    let routes = mount(data_vault::routes::<Server>(), Router::new());
    WireLayer::new().wrap(routes.with_state(Arc::new(Server::default())))
}

#[tokio::main]
async fn main() -> io::Result<()> {
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8102").await?, app()).await
}
