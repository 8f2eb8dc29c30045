//! A project on a test server.

use serde_json::{Value, json};
use stack_client::{Retries, StackAdmin, StackClient, StackServer, Tokens, prelude::*};
use stack_types::{ProjectId, Secret, TeamId};

use crate::{Call, INTERNAL, Snapshots, TestServer, TestUser, internal_keys};

/// The keys of a project.
#[derive(Debug, Clone)]
pub struct Keys {
    /// Of client access.
    pub publishable_client_key: Secret,
    /// Of server access.
    pub secret_server_key: Secret,
    /// Of admin access.
    pub super_secret_admin_key: Secret,
}

/// What is particular about a project.
#[derive(Debug, Clone, Default)]
pub struct ProjectOptions {
    /// The `config` that it is created with.
    pub config: Value,
}

/// A project with keys of every kind, and the user of `internal` who owns it.
#[derive(Clone)]
pub struct TestProject {
    /// The server that it is on.
    pub server: TestServer,
    /// Its id.
    pub id: ProjectId,
    /// Its keys.
    pub keys: Keys,
    /// Its owner, signed in to `internal`.
    pub owner: StackClient,
    /// The owner's team.
    pub owner_team_id: TeamId,
}

impl TestProject {
    /// Where the project is and its keys, for scripts.
    pub fn environment(&self) -> [(&'static str, &str); 4] {
        [
            ("STACK_API_URL", self.server.public_url()),
            ("STACK_PROJECT_ID", self.id.as_str()),
            (
                "STACK_PUBLISHABLE_CLIENT_KEY",
                self.keys.publishable_client_key.expose(),
            ),
            ("STACK_SECRET_SERVER_KEY", self.keys.secret_server_key.expose()),
        ]
    }

    /// A project on a server of its own.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn start() -> Self {
        Self::create(&TestServer::start().await).await
    }

