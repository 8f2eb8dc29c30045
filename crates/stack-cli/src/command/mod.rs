//! The command line as clap knows it: the groups of the contract, and what is written by hand beside them.

pub mod global;
mod help;
pub mod operation;

use clap::{Command, crate_version};

use crate::{account, extras, generated::GROUPS, spec::Group};

/// All commands.
pub fn root() -> Command {
    let by_hand = account::commands().into_iter().chain(extras::commands());
    let root = Command::new("stack")
        .version(crate_version!())
        .about("The Stack Auth API on the command line.")
        .long_about(help::ABOUT)
        .after_long_help(help::AFTER)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .infer_subcommands(false)
        .max_term_width(100)
        .args(global::args())
        .subcommands(by_hand)
        .subcommands(GROUPS.iter().map(group));
    help::with_sections(root)
}

fn group(group: &'static Group) -> Command {
    let is_hidden = group.operations.iter().all(|operation| operation.hidden);
    Command::new(group.name)
        .about(group.about)
        .hide(is_hidden)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands(group.operations.iter().map(operation::command))
}
