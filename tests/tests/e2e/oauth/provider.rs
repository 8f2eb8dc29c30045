//! A provider that tests script, in this process: GitHub's endpoints, and what a browser carries between it, the server
//! and an app. A provider that nobody here wrote is asked in `browser`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use reqwest::Url;
use serde_json::{Value, json};
use stack_server::outbound::providers::ProviderSettings;
use stack_tests::{Answer, ProjectOptions, TestProject, TestServer};
use tokio::net::TcpListener;

/// Where the app takes sign-ins.
pub const PAGE: &str = "http://localhost:3000/handler/oauth-callback";
/// A verifier and its challenge. Source: RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The provider. Clones are the same.
#[derive(Clone)]
pub struct Provider {
    url: String,
    state: Arc<Mutex<Script>>,
}

/// What it does.
#[derive(Default)]
pub struct Script {
    /// The accounts, by what their tokens begin with.
    accounts: BTreeMap<String, (Value, Value)>,
    /// How many tokens it has given.
    given: u32,
    /// Tokens that it takes no more.
    pub revoked: Vec<String>,
    /// What its endpoints answer, if it is in trouble.
    pub trouble: Option<(u16, &'static str)>,
    /// What the token endpoint heard last.
    pub heard: BTreeMap<String, String>,
    /// How long its access tokens last, in seconds.
    pub lifetime_secs: Option<u32>,
}

impl Provider {
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(Script::default()));
        let routes = Router::new()
            .route("/token", post(give_token))
            .route("/user", get(show_user))
            .route("/user/emails", get(show_emails))
            .with_state(Arc::clone(&state));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(axum::serve(listener, routes).into_future());
        Self {
            url: format!("http://{address}"),
            state,
        }
    }

    /// An account: whoever comes back with the code of its id has signed in with it.
    pub fn account(&self, id: &str, email: &str, verified: bool) -> &Self {
        let profile =
            json!({ "id": id, "name": format!("Name of {id}"), "avatar_url": "https://images.example.com/1" });
        let emails = json!([{ "email": email, "primary": true, "verified": verified }]);
        self.script().accounts.insert(id.to_owned(), (profile, emails));
        self
    }

    pub fn script(&self) -> MutexGuard<'_, Script> {
        self.state.lock().expect("nobody panics with it")
    }

    /// A server that speaks to this provider as GitHub, with a client of its own there.
    pub async fn server(&self) -> TestServer {
        let settings = ProviderSettings {
            client_id: Some("shared-client".to_owned()),
            client_secret: Some("secret of the shared client".into()),
            authorization_url: Some(format!("{}/authorize", self.url)),
            token_url: Some(format!("{}/token", self.url)),
            userinfo_url: Some(format!("{}/user", self.url)),
            ..ProviderSettings::default()
        };
        TestServer::start_with(|config| {
            config.outbound_networks = "127.0.0.0/8".parse().expect("networks");
            config.oauth.providers.insert("github".to_owned(), settings);
        })
        .await
    }

    /// A project with its own client at this provider, and `config` besides.
    pub async fn project(&self, config: Value) -> TestProject {
        Self::project_on(&self.server().await, config).await
    }

    pub async fn project_on(server: &TestServer, mut config: Value) -> TestProject {
        let own =
            json!([{ "id": "github", "type": "standard", "client_id": "own-client", "client_secret": "own secret" }]);
        let all = config.as_object_mut().expect("an object");
        all.entry("allow_localhost").or_insert(json!(true));
        all.entry("oauth_providers").or_insert(own);
        TestProject::create_with(server, ProjectOptions { config }).await
    }
}

async fn give_token(State(state): State<Arc<Mutex<Script>>>, headers: HeaderMap, body: String) -> Response {
    let mut script = state.lock().expect("nobody panics with it");
    let form = Url::parse(&format!("http://form/?{body}")).expect("a form");
    script.heard = form.query_pairs().into_owned().collect();
    let basic = headers.get("authorization").and_then(|value| value.to_str().ok());
    script
        .heard
        .insert("authorization".to_owned(), basic.unwrap_or_default().to_owned());
    if let Some((status, text)) = script.trouble {
        return (StatusCode::from_u16(status).expect("a status"), text).into_response();
    }
    let shown = script
        .heard
        .get("code")
        .or(script.heard.get("refresh_token"))
        .cloned()
        .unwrap_or_default();
    let id = shown.split('/').next().unwrap_or_default().to_owned();
    if !script.accounts.contains_key(&id) || script.revoked.contains(&shown) {
        // As GitHub tells it: with status 200.
        return Json(json!({ "error": "bad_verification_code", "error_description": "?" })).into_response();
    }
    script.given += 1;
    let n = script.given;
    let answer = json!({
        "access_token": format!("{id}/access/{n}"), "refresh_token": format!("{id}/refresh/{n}"), "token_type": "bearer",
        "scope": "user:email", "expires_in": script.lifetime_secs,
    });
    Json(answer).into_response()
}

async fn show_user(State(state): State<Arc<Mutex<Script>>>, headers: HeaderMap) -> Response {
    show(&state, &headers, |account| &account.0)
}

