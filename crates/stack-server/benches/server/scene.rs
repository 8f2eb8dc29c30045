//! A database with a project and people in it, and the requests that they send.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::Bytes;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use stack_domain::{
    Domain, Settings,
    access::{AccessType, Caller},
    bootstrap::{SeedInternal, SeedKeys},
    config::PermissionScope,
    models::ConfigLevel,
    password::SignUp,
    permissions::DefinedPermission,
    ports::{SystemClock, SystemRng},
};
use stack_storage::Database;
use stack_types::{ProjectId, TeamId};
use tempfile::TempDir;
use url::Url;

use crate::load::Request;

/// The secret of the server, and its origin.
pub const SECRET: &str = "a secret for the bench, and only for it";
pub const PUBLIC_URL: &str = "http://localhost:8102";

/// As many as there are connections at the most.
pub const PEOPLE: usize = 32;

const PASSWORD: &str = "correct horse battery staple";
const CLIENT_KEY: &str = "pck_for_the_bench";
const SERVER_KEY: &str = "ssk_for_the_bench";

/// Each contains the next; the first is granted, the last is asked for.
const PERMISSIONS: [&str; 3] = ["owner", "editor", "reader"];

/// Who signs in and asks.
struct Person {
    email: String,
    team: TeamId,
    access_token: String,
    refresh_token: String,
}

/// A database with a project and people in it.
pub struct Scene {
    /// What people call the database.
    pub database: &'static str,
    pub url: String,
    /// An empty folder for the programs.
    pub folder: PathBuf,
    pub project: ProjectId,
    people: Vec<Person>,
    _temporary: TempDir,
    /// Where the PostgreSQL database is dropped from, and its name.
    made_at: Option<(String, String)>,
}

impl Scene {
    /// A file in a folder of its own.
    pub async fn on_sqlite() -> Result<Self> {
        let temporary = TempDir::new()?;
        let url = format!("sqlite://{}", temporary.path().join("bench.db").display());
        Self::set("SQLite", url, temporary, None).await
    }

    /// A database of its own on this PostgreSQL.
    pub async fn on_postgres(url: &str) -> Result<Self> {
        let name = format!("stack_bench_{}", std::process::id());
        let mut connection = PgConnection::connect(url)
            .await
            .context("can't connect to PostgreSQL")?;
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await?;
        connection.close().await?;
        let mut own = Url::parse(url)?;
        own.set_path(&name);
        let made_at = Some((url.to_owned(), name));
        Self::set("PostgreSQL", own.into(), TempDir::new()?, made_at).await
    }

    async fn set(
        database: &'static str,
        url: String,
        temporary: TempDir,
        made_at: Option<(String, String)>,
    ) -> Result<Self> {
        let storage = Database::connect(&url).await?;
        storage.migrate().await?;
        let settings = Settings {
            access_token_lifetime: std::time::Duration::from_secs(24 * 60 * 60),
            ..Settings::new(PUBLIC_URL, SECRET)
        };
        let domain = Domain::new(storage.clone(), Arc::new(SystemClock), Arc::new(SystemRng), settings);
        domain.bootstrap.seed_internal(&SeedInternal::default()).await?;
        let keys = SeedKeys {
            publishable_client_key: Some(CLIENT_KEY.into()),
            secret_server_key: Some(SERVER_KEY.into()),
            super_secret_admin_key: None,
        };
        let project = domain.bootstrap.seed_demo(&keys).await?;
        let people = people(&domain, &project).await?;
        storage.close().await;
        Ok(Self {
            database,
            url,
            folder: temporary.path().to_owned(),
            project,
            people,
            _temporary: temporary,
            made_at,
        })
    }

    /// Whether it is on SQLite.
    pub const fn is_sqlite(&self) -> bool {
        self.made_at.is_none()
    }

    /// Takes the database away.
    pub async fn remove(self) -> Result<()> {
        if let Some((url, name)) = &self.made_at {
            let mut connection = PgConnection::connect(url).await?;
            connection
                .execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
                .await?;
        }
        Ok(())
    }

    /// What the handlers written by hand have to know.
    pub fn settings_by_hand(&self, keys: &Value) -> Value {
        json!({
            "url": self.url,
            "project": self.project,
            "client_key": CLIENT_KEY,
            "server_key": SERVER_KEY,
            "key": keys["keys"][0],
            "contains": PERMISSIONS.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>(),
        })
    }
}

