//! `stack login browser`: the person signs in on a page of the app, and this waits for it.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use reqwest::Url;
use serde_json::{Value, json};
use stack_client::Tokens;

use super::login::{Login, publishable_key_arg};
use crate::{
    command::global::Global,
    failure::{Exit, Failure, Result},
    io::Io,
};

/// How often it is asked whether it happened.
const PAUSE: Duration = Duration::from_secs(2);

/// The page of an app's handler that confirms a login.
const PAGE: &str = "cli-auth-confirm";

/// The command.
pub fn command() -> Command {
    Command::new("browser")
        .about("Sign in with a browser, in whatever ways the project allows")
        .long_about(
            "Sign in with a browser, in whatever ways the project allows.\n\nShows the address of a page of your app that \
             asks the person to confirm, and waits until they did. The app is one that uses Stack Auth for this project; \
             its pages stand below /handler unless it was told otherwise.",
        )
        .arg(
            Arg::new("app-url")
                .long("app-url")
                .value_name("URL")
                .required(true)
                .help("Where the app's Stack Auth pages stand, for example https://app.example.com/handler"),
        )
        .arg(publishable_key_arg())
        .arg(
            Arg::new("no-open")
                .long("no-open")
                .action(ArgAction::SetTrue)
                .help("Only show the address, don't open it"),
        )
}

/// Signs in.
///
/// # Errors
///
/// If the server can't do it, or nobody confirms in time.
pub async fn run(io: &mut Io, global: &Global, login: &mut Login, matches: Option<&ArgMatches>) -> Result<()> {
    login.take_publishable_key(io, matches);
    login.profile.set_tokens(Tokens::default());
    let app = match matches.and_then(|matches| matches.get_one::<String>("app-url")) {
        Some(url) => url.clone(),
        None => io.ask("URL of the app's Stack Auth pages, for example https://app.example.com/handler")?,
    };
    let begun = login
        .post(io, global, "start_cli_login", "/api/v1/auth/cli", json!({}))
        .await
        .map_err(|failure| match failure.exit {
            Exit::NotFound => failure.hint("This server has no browser login: `stack login password` or `keys`."),
            _ => failure,
        })?;
    let (login_code, polling_code) = (text(&begun, "login_code")?, text(&begun, "polling_code")?);
    let page = page(&app, &login_code)?;
    io.tell(&format!("Confirm the login here:\n\n  {page}\n"));
    let wants_open = matches.is_some_and(|matches| !matches.get_flag("no-open"));
    if wants_open && io.stderr_is_terminal {
        open(page.as_str());
    }
    let refresh = wait(io, global, login, &polling_code).await?;
    login.profile.set_tokens(Tokens::refresh_only(refresh));
    io.tell("Signed in.");
    Ok(())
}

/// Asks until the person has confirmed.
async fn wait(io: &mut Io, global: &Global, login: &Login, polling_code: &str) -> Result<String> {
    loop {
        let body = json!({ "polling_code": polling_code });
        let answer = login
            .post(io, global, "poll_cli_login", "/api/v1/auth/cli/poll", body)
            .await?;
        match answer.get("status").and_then(Value::as_str) {
            Some("success") => return text(&answer, "refresh_token"),
            Some("waiting") => tokio::time::sleep(PAUSE).await,
            Some(other) => {
                let failure = Failure::new(Exit::Unauthorized, format!("the login is {other}"));
                return Err(failure.hint("Begin again: `stack login browser`."));
            }
            None => return Err(Failure::other("the server doesn't say how the login stands")),
        }
    }
}

fn page(app: &str, login_code: &str) -> Result<Url> {
    let mut url: Url = format!("{}/{PAGE}", app.trim_end_matches('/'))
        .parse()
        .ok()
        .filter(|url: &Url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| Failure::usage(format!("`{app}` isn't a URL like https://app.example.com/handler")))?;
    url.query_pairs_mut().append_pair("login_code", login_code);
    Ok(url)
}

fn text(answer: &Value, key: &str) -> Result<String> {
    let text = answer.get(key).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| Failure::other(format!("the answer has no `{key}`")))
}

/// Opens a page in the person's browser. If that doesn't work they have the address.
fn open(url: &str) {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = std::process::Command::new(program);
    command
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null());
    let _ = command.stderr(std::process::Stdio::null()).spawn();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_stands_below_the_apps_handler() {
        let url = page("https://app.example.com/handler/", "a b&c").unwrap();
        assert_eq!(
            url.as_str(),
            "https://app.example.com/handler/cli-auth-confirm?login_code=a+b%26c"
        );
        assert!(page("app.example.com", "x").is_err());
    }
}
