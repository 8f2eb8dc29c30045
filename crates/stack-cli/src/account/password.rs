//! `stack login password`.

use clap::{Arg, ArgMatches, Command};
use serde_json::json;
use stack_client::Tokens;

use super::login::{Login, publishable_key_arg};
use crate::{
    command::global::Global,
    failure::{Failure, Result},
    io::Io,
};

/// The command.
pub fn command() -> Command {
    Command::new("password")
        .about("Sign in with e-mail and password")
        .long_about(
            "Sign in with e-mail and password.\n\nThe password is asked for, or read as one line of the standard input \
             where that isn't a terminal, or taken from STACK_PASSWORD.",
        )
        .arg(
            Arg::new("email")
                .long("email")
                .value_name("ADDRESS")
                .help("Who signs in; asked for otherwise"),
        )
        .arg(publishable_key_arg())
}

/// Signs in.
///
/// # Errors
///
/// If the server refuses.
pub async fn run(io: &mut Io, global: &Global, login: &mut Login, matches: Option<&ArgMatches>) -> Result<()> {
    login.take_publishable_key(io, matches);
    let email = match matches.and_then(|matches| matches.get_one::<String>("email")) {
        Some(email) => email.clone(),
        None if io.stdin_is_terminal => io.ask("E-mail")?,
        None => return Err(Failure::usage("`--email` is needed")),
    };
    let password = match io.variable("STACK_PASSWORD") {
        Some(password) => password.to_owned(),
        None => io.ask_secret("Password")?,
    };
    let body = json!({ "email": email, "password": password });
    // Whoever was signed in before has no part in this.
    login.profile.set_tokens(Tokens::default());
    let answer = login
        .post(
            io,
            global,
            "sign_in_with_password",
            "/api/v1/auth/password/sign-in",
            body,
        )
        .await?;
    let token = |key: &str| {
        answer
            .get(key)
            .and_then(|token| token.as_str())
            .map(|token| token.to_owned().into())
    };
    login.profile.set_tokens(Tokens {
        access: token("access_token"),
        refresh: token("refresh_token"),
    });
    io.tell(&format!("Signed in as {email}."));
    Ok(())
}
