//! Options that every command has.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use crate::{output::Format, spec::Access};

/// What they say.
#[derive(Debug, Clone, Default)]
pub struct Global {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--url`.
    pub url: Option<String>,
    /// `--project-id`.
    pub project_id: Option<String>,
    /// `--access`.
    pub access: Option<Access>,
    /// `--output` or `--json`.
    pub output: Option<Format>,
    /// `--timeout`.
    pub timeout: Option<Duration>,
    /// `--verbose`.
    pub verbose: bool,
    /// `--quiet`.
    pub quiet: bool,
}

impl Global {
    /// Reads them.
    pub fn of(matches: &ArgMatches) -> Self {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let output = text("output").and_then(|name| Format::named(&name));
        Self {
            profile: text("profile"),
            url: text("url"),
            project_id: text("project-id"),
            access: text("access").and_then(|name| Access::from_name(&name)),
            output: if matches.get_flag("json") {
                Some(Format::Json)
            } else {
                output
            },
            timeout: matches.get_one("timeout").copied().map(Duration::from_secs),
            verbose: matches.get_flag("verbose"),
            quiet: matches.get_flag("quiet"),
        }
    }
}

/// As clap knows them.
pub fn args() -> Vec<Arg> {
    let global = |name: &'static str| Arg::new(name).long(name).global(true).help_heading("Global options");
    vec![
        global("profile")
            .value_name("NAME")
            .help("Act as this profile [env: STACK_PROFILE]"),
        global("url")
            .value_name("ORIGIN")
            .help("The server, for example http://localhost:8102 [env: STACK_API_URL]"),
        global("project-id")
            .value_name("ID")
            .help("The project [env: STACK_PROJECT_ID]"),
        global("access")
            .value_name("KIND")
            .value_parser(Access::ALL.map(Access::name))
            .help("The kind of access; the strongest there is for the command by default"),
        global("output")
            .short('o')
            .value_name("FORMAT")
            .value_parser(Format::ALL.map(Format::name))
            .help("How results are written: a table on a terminal, JSON elsewhere by default"),
        global("json")
            .action(ArgAction::SetTrue)
            .overrides_with("output")
            .help("The same as --output json"),
        global("timeout")
            .value_name("SECONDS")
            .value_parser(value_parser!(u64).range(1..))
            .help("How long an attempt may take [default: 30]"),
        global("verbose")
            .short('v')
            .action(ArgAction::SetTrue)
            .help("Show requests and answers on stderr, without secrets"),
        global("quiet")
            .short('q')
            .action(ArgAction::SetTrue)
            .help("Show no progress and no remarks"),
    ]
}
