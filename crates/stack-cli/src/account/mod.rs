//! Logging in and out, and the profiles that remember it.

mod browser;
mod keys;
mod login;
mod password;
mod profiles;
mod session;

use clap::{ArgMatches, Command};

use crate::{command::global::Global, failure::Result, io::Io};

/// The commands.
pub fn commands() -> Vec<Command> {
    vec![
        login::command(),
        session::logout_command(),
        session::whoami_command(),
        profiles::command(),
    ]
}

/// Runs one of them; `None`: it is none of them.
pub async fn run(io: &mut Io, global: &Global, name: &str, matches: &ArgMatches) -> Option<Result<()>> {
    Some(match name {
        "login" => login::run(io, global, matches).await,
        "logout" => session::logout(io, global, matches).await,
        "whoami" => session::whoami(io, global).await,
        "profiles" => profiles::run(io, global, matches),
        _ => return None,
    })
}
