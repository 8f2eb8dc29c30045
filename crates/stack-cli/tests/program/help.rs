//! What people read before they use it.

use clap::Command;
use insta::assert_snapshot;
use stack_cli::{GROUPS, command, spec::Shape};

/// The help of a command, as long as it gets.
fn help(path: &[&str]) -> String {
    let mut command = command();
    command.build();
    let mut at = &mut command;
    for name in path {
        at = at
            .find_subcommand_mut(name)
            .unwrap_or_else(|| panic!("no command {name}"));
    }
    let text = at.render_long_help().to_string();
    // Global options are the same everywhere.
    let own = text.split("\nGlobal options:").next().unwrap_or_default();
    own.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn clap_finds_nothing_wrong() {
    command().debug_assert();
}

#[test]
fn every_command_says_what_it_does() {
    fn check(command: &Command) {
        assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
        for argument in command.get_arguments() {
            assert!(
                argument.get_help().is_some(),
                "{} {} says nothing",
                command.get_name(),
                argument.get_id()
            );
        }
        command.get_subcommands().for_each(check);
    }
    command().get_subcommands().for_each(check);
}

#[test]
fn logging_in_is_explained() {
    assert_snapshot!(help(&["login", "keys"]));
}

#[test]
fn a_list_is_explained() {
    assert_snapshot!(help(&["users", "list"]));
}

#[test]
fn a_body_is_explained() {
    assert_snapshot!(help(&["sessions", "create"]));
}

#[test]
fn what_deletes_is_explained() {
    let help = help(&["users", "delete"]);
    assert!(
        help.contains("-y, --yes") && help.contains("Delete without being asked"),
        "{help}"
    );
}

#[test]
fn a_placeholder_is_words_with_underscores_whatever_the_path_has() {
    let usage = |path: &[&str]| {
        let help = help(path);
        help.lines()
            .find(|line| line.starts_with("Usage:"))
            .expect("a line")
            .to_owned()
    };
    let camel = usage(&["internal-email-templates", "update"]);
    assert_snapshot!(camel, @"Usage: stack internal-email-templates update [OPTIONS] <TEMPLATE_ID>");
    let snake = usage(&["team-memberships", "delete"]);
    assert_snapshot!(snake, @"Usage: stack team-memberships delete [OPTIONS] <TEAM_ID> <USER_ID>");
}

#[test]
fn names_are_unique_and_fit_a_command_line() {
    let is_word = |name: &str| {
        let mut letters = name.chars();
        letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter))
    };
    for group in GROUPS {
        for operation in group.operations {
            assert!(is_word(operation.name), "{}", operation.name);
            let body = operation.body.map_or(&[][..], |body| body.fields);
            for field in operation.query.iter().chain(body) {
                assert!(
                    is_word(field.flag),
                    "{} {} --{}",
                    group.name,
                    operation.name,
                    field.flag
                );
            }
        }
    }
}

#[test]
fn a_secret_can_always_be_kept_off_the_command_line() {
    let fields = GROUPS
        .iter()
        .flat_map(|group| group.operations)
        .filter_map(|operation| operation.body);
    for field in fields.flat_map(|body| body.fields) {
        let is_secret = ["password", "secret_key", "refresh_token"].contains(&field.path);
        assert!(!is_secret || field.shape == Shape::Secret, "{}", field.path);
    }
}
