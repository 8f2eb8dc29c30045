//! The sessions that the READMEs show are what happens.

use std::fmt::Write;

use super::Person;

/// What the READMEs call the server and the project.
const SHOWN: [&str; 2] = ["http://localhost:8102", "5eed0000-de40-4000-8000-000000000001"];

#[tokio::test]
async fn the_session_of_the_readme_is_what_happens() {
    is_what_happens(include_str!("../../../../README.md")).await;
}

#[tokio::test]
async fn the_session_of_the_crate_is_what_happens() {
    is_what_happens(include_str!("../../../../crates/stack-cli/README.md")).await;
}

/// Runs each `$ stack …` of the blocks marked `console`, as at a terminal. `< file` is the server key; in what is shown
/// `…` stands for anything on one line.
async fn is_what_happens(readme: &str) {
    let mut person = Person::new().await;
    person.is_at_terminal = true;
    let key = person.project.keys.secret_server_key.expose().to_owned();
    let (url, id) = (person.project.server.url(), person.project.id.to_string());
    let mut ran = 0;
    for (line, expected) in commands(readme) {
        let (command, typed) = match line.split_once(" < ") {
            Some((command, _)) => (command, key.as_str()),
            None => (line.as_str(), ""),
        };
        let command = command.replace(SHOWN[0], &url).replace(SHOWN[1], &id);
        let ended = person
            .type_in(command.strip_prefix("stack ").expect("a command of ours"), typed)
            .await;
        let happened = ended.stdout + &ended.stderr;
        let happened = happened.replace(&url, SHOWN[0]).replace(&id, SHOWN[1]);
        assert!(
            fits(&expected, &happened),
            "$ {line}\n{happened}\nbut the README says:\n{expected}"
        );
        ran += 1;
    }
    assert!(ran > 3, "the README shows a session");
}

/// The commands of all blocks, and what is shown below each.
fn commands(readme: &str) -> Vec<(String, String)> {
    let blocks = readme
        .split("```console\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in blocks.flat_map(str::lines) {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, expected))) => writeln!(expected, "{line}").expect("a String takes everything"),
            (None, None) => {}
        }
    }
    commands
}

fn fits(expected: &str, happened: &str) -> bool {
    expected.trim().lines().count() == happened.trim().lines().count()
        && expected
            .trim()
            .lines()
            .zip(happened.trim().lines())
            .all(|(expected, happened)| {
                let pattern = expected.split('…').map(regex::escape).collect::<Vec<_>>().join(".*");
                let pattern = pattern.split_whitespace().collect::<Vec<_>>().join(r"\s+");
                regex::Regex::new(&format!(r"^\s*{pattern}\s*$"))
                    .expect("a pattern")
                    .is_match(happened)
            })
}
