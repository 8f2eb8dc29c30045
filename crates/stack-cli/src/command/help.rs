//! The texts of `stack --help`.

use clap::Command;

use crate::generated::GROUPS;

/// What `stack --help` begins with.
pub const ABOUT: &str = "The Stack Auth API on the command line: one command per operation, in groups.\n\n\
    `stack login` stores a server, a project and what it takes to get in as a profile; the commands of the API use it. \
    Without a profile they use the variables STACK_API_URL, STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY, \
    STACK_SECRET_SERVER_KEY and STACK_SUPER_SECRET_ADMIN_KEY, also with the prefix NEXT_PUBLIC_.";

/// What `stack --help` ends with.
pub const AFTER: &str = "Exit codes:\n\
    \x20 0   it worked\n\
    \x20 1   something here is broken\n\
    \x20 2   the command line makes no sense\n\
    \x20 3   the server refused, for a reason of its own\n\
    \x20 4   keys or session aren't good enough (401, 403)\n\
    \x20 5   there is no such thing (404)\n\
    \x20 6   too many requests (429)\n\
    \x20 7   the server is broken (5xx)\n\
    \x20 8   the server can't be reached\n\
    \x20 130 interrupted";

/// `root` with its commands in two sections: those written by hand, and the groups of the API.
pub fn with_sections(root: Command) -> Command {
    let is_group = |name: &str| GROUPS.iter().any(|group| group.name == name);
    let line = |command: &Command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        format!("  {:<18} {}\n", command.get_name(), first_sentence(&about))
    };
    let section = |wanted: bool| {
        let commands = root.get_subcommands().filter(|command| !command.is_hide_set());
        let lines = commands
            .filter(|command| is_group(command.get_name()) == wanted)
            .map(line);
        lines.collect::<String>()
    };
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\nCommands:\n{}\nThe API (`stack GROUP --help` lists its commands):\n{}\nOptions:\n{{options}}{{after-help}}",
        section(false),
        section(true)
    );
    root.help_template(template)
}

/// As much as fits a list.
fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text[..end].trim_end_matches('.')
}