/// The requests.
impl Scene {
    /// Who am I?
    pub fn current_user(&self, person: usize) -> Request {
        self.get("/api/v1/users/me".to_owned(), person)
    }

    /// May I?
    pub fn permission_check(&self, person: usize) -> Request {
        let team = self.people[person].team;
        let asked = PERMISSIONS[PERMISSIONS.len() - 1];
        let query = format!("team_id={team}&user_id=me&permission_id={asked}&recursive=true");
        self.get(format!("/api/v1/team-permissions?{query}"), person)
    }

    /// A new access token for an old session.
    pub fn refresh(&self, person: usize) -> Request {
        let mut headers = self.headers("client");
        headers.push(("x-stack-refresh-token", self.people[person].refresh_token.clone()));
        Request {
            method: "POST",
            path: "/api/v1/auth/sessions/current/refresh".to_owned(),
            headers,
            body: Bytes::new(),
        }
    }

    /// A new session.
    pub fn sign_in(&self, person: usize) -> Request {
        let body = json!({ "email": self.people[person].email, "password": PASSWORD });
        let mut headers = self.headers("client");
        headers.push(("content-type", "application/json".to_owned()));
        Request {
            method: "POST",
            path: "/api/v1/auth/password/sign-in".to_owned(),
            headers,
            body: body.to_string().into(),
        }
    }

    /// A page of users for a server.
    pub fn page(&self, query: Option<&str>) -> Request {
        let more = query.map(|query| format!("&{query}")).unwrap_or_default();
        Request {
            method: "GET",
            path: format!("/api/v1/users?limit=50{more}"),
            headers: self.headers("server"),
            body: Bytes::new(),
        }
    }

    fn get(&self, path: String, person: usize) -> Request {
        let mut headers = self.headers("client");
        headers.push(("x-stack-access-token", self.people[person].access_token.clone()));
        Request {
            method: "GET",
            path,
            headers,
            body: Bytes::new(),
        }
    }

    fn headers(&self, access: &str) -> Vec<(&'static str, String)> {
        let key = if access == "client" {
            ("x-stack-publishable-client-key", CLIENT_KEY.to_owned())
        } else {
            ("x-stack-secret-server-key", SERVER_KEY.to_owned())
        };
        vec![
            ("x-stack-access-type", access.to_owned()),
            ("x-stack-project-id", self.project.to_string()),
            key,
        ]
    }
}

async fn people(domain: &Domain<Database>, project: &ProjectId) -> Result<Vec<Person>> {
    let config = json!({ "teams.createPersonalTeamOnSignUp": true }).to_string();
    let level = ConfigLevel::Environment;
    domain
        .config
        .patch_override(AccessType::Admin, project, level, &config)
        .await?;
    let mut contained = None;
    for id in PERMISSIONS.into_iter().rev() {
        let permission = DefinedPermission {
            id: id.to_owned(),
            description: None,
            contained: contained.replace(id.to_owned()).into_iter().collect(),
        };
        let definitions = &domain.permission_definitions;
        definitions.create(project, PermissionScope::Team, permission).await?;
    }
    let tenant = domain.projects.find(project).await?.context("there is a project")?;
    let caller = Caller {
        access: AccessType::Client,
        tenant: Arc::clone(&tenant),
        user: None,
        session_id: None,
    };
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let email = format!("signing-in-{number}@example.com");
        let sign_up = SignUp {
            email: email.clone(),
            password: PASSWORD.into(),
            verification_callback_url: None,
            ip_info: None,
        };
        let tokens = domain.passwords.sign_up(&caller, sign_up).await?;
        let user = domain.users.get(project, tokens.user_id).await?;
        let team = user.selected_team.context("a team of one's own")?.id;
        let granted = domain
            .team_permissions
            .grant(&tenant, team, tokens.user_id, PERMISSIONS[0]);
        granted.await?;
        people.push(Person {
            email,
            team,
            access_token: tokens.access_token.expose().to_owned(),
            refresh_token: tokens.refresh_token.expose().to_owned(),
        });
    }
    Ok(people)
}
