//! `stack login`: what all ways to log in have in common.

use clap::{Arg, ArgMatches, Command};
use serde_json::Value;
use stack_client::Tokens;

use super::{browser, keys, password};
use crate::{
    call,
    command::global::Global,
    connection::{AnyClient, CLOUD, Connection, Source, origin},
    failure::{Failure, Result},
    io::Io,
    profiles::{Profile, ProfilesFile},
    spec::Access,
};

/// The name of the first profile, if nobody gives it another.
const FIRST: &str = "default";

/// The command.
pub fn command() -> Command {
    Command::new("login")
        .about("Log in, and remember it as a profile")
        .long_about(
            "Log in, and remember it as a profile.\n\nA profile is a server, a project, and keys or a session or both. \
             `--profile` names it (`default` otherwise); logging in again adds to it. The first profile is the one that \
             commands use; `stack profiles use` chooses another.\n\nWithout one of the commands below it asks.",
        )
        .disable_help_subcommand(true)
        .subcommand(password::command())
        .subcommand(keys::command())
        .subcommand(browser::command())
}

/// Runs it.
///
/// # Errors
///
/// If the server refuses, or the profile can't be stored.
pub async fn run(io: &mut Io, global: &Global, matches: &ArgMatches) -> Result<()> {
    let chosen = match matches.subcommand() {
        Some((name, matches)) => (name.to_owned(), Some(matches.clone())),
        None => (ask_how(io)?, None),
    };
    let mut login = Login::begin(io, global)?;
    let (name, matches) = chosen;
    match name.as_str() {
        "password" => password::run(io, global, &mut login, matches.as_ref()).await?,
        "keys" => keys::run(io, global, &mut login, matches.as_ref()).await?,
        "browser" => browser::run(io, global, &mut login, matches.as_ref()).await?,
        other => {
            return Err(Failure::usage(format!(
                "`{other}` is none of password, keys and browser"
            )));
        }
    }
    login.finish(io)
}

fn ask_how(io: &mut Io) -> Result<String> {
    if !io.stdin_is_terminal {
        let failure = Failure::usage("how to log in isn't said");
        return Err(failure.hint("`stack login password`, `stack login keys` or `stack login browser`."));
    }
    let answer = io.ask("Log in with password, keys or browser")?;
    Ok(answer.trim().to_ascii_lowercase())
}

/// A profile that is being made or added to.
pub struct Login {
    name: String,
    /// As it will be stored.
    pub profile: Profile,
}

impl Login {
    /// The profile that `global` names, on the server and for the project that it names; what isn't said is as it was,
    /// or comes from the environment, or is asked for.
    fn begin(io: &mut Io, global: &Global) -> Result<Self> {
        let stored = ProfilesFile::of(io)?.read()?;
        let named = global
            .profile
            .clone()
            .or_else(|| io.variable("STACK_PROFILE").map(str::to_owned));
        let name = named.unwrap_or_else(|| stored.default.clone().unwrap_or_else(|| FIRST.to_owned()));
        let old = stored.profiles.get(&name).cloned();
        let variable = |name: &str| io.official_variable(name).map(str::to_owned);
        let was = |part: fn(&Profile) -> &String| old.as_ref().map(|profile| part(profile).clone());
        let url = global
            .url
            .clone()
            .or_else(|| was(|it| &it.url))
            .or_else(|| variable("STACK_API_URL"));
        let url = url.unwrap_or_else(|| CLOUD.to_owned());
        if origin(&url).is_none() {
            return Err(Failure::usage(format!(
                "`{url}` isn't an origin like https://api.example.com"
            )));
        }
        let project_id = global.project_id.clone().or_else(|| was(|it| &it.project_id));
        let project_id = match project_id.or_else(|| variable("STACK_PROJECT_ID")) {
            Some(id) => id,
            None if io.stdin_is_terminal => io.ask("Project id")?,
            None => return Err(Failure::usage("the project isn't named").hint("`--project-id ID` names it.")),
        };
        // Credentials belong to one project on one server.
        let is_same = old
            .as_ref()
            .is_some_and(|old| origin(&old.url) == origin(&url) && old.project_id == project_id);
        let kept = old.filter(|_| is_same).unwrap_or_default();
        Ok(Self {
            name,
            profile: Profile {
                url,
                project_id,
                ..kept
            },
        })
    }

    /// A client with what the profile has so far, of which nothing is stored yet.
    ///
    /// # Errors
    ///
    /// If a setting can't be used.
    pub fn client(&self, io: &Io, global: &Global, access: Access) -> Result<AnyClient> {
        self.connection().client(io, access, global)
    }

    /// The same without whoever is signed in.
    pub fn only_keys(&self) -> Self {
        let mut profile = self.profile.clone();
        profile.set_tokens(Tokens::default());
        Self {
            name: self.name.clone(),
            profile,
        }
    }

    fn connection(&self) -> Connection {
        Connection {
            source: Source::Environment,
            profile: self.profile.clone(),
        }
    }

    /// Sends JSON to a path of the API with client access.
    ///
    /// # Errors
    ///
    /// If the call fails.
    pub async fn post(
        &self,
        io: &mut Io,
        global: &Global,
        operation: &'static str,
        path: &str,
        body: Value,
    ) -> Result<Value> {
        let client = self.client(io, global, Access::Client)?;
        let mut request = call::new_request("POST", client.base_url(), path, std::iter::empty())?;
        call::set_body(&mut request, &body, false);
        client.send(io, request, operation, global).await
    }

    /// The publishable key is the one thing that signing in may need besides the project. It isn't secret.
    pub fn take_publishable_key(&mut self, io: &Io, matches: Option<&ArgMatches>) {
        let given = matches.and_then(|matches| matches.get_one::<String>("publishable-client-key"));
        let variable = || io.official_variable("STACK_PUBLISHABLE_CLIENT_KEY").map(str::to_owned);
        if let Some(key) = given.cloned().or_else(variable) {
            self.profile.publishable_client_key = Some(key.into());
        }
    }

    fn finish(self, io: &mut Io) -> Result<()> {
        let file = ProfilesFile::of(io)?;
        let Self { name, profile } = self;
        let place = format!("{} (project {})", profile.url, profile.project_id);
        let default = file.change(|profiles| {
            profiles.profiles.insert(name.clone(), profile);
            Ok(profiles.default.get_or_insert_with(|| name.clone()).clone())
        })?;
        io.tell(&format!(
            "Stored the profile `{name}` for {place} in {}.",
            file.path().display()
        ));
        if default != name {
            io.tell(&format!(
                "Commands use `{default}` unless told otherwise: `--profile {name}`, or `stack profiles use {name}`."
            ));
        }
        Ok(())
    }
}

/// `--publishable-client-key`.
pub fn publishable_key_arg() -> Arg {
    Arg::new("publishable-client-key")
        .long("publishable-client-key")
        .value_name("KEY")
        .help("The key of client access, if the project asks for one; it isn't secret [env: STACK_PUBLISHABLE_CLIENT_KEY]")
}
