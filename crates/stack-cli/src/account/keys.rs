//! `stack login keys`.

use clap::{Arg, ArgMatches, Command};
use stack_types::Secret;

use super::login::{Login, publishable_key_arg};
use crate::{
    call,
    command::global::Global,
    failure::{Failure, Result},
    io::Io,
    spec::Access,
};

/// The command.
pub fn command() -> Command {
    let secret = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("-|@FILE|KEY")
            .num_args(0..=1)
            .default_missing_value("-")
            .help(help)
    };
    Command::new("keys")
        .about("Store keys of the project")
        .long_about(
            "Store keys of the project.\n\nA secret key is asked for if its flag has no value, read from a file if the \
             value is @FILE, and taken from its variable if there is no flag. Written out on the command line, other \
             people of the machine may see it in the list of processes. Without any flag or variable all are asked for.",
        )
        .arg(publishable_key_arg())
        .arg(secret("secret-server-key", "The key of server access [env: STACK_SECRET_SERVER_KEY]"))
        .arg(secret("super-secret-admin-key", "The key of admin access [env: STACK_SUPER_SECRET_ADMIN_KEY]"))
        .arg(
            Arg::new("default-access")
                .long("default-access")
                .value_parser(Access::ALL.map(Access::name))
                .help("The access that commands use if they can; the strongest there is otherwise"),
        )
        .arg(
            Arg::new("no-check")
                .long("no-check")
                .action(clap::ArgAction::SetTrue)
                .help("Don't ask the server whether the keys are right"),
        )
}

/// Takes in the keys, and tries each of them.
///
/// # Errors
///
/// If there is none, or the server refuses one.
pub async fn run(io: &mut Io, global: &Global, login: &mut Login, matches: Option<&ArgMatches>) -> Result<()> {
    login.take_publishable_key(io, matches);
    let server = given(io, matches, "secret-server-key", "STACK_SECRET_SERVER_KEY")?;
    let admin = given(io, matches, "super-secret-admin-key", "STACK_SUPER_SECRET_ADMIN_KEY")?;
    let (server, admin) = match (server, admin) {
        (None, None) if io.stdin_is_terminal && login.profile.publishable_client_key.is_none() => {
            (asked(io, "Secret server key")?, asked(io, "Super secret admin key")?)
        }
        both => both,
    };
    let mut new = Vec::new();
    if login.profile.publishable_client_key.is_some() {
        new.push(Access::Client);
    }
    if server.is_some() {
        login.profile.secret_server_key = server;
        new.push(Access::Server);
    }
    if admin.is_some() {
        login.profile.super_secret_admin_key = admin;
        new.push(Access::Admin);
    }
    if new.is_empty() {
        let hint = "`--secret-server-key`, `--super-secret-admin-key` or `--publishable-client-key`.";
        return Err(Failure::usage("no key was given").hint(hint));
    }
    if let Some(access) = matches.and_then(|matches| matches.get_one::<String>("default-access")) {
        login.profile.access = Some(access.clone());
    }
    if matches.is_none_or(|matches| !matches.get_flag("no-check")) {
        for access in new {
            check(io, global, login, access).await?;
        }
    }
    Ok(())
}

/// The key of a flag or a variable.
fn given(io: &mut Io, matches: Option<&ArgMatches>, flag: &str, variable: &str) -> Result<Option<Secret>> {
    let argument = matches.and_then(|matches| matches.get_one::<String>(flag)).cloned();
    if let Some(argument) = argument {
        return Ok(Some(io.secret(&argument, &flag.replace('-', " "))?.into()));
    }
    Ok(io.official_variable(variable).map(Secret::from))
}

/// The key that a person types, or nothing.
fn asked(io: &mut Io, what: &str) -> Result<Option<Secret>> {
    match io.ask_secret(&format!("{what} (empty: none)")) {
        Ok(key) => Ok(Some(key.into())),
        Err(failure) if failure.exit == crate::failure::Exit::Usage => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn check(io: &mut Io, global: &Global, login: &Login, access: Access) -> Result<()> {
    let client = login.only_keys().client(io, global, access)?;
    let path = "/api/v1/projects/current";
    let request = call::new_request("GET", client.base_url(), path, std::iter::empty())?;
    let answer = client.send(io, request, "get_current_project", global).await?;
    let name = answer
        .get("display_name")
        .and_then(|name| name.as_str())
        .unwrap_or("the project");
    io.tell(&format!("The key of {} access opens {name}.", access.name()));
    Ok(())
}
