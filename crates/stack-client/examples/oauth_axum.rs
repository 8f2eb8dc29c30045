//! A web app whose users sign in with their accounts at another provider. It keeps their tokens: browsers get a cookie.
//!
//! Needs a running server of Stack Auth and its project: `STACK_API_URL`, `STACK_PROJECT_ID`,
//! `STACK_PUBLISHABLE_CLIENT_KEY`. The project has the provider set up, and lets people be sent to localhost.
//!
//! ```text
//! cargo run -p stack-client --features axum --example oauth_axum -- github
//! ```

use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use stack_client::{
    Tokens,
    prelude::*,
    sign_in::{OauthCallback, OauthSignIn},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = env::args().nth(1).ok_or("usage: oauth_axum <provider>")?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Open http://localhost:3000");
    axum::serve(
        listener,
        app(StackClient::from_env()?, &provider, "http://localhost:3000"),
    )
    .await?;
    Ok(())
}

/// The web app at `url`, for accounts at `provider`.
pub fn app(stack: StackClient, provider: &str, url: &str) -> Router {
    let app = App {
        stack,
        provider: provider.to_owned(),
        url: url.to_owned(),
        sessions: Arc::default(),
    };
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(sign_in))
        .route("/callback", get(callback))
        .route("/sign-out", get(sign_out))
        .with_state(app)
}

#[derive(Clone)]
struct App {
    stack: StackClient,
    provider: String,
    url: String,
    /// By the random text in a browser's cookie. A real app would keep them in a database.
    sessions: Arc<Mutex<HashMap<String, Session>>>,
}

/// What is known of a browser.
#[derive(Clone)]
enum Session {
    /// It is at the provider.
    Begun(Box<OauthSignIn>),
    /// Somebody is signed in.
    SignedIn(Tokens),
}

/// Says who is signed in.
async fn home(State(app): State<App>, headers: HeaderMap) -> Result<Html<String>, Failure> {
    let Some(Session::SignedIn(tokens)) = app.session(&headers) else {
        return Ok(Html("<p>Hello, stranger! <a href=/sign-in>Sign in</a>".to_owned()));
    };
    let me = app.stack.with_tokens(tokens).get_current_user().send().await?;
    let name = me.primary_email.as_deref().unwrap_or("you").replace('<', "&lt;");
    Ok(Html(format!("<p>Hello, {name}! <a href=/sign-out>Sign out</a>")))
}

/// Sends the browser to the provider, and remembers that it did.
async fn sign_in(State(app): State<App>) -> Result<Response, Failure> {
    let callback = format!("{}/callback", app.url);
    let begun = app.stack.oauth_sign_in(&app.provider, callback).begin().await?;
    let to_provider = Redirect::to(begun.url.expose());
    let id = random_text()?;
    app.sessions().insert(id.clone(), Session::Begun(Box::new(begun)));
    Ok(([(header::SET_COOKIE, cookie(&id))], to_provider).into_response())
}

/// Takes the browser back, if it is one that was sent away.
async fn callback(State(app): State<App>, headers: HeaderMap, uri: Uri) -> Result<Response, Failure> {
    let Some(Session::Begun(begun)) = app.end_session(&headers) else {
        return Err(Failure("this browser didn't begin to sign in".into()));
    };
    let url = OauthCallback::from_url(&format!("{}{uri}", app.url))?;
    let signed_in = begun.finish(&app.stack, &url).await?;
    // A new text: whoever knew the one of before isn't signed in.
    let id = random_text()?;
    app.sessions()
        .insert(id.clone(), Session::SignedIn((&signed_in).into()));
    Ok(([(header::SET_COOKIE, cookie(&id))], Redirect::to("/")).into_response())
}

async fn sign_out(State(app): State<App>, headers: HeaderMap) -> Result<Redirect, Failure> {
    if let Some(Session::SignedIn(tokens)) = app.end_session(&headers) {
        app.stack.with_tokens(tokens).sign_out().await?;
    }
    Ok(Redirect::to("/"))
}

impl App {
    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<String, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn session(&self, headers: &HeaderMap) -> Option<Session> {
        self.sessions().get(cookie_of(headers)?).cloned()
    }

    fn end_session(&self, headers: &HeaderMap) -> Option<Session> {
        self.sessions().remove(cookie_of(headers)?)
    }
}

/// Over HTTPS it would be `Secure`, too.
fn cookie(id: &str) -> String {
    format!("session={id}; Path=/; HttpOnly; SameSite=Lax")
}

fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session="))
}

fn random_text() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Failure(error.to_string().into()))?;
    Ok(BASE64.encode(bytes))
}

/// What went wrong, told to whoever sits at the browser.
struct Failure(Box<dyn Error + Send + Sync>);

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, format!("That didn't work: {}", self.0)).into_response()
    }
}
