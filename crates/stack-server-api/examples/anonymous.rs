//! A server of one tag: whoever comes gets a new anonymous user, remembered as long as the process lives.
//!
//! ```text
//! cargo run -p stack-server-api --example anonymous
//! curl -X POST localhost:8102/api/v1/auth/anonymous/sign-up -H 'x-stack-access-type: client' -H 'x-stack-project-id: p'
//! ```

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;
use stack_server_api::{
    Access, AnonymousApi, ApiError, Authenticate, Authenticated, Credentials, Principal, WireLayer,
    anonymous::{self, SignUpAnonymouslyRequest},
    mount,
};
use stack_types::{ProjectId, SignInResult, UserId};
use uuid::Uuid;

/// The users, each with the project it belongs to.
#[derive(Default)]
struct Server(Mutex<BTreeMap<Uuid, ProjectId>>);

impl Authenticate for Server {
    type Tenant = ProjectId;
    type User = ();

    async fn authenticate(&self, credentials: Credentials) -> Result<Authenticated<ProjectId, ()>, ApiError> {
        Ok(Authenticated {
            tenant: credentials.project_id,
            user: None,
        })
    }
}

impl AnonymousApi for Server {
    async fn sign_up_anonymously(
        &self,
        who: Principal<Access, ProjectId, Option<()>>,
        _: SignUpAnonymouslyRequest,
    ) -> Result<SignInResult, ApiError> {
        let id = Uuid::new_v4();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id, who.tenant);
        let token = |kind| format!("{kind}-of-{id}").into();
        Ok(SignInResult {
            user_id: UserId(id),
            access_token: token("access"),
            refresh_token: token("refresh"),
        })
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let routes = mount(anonymous::routes::<Server>(), Router::new());
    let app = WireLayer::new().wrap(routes.with_state(Arc::new(Server::default())));
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8102").await?, app).await
}
