//! `stack api`, `stack completions` and `stack man`.

use std::{fs, path::Path};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use serde_json::Value;

use crate::{
    call,
    command::{self, global::Global},
    connection::Connection,
    failure::{Failure, Result},
    generated::GROUPS,
    io::Io,
    output::{self, Format},
    spec::{Accesses, Form, Operation, answer},
};

/// The commands.
pub fn commands() -> Vec<Command> {
    vec![api_command(), completions_command(), man_command()]
}

/// Runs one of them; `None`: it is none of them.
pub async fn run(io: &mut Io, global: &Global, name: &str, matches: &ArgMatches) -> Option<Result<()>> {
    Some(match name {
        "api" => api(io, global, matches).await,
        "completions" => completions(io, matches),
        "man" => man(io, matches),
        _ => return None,
    })
}

fn api_command() -> Command {
    Command::new("api")
        .about("Send any request, with the credentials of the profile")
        .long_about(
            "Send any request, with the credentials of the profile.\n\nA path that doesn't begin with `/api/` or name \
             another root stands below /api/v1: `stack api GET /users/me`. It may have a query.",
        )
        .arg(
            Arg::new("method")
                .value_name("METHOD")
                .required(true)
                .help("GET, POST, PUT, PATCH or DELETE"),
        )
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .required(true)
                .help("For example /users?limit=2"),
        )
        .arg(
            Arg::new("body")
                .long("body")
                .value_name("FILE")
                .help("Send this JSON; `-` is stdin"),
        )
        .arg(
            Arg::new("data")
                .long("data")
                .value_name("JSON")
                .conflicts_with("body")
                .help("Send this JSON"),
        )
        .arg(
            Arg::new("root")
                .long("root")
                .action(ArgAction::SetTrue)
                .help("The path stands below the server's root"),
        )
}

async fn api(io: &mut Io, global: &Global, matches: &ArgMatches) -> Result<()> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let (method, path) = (
        text("method").unwrap_or_default().to_uppercase(),
        text("path").unwrap_or_default(),
    );
    let path = format!("/{}", path.trim_start_matches('/'));
    let path = if matches.get_flag("root") || path.starts_with("/api/") {
        path
    } else {
        format!("/api/v1{path}")
    };
    let connection = Connection::choose(io, global)?;
    connection.needs_project()?;
    let operation = operation_at(&method, &path);
    let allowed = operation.map_or(Accesses::ALL, |operation| operation.access);
    let access = connection.access(allowed, global.access)?;
    let client = connection.client(io, access, global)?;
    let mut request = call::new_request(&method, client.base_url(), &path, std::iter::empty())?;
    let body = match text("body") {
        Some(source) => Some(io.contents(&source)?),
        None => text("data"),
    };
    if let Some(body) = body {
        let body: Value =
            serde_json::from_str(&body).map_err(|error| Failure::usage(format!("the body isn't JSON: {error}")))?;
        call::set_body(&mut request, &body, false);
    }
    let id = operation.map_or("api", |operation| operation.id);
    let reply = client.send(io, request, id, global).await?;
    let format = Format::choose(global.output, io);
    let answer = operation.map_or(answer(Form::Object, ""), |operation| operation.answer);
    output::write(io, &reply, &answer, format, &[])
}

/// The operation that a request is of, for what it knows of its answer and its tokens.
fn operation_at(method: &str, path: &str) -> Option<&'static Operation> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let fits = |operation: &&Operation| {
        let (pattern, path) = (operation.path.split('/'), path.split('/'));
        operation.method == method
            && pattern.clone().count() == path.clone().count()
            && pattern
                .zip(path)
                .all(|(pattern, part)| pattern == part || pattern.starts_with('{'))
    };
    let found = GROUPS.iter().flat_map(|group| group.operations).filter(fits);
    // `/users/me` rather than `/users/{user_id}`.
    found.min_by_key(|operation| operation.path_params.len())
}

fn completions_command() -> Command {
    Command::new("completions")
        .about("Write a completion script for a shell")
        .long_about(
            "Write a completion script for a shell.\n\n\
             bash:  stack completions bash > ~/.local/share/bash-completion/completions/stack\n\
             zsh:   stack completions zsh > \"${fpath[1]}/_stack\"\n\
             fish:  stack completions fish > ~/.config/fish/completions/stack.fish",
        )
        .arg(
            Arg::new("shell")
                .required(true)
                .value_parser(value_parser!(Shell))
                .help("The shell"),
        )
}

fn completions(io: &mut Io, matches: &ArgMatches) -> Result<()> {
    let shell = *matches
        .get_one::<Shell>("shell")
        .ok_or_else(|| Failure::usage("no shell was given"))?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command::root(), "stack", &mut script);
    io.print(&String::from_utf8_lossy(&script))
}

fn man_command() -> Command {
    Command::new("man").about("Write the man pages, one per command").arg(
        Arg::new("dir")
            .long("dir")
            .value_name("FOLDER")
            .required(true)
            .help("Where to, for example /usr/local/share/man/man1"),
    )
}

fn man(io: &mut Io, matches: &ArgMatches) -> Result<()> {
    let folder = matches.get_one::<String>("dir").cloned().unwrap_or_default();
    fs::create_dir_all(&folder).map_err(|error| Failure::other(format!("`{folder}` can't be made: {error}")))?;
    clap_mangen::generate_to(command::root(), Path::new(&folder))?;
    let count = fs::read_dir(&folder)?.count();
    io.tell(&format!("{count} files in {folder}."));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_operation() {
        let id = |method, path| operation_at(method, path).map(|operation| operation.id);
        assert_eq!(id("GET", "/api/v1/users/me?x=1"), Some("get_current_user"));
        assert_eq!(id("GET", "/api/v1/users/abc"), Some("get_user"));
        assert_eq!(id("GET", "/nowhere"), None);
    }
}
