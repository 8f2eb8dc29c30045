//! Asks before something is deleted.
//!
//! Only a person at a terminal can be asked. Scripts say `--yes`; without it they are told so, rather than deleting what
//! somebody would have wanted to be asked about. `stack api` is never asked: it sends what it is told to.

use clap::{Arg, ArgAction, ArgMatches};
use serde_json::Value;

use crate::{
    command::operation::{id, value_name_of},
    connection::Connection,
    failure::{Exit, Failure, Result},
    io::Io,
    spec::{Access, Operation},
};

/// The flag that says it all in advance.
pub fn flag() -> Arg {
    Arg::new("yes")
        .long("yes")
        .short('y')
        .action(ArgAction::SetTrue)
        .help_heading("Options")
        .help("Delete without being asked; needed where nobody can be asked, as in scripts")
}

/// Whether `operation` deletes something.
pub fn is_needed(operation: &Operation) -> bool {
    operation.method == "DELETE"
}

/// Goes on if somebody wants it to.
///
/// # Errors
///
/// If there is nobody to ask, or the answer is no.
pub(super) fn ask(
    io: &mut Io,
    connection: &Connection,
    access: Access,
    operation: &Operation,
    matches: &ArgMatches,
) -> Result<()> {
    if !is_needed(operation) || matches.get_flag("yes") {
        return Ok(());
    }
    if !io.stdin_is_terminal || !io.stderr_is_terminal {
        let message = "this deletes something, and there is nobody to ask";
        return Err(Failure::usage(message).hint("`--yes` says that it shall be deleted."));
    }
    io.tell(&format!("{}:", operation.summary));
    for field in operation.path_params {
        if let Some(Value::String(value)) = matches.get_one::<Value>(&id("path", field)) {
            io.tell(&format!("  {}: {value}", value_name_of(field)));
        }
    }
    let profile = &connection.profile;
    let place = format!("  project {} at {}", profile.project_id, profile.url);
    io.tell(&format!("{place}, with {} access", access.name()));
    if io.confirm("Go on?")? {
        return Ok(());
    }
    Err(Failure::new(Exit::Interrupted, "nothing was deleted"))
}