    /// A project with this `config` on a server of its own.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn start_with(config: Value) -> Self {
        Self::create_with(&TestServer::start().await, ProjectOptions { config }).await
    }

    /// A project on this server.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn create(server: &TestServer) -> Self {
        Self::create_with(server, ProjectOptions::default()).await
    }

    /// A project on this server, made in the steps of a dashboard: an owner, their session, the project, its keys.
    ///
    /// # Panics
    ///
    /// If it can't be made.
    pub async fn create_with(server: &TestServer, options: ProjectOptions) -> Self {
        let internal = Self::internal(server);
        let owner = internal.owner_named("Grace").await;
        let team = owner
            .client
            .get_current_user()
            .send()
            .await
            .expect("the owner")
            .selected_team_id;
        let owner_team_id = team.expect("users of internal have a team");
        let mut body = json!({ "display_name": "Test project", "owner_team_id": owner_team_id });
        if !options.config.is_null() {
            body["config"] = options.config;
        }
        let body: stack_types::ProjectCreate = serde_json::from_value(body).expect("a project");
        let id = owner
            .client
            .create_project()
            .body(body)
            .send()
            .await
            .expect("a project")
            .into_inner()
            .id;
        let keys = Self::create_keys(server, &id, &owner).await;
        Self {
            server: server.clone(),
            id,
            keys,
            owner: owner.client,
            owner_team_id,
        }
    }

    async fn create_keys(server: &TestServer, id: &ProjectId, owner: &TestUser) -> Keys {
        let admin = StackAdmin::builder()
            .base_url(server.url())
            .http_client(server.http())
            .project_id(id.clone())
            .admin_access_token(owner.access_token())
            .retries(Retries::NONE)
            .build()
            .expect("a client");
        let set = stack_types::ApiKeySetCreate {
            description: "For the test".to_owned(),
            expires_at_millis: server
                .now()
                .saturating_add(std::time::Duration::from_secs(10 * 365 * 24 * 60 * 60)),
            has_publishable_client_key: true,
            has_secret_server_key: true,
            has_super_secret_admin_key: true,
        };
        let set = admin
            .create_api_key_set()
            .body(set)
            .send()
            .await
            .expect("keys")
            .into_inner();
        Keys {
            publishable_client_key: set.publishable_client_key.expect("a client key"),
            secret_server_key: set.secret_server_key.expect("a server key"),
            super_secret_admin_key: set.super_secret_admin_key.expect("an admin key"),
        }
    }

    /// The project `internal` of a server; nobody is its owner.
    pub fn internal(server: &TestServer) -> Self {
        let keys = internal_keys();
        let owner = client(server, &INTERNAL.into(), &keys);
        Self {
            server: server.clone(),
            id: INTERNAL.into(),
            keys,
            owner,
            owner_team_id: uuid::Uuid::nil().into(),
        }
    }

    /// The same project as another process serves it.
    pub fn on(&self, server: &TestServer) -> Self {
        Self {
            server: server.clone(),
            ..self.clone()
        }
    }

    /// Client access without a user.
    pub fn client(&self) -> StackClient {
        client(&self.server, &self.id, &self.keys)
    }

    /// Client access in this session.
    pub fn client_with(&self, tokens: impl Into<Tokens>) -> StackClient {
        self.client().with_tokens(tokens)
    }

    /// Server access.
    pub fn server(&self) -> StackServer {
        StackServer::builder()
            .base_url(self.server.url())
            .http_client(self.server.http())
            .project_id(self.id.clone())
            .secret_server_key(self.keys.secret_server_key.clone())
            .retries(Retries::NONE)
            .build()
            .expect("a client")
    }

    /// Admin access with the project's key.
    pub fn admin(&self) -> StackAdmin {
        StackAdmin::builder()
            .base_url(self.server.url())
            .http_client(self.server.http())
            .project_id(self.id.clone())
            .super_secret_admin_key(self.keys.super_secret_admin_key.clone())
            .retries(Retries::NONE)
            .build()
            .expect("a client")
    }

    /// A raw call with client access and without a user.
    pub fn client_call(&self, line: &str) -> Call {
        self.call_as("client", line)
    }

    /// A raw call with server access.
    pub fn server_call(&self, line: &str) -> Call {
        self.call_as("server", line)
    }

    /// A raw call with admin access.
    pub fn admin_call(&self, line: &str) -> Call {
        self.call_as("admin", line)
    }

    /// A raw call with the key of this access.
    pub fn call_as(&self, access: &str, line: &str) -> Call {
        self.server.call(line).headers(self.credentials(access))
    }

    /// The headers of this access: type, project and key.
    pub fn credentials(&self, access: &str) -> [(&'static str, String); 3] {
        let (header, key) = self.key_of(access);
        [
            ("x-stack-access-type", access.to_owned()),
            ("x-stack-project-id", self.id.to_string()),
            (header, key.expose().to_owned()),
        ]
    }

    /// The header of the key of this access, and the key.
    ///
    /// # Panics
    ///
    /// If there is no such access.
    pub fn key_of(&self, access: &str) -> (&'static str, &Secret) {
        match access {
            "client" => ("x-stack-publishable-client-key", &self.keys.publishable_client_key),
            "server" => ("x-stack-secret-server-key", &self.keys.secret_server_key),
            "admin" => ("x-stack-super-secret-admin-key", &self.keys.super_secret_admin_key),
            other => panic!("there is no access `{other}`"),
        }
    }

    /// For the bodies of this test.
    pub fn snapshots(&self) -> Snapshots {
        self.server.snapshots()
    }
}

fn client(server: &TestServer, id: &ProjectId, keys: &Keys) -> StackClient {
    StackClient::builder()
        .base_url(server.url())
        .http_client(server.http())
        .project_id(id.clone())
        .publishable_client_key(keys.publishable_client_key.clone())
        .retries(Retries::NONE)
        .build()
        .expect("a client")
}