async fn show_emails(State(state): State<Arc<Mutex<Script>>>, headers: HeaderMap) -> Response {
    show(&state, &headers, |account| &account.1)
}

fn show(state: &Mutex<Script>, headers: &HeaderMap, part: fn(&(Value, Value)) -> &Value) -> Response {
    let script = state.lock().expect("nobody panics with it");
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = header
        .and_then(|header| header.strip_prefix("Bearer "))
        .unwrap_or_default();
    let account = script.accounts.get(token.split('/').next().unwrap_or_default());
    match account.filter(|_| !script.revoked.iter().any(|revoked| revoked == token)) {
        Some(account) => Json(part(account).clone()).into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// The parameters with which an app begins a sign-in.
pub fn parameters(project: &TestProject) -> BTreeMap<&'static str, String> {
    let key = project.keys.publishable_client_key.expose();
    BTreeMap::from([
        ("client_id", project.id.to_string()),
        ("client_secret", key.to_owned()),
        ("redirect_uri", PAGE.to_owned()),
        ("scope", "legacy".to_owned()),
        ("state", "the app's state".to_owned()),
        ("grant_type", "authorization_code".to_owned()),
        ("code_challenge", CHALLENGE.to_owned()),
        ("code_challenge_method", "S256".to_owned()),
        ("response_type", "code".to_owned()),
    ])
}

/// Begins a sign-in with these parameters.
pub async fn authorize(project: &TestProject, parameters: &BTreeMap<&'static str, String>) -> Answer {
    let mut query = Url::parse("http://query/").expect("a URL");
    query.query_pairs_mut().extend_pairs(parameters);
    let line = format!("GET /auth/oauth/authorize/github?{}", query.query().expect("a query"));
    project.server.call(&line).send().await
}

/// A browser that is at the provider.
pub struct Browser {
    /// The address to which it was sent.
    pub at: Url,
    /// Its cookie, as it sends it.
    pub cookie: Option<String>,
}

impl Browser {
    /// What the answer of the authorization endpoint makes of it.
    pub fn sent(answer: &Answer) -> Self {
        assert_eq!(answer.status.as_u16(), 307, "{} {}", answer.code(), answer.text());
        let cookie = answer.header("set-cookie").split(';').next().map(str::to_owned);
        Self {
            at: answer.header("location").parse().expect("a URL"),
            cookie: cookie.filter(|cookie| !cookie.is_empty()),
        }
    }

    /// A parameter with which it was sent there.
    pub fn parameter(&self, name: &str) -> String {
        parameter(&self.at, name)
    }

    /// It comes back with these parameters, and the state.
    pub async fn comes_back(&self, server: &TestServer, parameters: &[(&str, &str)]) -> Answer {
        let mut query = Url::parse("http://query/").expect("a URL");
        query
            .query_pairs_mut()
            .append_pair("state", &self.parameter("state"))
            .extend_pairs(parameters);
        let line = format!("GET /auth/oauth/callback/github?{}", query.query().expect("a query"));
        let call = server.call(&line);
        match &self.cookie {
            Some(cookie) => call.header("cookie", cookie).send().await,
            None => call.send().await,
        }
    }
}

/// A parameter of a URL; empty if it isn't there.
pub fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(of, _)| of == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The page of the app to which an answer sends the browser.
pub fn page(answer: &Answer, status: u16) -> Url {
    assert_eq!(answer.status.as_u16(), status, "{} {}", answer.code(), answer.text());
    answer.header("location").parse().expect("a URL")
}

/// Goes to the provider and back with an account, changed as wanted at the beginning.
pub async fn goes_through(project: &TestProject, account: &str, more: &[(&'static str, &str)]) -> Answer {
    let mut parameters = parameters(project);
    parameters.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let browser = Browser::sent(&authorize(project, &parameters).await);
    browser.comes_back(&project.server, &[("code", account)]).await
}

/// Trades the code of a page for tokens, changed as wanted.
pub async fn exchange(project: &TestProject, page: &Url, more: &[(&str, &str)]) -> Answer {
    let mut body = json!({
        "grant_type": "authorization_code",
        "client_id": project.id,
        "client_secret": project.keys.publishable_client_key,
        "code": parameter(page, "code"),
        "redirect_uri": PAGE,
        "code_verifier": VERIFIER,
    });
    for (name, value) in more {
        if value.is_empty() {
            body.as_object_mut().expect("an object").remove(*name);
        } else {
            body[*name] = json!(value);
        }
    }
    project.server.call("POST /auth/oauth/token").json(body).send().await
}

/// Signs in with an account, from beginning to end.
pub async fn sign_in(project: &TestProject, account: &str) -> Value {
    let page = page(&goes_through(project, account, &[]).await, 303);
    exchange(project, &page, &[]).await.answers(200)
}

/// The user of an access token.
pub async fn user_of(project: &TestProject, tokens: &Value) -> Value {
    let token = tokens["access_token"].as_str().expect("a token");
    project
        .client_call("GET /users/me")
        .token(token)
        .send()
        .await
        .answers(200)
}
