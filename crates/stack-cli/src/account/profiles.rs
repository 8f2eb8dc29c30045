//! `stack profiles`.

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use crate::{
    command::global::Global,
    failure::{Failure, Result},
    io::Io,
    output::{self, Format},
    profiles::{Profile, Profiles, ProfilesFile},
    spec::{Access, Column, Form, answer, column},
};

/// What `stack profiles list` shows.
const COLUMNS: &[Column] = &[
    column("name"),
    column("is_default"),
    column("url"),
    column("project_id"),
    column("accesses"),
    column("is_signed_in"),
];

/// The command.
pub fn command() -> Command {
    let name = || Arg::new("name").value_name("NAME").required(true).help("A profile");
    let command = |name: &'static str, about: &'static str| Command::new(name).about(about);
    Command::new("profiles")
        .about("List, choose, rename and remove profiles")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand(command("list", "List the profiles"))
        .subcommand(command("show", "Show a profile without its secrets").arg(name().required(false)))
        .subcommand(command("use", "Make a profile the one that commands use").arg(name()))
        .subcommand(
            command("rename", "Give a profile another name").arg(name()).arg(
                Arg::new("new")
                    .value_name("NEW_NAME")
                    .required(true)
                    .help("Its new name"),
            ),
        )
        .subcommand(
            command(
                "remove",
                "Forget a profile with its keys and its session, which isn't ended on the server",
            )
            .arg(name()),
        )
        .subcommand(command("path", "Show where profiles are kept"))
}

/// Runs one of its commands.
///
/// # Errors
///
/// If there is no such profile, or the file can't be read or written.
pub fn run(io: &mut Io, global: &Global, matches: &ArgMatches) -> Result<()> {
    let file = ProfilesFile::of(io)?;
    let (command, matches) = matches.subcommand().unwrap_or(("list", matches));
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let format = Format::choose(global.output, io);
    match command {
        "list" => {
            let profiles = file.read()?;
            let items: Vec<_> = profiles
                .profiles
                .iter()
                .map(|(name, it)| shown(&profiles, name, it))
                .collect();
            let answer = answer(Form::List { paged: false }, "").columns(COLUMNS);
            output::write(io, &json!({ "items": items }), &answer, format, &[])
        }
        "show" => {
            let profiles = file.read()?;
            let asked = matches
                .get_one::<String>("name")
                .cloned()
                .or_else(|| global.profile.clone());
            let name = asked.or_else(|| profiles.default.clone());
            let name =
                name.ok_or_else(|| Failure::usage("there is no profile yet").hint("`stack login` makes one."))?;
            let profile = profiles.profiles.get(&name).ok_or_else(|| no_profile(&name))?;
            output::write(
                io,
                &shown(&profiles, &name, profile),
                &answer(Form::Object, ""),
                format,
                &[],
            )
        }
        "path" => io.print(&format!("{}\n", file.path().display())),
        "use" => file.change(|profiles| {
            let name = text("name");
            profiles.profiles.get(&name).ok_or_else(|| no_profile(&name))?;
            profiles.default = Some(name);
            Ok(())
        }),
        "rename" => file.change(|profiles| rename(profiles, &text("name"), text("new"))),
        _ => file.change(|profiles| remove(profiles, &text("name"))),
    }
}

fn rename(profiles: &mut Profiles, old: &str, new: String) -> Result<()> {
    if profiles.profiles.contains_key(&new) {
        return Err(Failure::usage(format!("there is a profile `{new}` already")));
    }
    let profile = profiles.profiles.remove(old).ok_or_else(|| no_profile(old))?;
    if profiles.default.as_deref() == Some(old) {
        profiles.default = Some(new.clone());
    }
    profiles.profiles.insert(new, profile);
    Ok(())
}

fn remove(profiles: &mut Profiles, name: &str) -> Result<()> {
    profiles.profiles.remove(name).ok_or_else(|| no_profile(name))?;
    if profiles.default.as_deref() == Some(name) {
        profiles.default = None;
    }
    Ok(())
}

fn shown(profiles: &Profiles, name: &str, profile: &Profile) -> Value {
    let accesses: Vec<_> = profile.accesses().iter().map(Access::name).collect();
    json!({
        "name": name,
        "is_default": profiles.default.as_deref() == Some(name),
        "url": profile.url,
        "project_id": profile.project_id,
        "accesses": accesses.join(", "),
        "preferred_access": profile.access,
        "is_signed_in": profile.is_signed_in(),
    })
}

fn no_profile(name: &str) -> Failure {
    Failure::usage(format!("there is no profile `{name}`")).hint("`stack profiles list` shows those there are.")
}
