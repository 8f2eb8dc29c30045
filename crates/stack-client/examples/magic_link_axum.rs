//! A web app whose users sign in by a mail: with the link in it, or by typing the six characters that it shows. It keeps
//! their tokens: browsers get a cookie.
//!
//! The page behind the link only asks whether to sign in: programs that look at mails open links, too.
//!
//! Needs a running server of Stack Auth and its project: `STACK_API_URL`, `STACK_PROJECT_ID`,
//! `STACK_PUBLISHABLE_CLIENT_KEY`. The project lets people sign in by codes and be sent to localhost.
//!
//! ```text
//! cargo run -p stack-client --features axum --example magic_link_axum
//! ```

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{RawForm, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use stack_client::{
    Tokens,
    prelude::*,
    types::client::{SignInCode, SignInCodeSend},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Open http://localhost:3000");
    axum::serve(listener, app(StackClient::from_env()?, "http://localhost:3000")).await?;
    Ok(())
}

/// The web app at `url`.
pub fn app(stack: StackClient, url: &str) -> Router {
    let app = App {
        stack,
        url: url.to_owned(),
        sessions: Arc::default(),
    };
    Router::new()
        .route("/", get(home))
        .route("/mail", post(mail))
        .route("/link", get(link))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .with_state(app)
}

#[derive(Clone)]
struct App {
    stack: StackClient,
    url: String,
    /// By the random text in a browser's cookie. A real app would keep them in a database.
    sessions: Arc<Mutex<HashMap<String, Session>>>,
}

/// What is known of a browser.
#[derive(Clone)]
enum Session {
    /// It waits for a mail, whose six characters need this nonce.
    Waiting(Secret),
    /// Somebody is signed in.
    SignedIn(Tokens),
}

/// Says who is signed in.
async fn home(State(app): State<App>, headers: HeaderMap) -> Result<Html<String>, Failure> {
    Ok(Html(match app.session(&headers) {
        None => "<form method=post action=/mail><input name=email type=email required><button>Mail me".to_owned(),
        Some(Session::Waiting(_)) => {
            "<p>A mail is on its way. <form method=post action=/sign-in>Its code: <input name=code required><button>OK"
                .to_owned()
        }
        Some(Session::SignedIn(tokens)) => {
            let me = app.stack.with_tokens(tokens).get_current_user().send().await?;
            let name = escaped(me.primary_email.as_deref().unwrap_or("you"));
            format!("<p>Hello, {name}! <form method=post action=/sign-out><button>Sign out")
        }
    }))
}

/// Sends the mail, and remembers what its code needs besides.
async fn mail(State(app): State<App>, RawForm(form): RawForm) -> Result<Response, Failure> {
    let body = SignInCodeSend::new(field(&form, "email"), format!("{}/link", app.url));
    let sent = app.stack.send_sign_in_code().body(body).send().await?;
    app.begin(Session::Waiting(sent.nonce.clone()))
}

/// Where the link of the mail leads: a page that changes nothing.
async fn link(RawQuery(query): RawQuery) -> Html<String> {
    let code = escaped(&field(query.unwrap_or_default().as_bytes(), "code"));
    Html(format!(
        "<meta name=referrer content=no-referrer><p>Sign in here? <form method=post action=/sign-in>\
         <input type=hidden name=code value=\"{code}\"><button>Sign in"
    ))
}

/// Signs in with the whole code of a link, or with six characters in the browser that asked for them.
async fn sign_in(State(app): State<App>, headers: HeaderMap, RawForm(form): RawForm) -> Result<Response, Failure> {
    let mut code = field(&form, "code").trim().to_owned();
    if let Some(Session::Waiting(nonce)) = app.end_session(&headers)
        && code.len() == 6
    {
        code.push_str(nonce.expose());
    }
    let signed_in = app
        .stack
        .sign_in_with_code()
        .body(SignInCode { code: code.into() })
        .send()
        .await?;
    // A new text: whoever knew the one of before isn't signed in.
    app.begin(Session::SignedIn((&signed_in).into()))
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

    /// Gives the browser a cookie for this, and sends it home. Over HTTPS the cookie would be `Secure`, too.
    fn begin(&self, session: Session) -> Result<Response, Failure> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| Failure(error.to_string().into()))?;
        let id = BASE64.encode(bytes);
        let cookie = format!("session={id}; Path=/; HttpOnly; SameSite=Lax");
        self.sessions().insert(id, session);
        Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
    }
}

fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session="))
}

/// A field of a form; empty if it isn't there.
fn field(form: &[u8], name: &str) -> String {
    let found = url::form_urlencoded::parse(form).find(|(key, _)| key == name);
    found.map_or_else(String::new, |(_, value)| value.into_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
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
