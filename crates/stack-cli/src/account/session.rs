//! `stack logout` and `stack whoami`.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use stack_client::Tokens;

use crate::{
    call,
    command::global::Global,
    connection::{Connection, Source},
    failure::{Exit, Failure, Result},
    io::Io,
    output::{self, Format},
    profiles::ProfilesFile,
    spec::{Access, Form, answer},
};

/// `stack logout`.
pub fn logout_command() -> Command {
    Command::new("logout")
        .about("End the session of the profile, on the server too")
        .long_about(
            "End the session of the profile, on the server too.\n\nKeys stay, unless `--keys` says that they be \
             forgotten; they aren't revoked on the server. `stack profiles remove` forgets all of a profile.",
        )
        .arg(
            Arg::new("keys")
                .long("keys")
                .action(ArgAction::SetTrue)
                .help("Forget the keys as well"),
        )
}

/// Signs out.
///
/// # Errors
///
/// If the server can't be asked; the session is kept then.
pub async fn logout(io: &mut Io, global: &Global, matches: &ArgMatches) -> Result<()> {
    let connection = Connection::choose(io, global)?;
    let Source::Profile(name) = &connection.source else {
        let failure = Failure::usage("there is no profile to log out of");
        return Err(failure.hint("What comes from the environment is yours to unset."));
    };
    let was_signed_in = connection.profile.is_signed_in();
    if was_signed_in {
        let client = connection.client(io, Access::Client, global)?;
        let path = "/api/v1/auth/sessions/current";
        let request = call::new_request("DELETE", client.base_url(), path, std::iter::empty())?;
        match client.send(io, request, "delete_current_session", global).await {
            Ok(_) => {}
            // It was over already.
            Err(failure) if failure.exit == Exit::Unauthorized => {}
            Err(failure) => return Err(failure),
        }
    }
    let forget_keys = matches.get_flag("keys");
    ProfilesFile::of(io)?.change(|profiles| {
        if let Some(profile) = profiles.profiles.get_mut(name) {
            profile.set_tokens(Tokens::default());
            if forget_keys {
                profile.forget_keys();
            }
        }
        Ok(())
    })?;
    io.tell(match was_signed_in {
        true => "Signed out.",
        false => "Nobody was signed in.",
    });
    if connection.profile.has_keys() {
        io.tell(match forget_keys {
            true => "The profile's keys are forgotten; they aren't revoked.",
            false => "The profile keeps its keys; `stack logout --keys` forgets them.",
        });
    }
    Ok(())
}

/// `stack whoami`.
pub fn whoami_command() -> Command {
    Command::new("whoami").about("Show the server, the project, the kinds of access, and who is signed in")
}

/// Shows it, as the server sees it.
///
/// # Errors
///
/// If the server can't be asked, or refuses.
pub async fn whoami(io: &mut Io, global: &Global) -> Result<()> {
    let connection = Connection::choose(io, global)?;
    connection.needs_project()?;
    let profile = &connection.profile;
    let access = connection.access(crate::spec::Accesses::ALL, global.access)?;
    let client = connection.client(io, access, global)?;
    let project = get(io, global, &client, "get_current_project", "/api/v1/projects/current").await?;
    let user = if profile.is_signed_in() {
        get(io, global, &client, "get_current_user", "/api/v1/users/me").await?
    } else {
        Value::Null
    };
    let part = |value: &Value, key: &str| value.get(key).cloned().unwrap_or_default();
    let accesses: Vec<_> = profile.accesses().iter().map(Access::name).collect();
    let source = match &connection.source {
        Source::Profile(name) => json!(name),
        Source::Environment | Source::Nothing => Value::Null,
    };
    let who = match user {
        Value::Null => Value::Null,
        user => json!({
            "id": part(&user, "id"),
            "primary_email": part(&user, "primary_email"),
            "display_name": part(&user, "display_name"),
        }),
    };
    let shown = json!({
        "profile": source,
        "url": profile.url,
        "project": { "id": profile.project_id, "display_name": part(&project, "display_name") },
        "access": access.name(),
        "accesses": accesses.join(", "),
        "user": who,
    });
    let format = Format::choose(global.output, io);
    output::write(io, &shown, &answer(Form::Object, ""), format, &[])
}

async fn get(
    io: &mut Io,
    global: &Global,
    client: &crate::connection::AnyClient,
    operation: &'static str,
    path: &str,
) -> Result<Value> {
    let request = call::new_request("GET", client.base_url(), path, std::iter::empty())?;
    client.send(io, request, operation, global).await
}
