//! An axum server with a route for everybody and one for whoever is signed in, and a user who calls them.
//!
//! The server checks access tokens by itself, with the project's public keys; it holds no secret.
//!
//! Needs a running server of Stack Auth and its project: `STACK_API_URL`, `STACK_PROJECT_ID`,
//! `STACK_PUBLISHABLE_CLIENT_KEY`. The server of `cargo xtask dev` prints them.
//!
//! ```text
//! cargo run -p stack-client --features axum --example protected_axum
//! ```

use std::{error::Error, net::Ipv4Addr};

use axum::{Json, Router, extract::FromRef, routing::get};
use serde_json::{Value, json};
use stack_client::{
    prelude::*,
    verify::{SignedInUser, Verifier},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let stack = StackClient::from_env()?;
    // Without `allow_anonymous`, users who never signed up don't get in.
    let verifier = stack.verifier().allow_anonymous().build()?;
    for line in run(&stack, verifier).await? {
        println!("{line}");
    }
    Ok(())
}

/// What the server's handlers share.
#[derive(Clone)]
struct App {
    verifier: Verifier,
}

/// The extractor finds the verifier by this.
impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

fn app(verifier: Verifier) -> Router {
    Router::new()
        .route("/", get(hello))
        .route("/profile", get(profile))
        .with_state(App { verifier })
}

/// For everybody; a token that isn't good is refused all the same.
async fn hello(user: Option<SignedInUser>) -> String {
    match user {
        Some(user) => format!("Hello, {}!", user.name.as_deref().unwrap_or("you")),
        None => "Hello, stranger!".to_owned(),
    }
}

/// For whoever is signed in.
async fn profile(user: SignedInUser) -> Json<Value> {
    Json(json!({ "id": user.user_id, "email": user.email, "is_anonymous": user.is_anonymous }))
}

/// What the user was answered, by call.
pub async fn run(stack: &StackClient, verifier: Verifier) -> Result<Vec<String>, Box<dyn Error>> {
    verifier.warm_up().await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, app(verifier)).await });

    let http = reqwest::Client::new();
    let mut answers = vec![
        call(&http, &format!("{url}/"), None).await?,
        call(&http, &format!("{url}/profile"), None).await?,
    ];
    let signed_up = stack.sign_up_anonymously().send().await?;
    stack.remember(&signed_up);
    let token = stack.access_token().await?;
    answers.push(call(&http, &format!("{url}/"), token.as_ref()).await?);
    answers.push(call(&http, &format!("{url}/profile"), token.as_ref()).await?);
    stack.sign_out().await?;

    server.abort();
    Ok(answers)
}

async fn call(http: &reqwest::Client, url: &str, token: Option<&Secret>) -> Result<String, Box<dyn Error>> {
    let mut request = http.get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token.expose());
    }
    let response = request.send().await?;
    Ok(format!("{} {}", response.status().as_u16(), response.text().await?))
}
