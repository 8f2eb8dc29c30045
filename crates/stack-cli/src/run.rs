//! From the words of the command line to an exit code.

use std::ffi::OsString;

use clap::ArgMatches;

use crate::{
    account, call,
    command::{self, global::Global},
    extras,
    failure::{Exit, Failure, Result},
    generated::GROUPS,
    io::Io,
    output::Format,
    spec::Operation,
};

/// Runs the command line `arguments`, whose first is the program's name. Results go to `io.stdout`, everything else to
/// `io.stderr`.
pub async fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>, io: &mut Io) -> Exit {
    let matches = match command::root().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return explain(&error, io),
    };
    let (name, below) = matches.subcommand().expect("clap wants a command");
    let global = Global::of(innermost(&matches));
    match dispatch(io, &global, name, below).await {
        Ok(()) => Exit::Success,
        Err(failure) if failure.is_quiet => Exit::Success,
        Err(failure) => {
            let text = match global.output {
                Some(Format::Json | Format::Jsonl) => failure.json(),
                _ => failure.text(),
            };
            io.tell(text.trim_end());
            failure.exit
        }
    }
}

async fn dispatch(io: &mut Io, global: &Global, name: &str, matches: &ArgMatches) -> Result<()> {
    if let Some((operation, matches)) = operation(name, matches) {
        return call::run(io, global, operation, matches).await;
    }
    if let Some(result) = account::run(io, global, name, matches).await {
        return result;
    }
    match extras::run(io, global, name, matches).await {
        Some(result) => result,
        None => Err(Failure::usage(format!("`{name}` is no command"))),
    }
}

fn operation<'a>(group: &str, matches: &'a ArgMatches) -> Option<(&'static Operation, &'a ArgMatches)> {
    let group = GROUPS.iter().find(|it| it.name == group)?;
    let (name, matches) = matches.subcommand()?;
    let operation = group.operations.iter().find(|operation| operation.name == name)?;
    Some((operation, matches))
}

/// Where clap has the last word on global options.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, below)| innermost(below))
}

/// Help and version go where results go; a command line that makes no sense is explained.
fn explain(error: &clap::Error, io: &mut Io) -> Exit {
    let styled = error.render();
    let is_help = !error.use_stderr();
    let is_terminal = if is_help {
        io.stdout_is_terminal
    } else {
        io.stderr_is_terminal
    };
    let text = if is_terminal && io.variable("NO_COLOR").is_none() {
        styled.ansi().to_string()
    } else {
        styled.to_string()
    };
    if is_help {
        let _ = io.print(&text);
        return Exit::Success;
    }
    io.tell(text.trim_end());
    Exit::Usage
}
