//! Nothing is deleted unasked: what a person sees, and what a script has to say.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Write},
    sync::{Arc, Mutex},
};

use stack_cli::{Exit, GROUPS, Io, run};
use tempfile::TempDir;

const DELETE: &str = "stack users delete 3241a285-8329-4d69-8f3d-316e08cf140c";

/// Where nobody answers, so that a command which goes on can be told from one that doesn't.
const NOWHERE: &str = "http://127.0.0.1:1";

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics here").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What becomes of a line that is run with `typed` at a terminal, or piped in.
async fn outcome(line: &str, typed: &str, is_terminal: bool) -> (Exit, String) {
    let (folder, heard) = (TempDir::new().expect("a folder"), Heard::default());
    let variables = [
        ("STACK_API_URL", NOWHERE),
        ("STACK_PROJECT_ID", "5eed0000-de40-4000-8000-000000000001"),
        ("STACK_SECRET_SERVER_KEY", "ssk_1"),
    ];
    let mut io = Io {
        stdin: Box::new(Cursor::new(typed.to_owned())),
        stdout: Box::new(io::sink()),
        stderr: Box::new(heard.clone()),
        stdin_is_terminal: is_terminal,
        stdout_is_terminal: is_terminal,
        stderr_is_terminal: is_terminal,
        width: 100,
        variables: BTreeMap::from(variables.map(|(name, value)| (name.to_owned(), value.to_owned()))),
        config_dir: Some(folder.path().to_owned()),
        http: None,
    };
    let exit = run(line.split(' ').map(str::to_owned), &mut io).await;
    let heard = heard.0.lock().expect("nobody panics here").clone();
    (exit, String::from_utf8(heard).expect("text"))
}

#[tokio::test]
async fn a_person_is_shown_what_goes_and_may_say_no() {
    for typed in ["n\n", "\n", "", "nope\n"] {
        let (exit, heard) = outcome(DELETE, typed, true).await;
        assert_eq!(exit, Exit::Interrupted, "{typed:?}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(heard, @"
            Delete a user:
              USER_ID: 3241a285-8329-4d69-8f3d-316e08cf140c
              project 5eed0000-de40-4000-8000-000000000001 at http://127.0.0.1:1, with server access
            Go on? [y/N] error: nothing was deleted
            ");
        }
    }
}

#[tokio::test]
async fn a_person_who_says_yes_isnt_asked_twice() {
    for typed in ["y\n", "Yes\n"] {
        let (exit, heard) = outcome(DELETE, typed, true).await;
        assert_eq!(exit, Exit::Unreachable, "{typed:?}: {heard}");
    }
}

#[tokio::test]
async fn yes_goes_on_without_a_question() {
    for flag in ["--yes", "-y"] {
        for is_terminal in [true, false] {
            let (exit, heard) = outcome(&format!("{DELETE} {flag}"), "", is_terminal).await;
            assert_eq!(exit, Exit::Unreachable);
            assert!(!heard.contains("Go on?"), "{heard}");
        }
    }
}

#[tokio::test]
async fn without_a_terminal_a_script_is_told_what_to_say() {
    // Not even an answer that happens to be on the standard input counts.
    let (exit, heard) = outcome(DELETE, "y\n", false).await;
    assert_eq!(exit, Exit::Usage);
    insta::assert_snapshot!(heard, @"
    error: this deletes something, and there is nobody to ask
      hint: `--yes` says that it shall be deleted.
    ");
}

#[tokio::test]
async fn a_request_that_is_written_out_is_sent_as_it_is() {
    let (exit, _) = outcome("stack api DELETE /users/me", "", false).await;
    assert_eq!(exit, Exit::Unreachable);
}

#[test]
fn whatever_deletes_can_be_told_to_go_on() {
    let root = stack_cli::command();
    for group in GROUPS {
        let commands = root.find_subcommand(group.name).expect("a group");
        for operation in group.operations {
            let command = commands.find_subcommand(operation.name).expect("a command");
            let has_yes = command.get_arguments().any(|argument| argument.get_id() == "yes");
            assert_eq!(
                has_yes,
                operation.method == "DELETE",
                "{} {}",
                group.name,
                operation.name
            );
        }
    }
}
