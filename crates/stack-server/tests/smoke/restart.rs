//! What a restart mustn't change.

use reqwest::Method;
use stack_server::config::Settings;

use crate::harness::{TestServer, send};

#[tokio::test]
async fn tokens_keys_and_users_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("stack-auth.db").display());
    let first = TestServer::start_on(&url).await;
    let (access_token, _) = first.sign_up("ada@example.com").await;
    let key = first.demo().keys.secret_server_key.clone();
    let internal = first.running.internal_keys.clone();
    first.stop().await;

    let second = TestServer::start_on(&url).await;
    assert_eq!(second.demo().keys.secret_server_key, key);
    assert_eq!(second.running.internal_keys, internal);
    let me = second.as_client(Method::GET, "/users/me");
    let answer = send(me.header("x-stack-access-token", access_token)).await;
    assert_eq!(answer.text_at("/primary_email"), "ada@example.com");
    assert_eq!(send(second.as_server(Method::GET, "/users")).await.status, 200);
    second.stop().await;
}

#[tokio::test]
async fn secrets_are_kept_in_files_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("stack-auth.db").display());
    let server = TestServer::start_on(&url).await;
    let (_, refresh_token) = server.sign_up("ada@example.com").await;
    let secret_key = server.demo().keys.secret_server_key.expose().to_owned();
    server.stop().await;

    let database = std::fs::read(folder.path().join("stack-auth.db")).expect("it is there");
    let contains = |text: &str| database.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(contains("ada@example.com"), "the file is the whole database");
    assert!(!contains(&refresh_token) && !contains(&secret_key));
    for extension in ["secret", "keys"] {
        assert!(
            folder.path().join(format!("stack-auth.db.{extension}")).exists(),
            "{extension}"
        );
    }
}

#[tokio::test]
async fn a_secret_that_was_cut_short_is_not_used() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("stack-auth.db.secret"), "short").expect("it is written");
    let url = format!("sqlite://{}", folder.path().join("stack-auth.db").display());
    let settings = Settings {
        database_url: Some(url),
        listen: Some(([127, 0, 0, 1], 0).into()),
        ..Settings::default()
    };
    let started = stack_server::start(settings.resolve().expect("the settings hold")).await;
    let error = started.err().expect("it doesn't start").to_string();
    assert!(error.contains("stack-auth.db.secret"), "{error}");
}
