//! The program itself: what it prints, what it keeps, and how it ends.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Lines, Read as _},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

/// The last line of what `demo` prints.
const PRINTED: &str = "Ctrl-C stops it.";

/// The program, in this folder and without the settings of whoever runs the test.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stack-server"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("STACK_LISTEN", "127.0.0.1:0");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().expect("the program starts")
}

/// A running `stack-server demo`.
struct Demo {
    child: Child,
    printed: String,
    /// Whoever prints wants a reader as long as it lives.
    _stdout: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    fn start(folder: &Path) -> Self {
        let mut command = program(folder);
        command.arg("demo").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut printed = String::new();
        while !printed.contains(PRINTED) {
            let Some(line) = lines.next() else {
                let mut log = String::new();
                let _ = child.stderr.take().expect("it is piped").read_to_string(&mut log);
                panic!("it stopped before it was ready:\n{printed}\n{log}");
            };
            printed.push_str(&line.expect("it prints text"));
            printed.push('\n');
        }
        Self {
            child,
            printed,
            _stdout: lines,
        }
    }

    /// What stands behind this label.
    fn printed(&self, label: &str) -> &str {
        let line = self.printed.lines().find_map(|line| line.trim().strip_prefix(label));
        line.unwrap_or_else(|| panic!("{label}: {}", self.printed)).trim()
    }

    /// The commands to paste, each in one line.
    fn commands(&self) -> Vec<String> {
        let joined = self.printed.replace("\\\n", " ");
        joined
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("curl "))
            .map(str::to_owned)
            .collect()
    }

    /// Sends SIGTERM; gives whether it ended well, and what it logged.
    fn stop(mut self) -> (bool, String) {
        let killed = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(killed.expect("kill is there").success());
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .expect("it is piped")
            .read_to_string(&mut log)
            .expect("it logs text");
        (self.child.wait().expect("it ends").success(), log)
    }
}

/// Runs a command as if it were pasted, and gives what it answers.
fn paste(command: &str) -> Value {
    let quiet = command.replacen("curl ", "curl --silent --show-error ", 1);
    let output = Command::new("sh")
        .args(["-c", &quiet])
        .output()
        .expect("there is a shell");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stdout)))
}

#[test]
fn help_names_every_command_and_setting_with_its_default() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["--help"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success());
    for name in [
        "serve",
        "migrate",
        "demo",
        "keys",
        "--config",
        "--database-url",
        "--listen",
        "--public-url",
        "--server-secret",
    ] {
        assert!(text.contains(name), "{name}: {text}");
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let settings = text.matches("[env: ").count();
    let described = text.matches("[default: ").count();
    assert!(
        settings >= 10 && described >= settings - 2,
        "{settings} settings, {described} defaults"
    );
    assert!(
        std::fs::read_dir(folder.path()).expect("a folder").next().is_none(),
        "asking for help makes no files"
    );
}

#[test]
fn migrating_twice_is_migrating_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let outputs = [(); 2].map(|()| run(folder.path(), &["migrate", "--database-url", "sqlite://here.db"]));
    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    assert_eq!(outputs[0].stdout, outputs[1].stdout);
    assert!(folder.path().join("here.db").is_file());
}

#[test]
fn keys_are_rotated_and_listed_beside_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = Demo::start(folder.path());
    let project = demo.printed("Project id").to_owned();
    let keys = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["keys"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (
            output.status.success(),
            String::from_utf8(output.stdout).expect("text"),
            said,
        )
    };
    let (works, listed, said) = keys(&["list", "--project", &project]);
    assert!(works, "{said}");
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(lines[0], project);
    assert!(lines[1].starts_with("  generation 0: signs; keys "), "{listed}");
    assert!(
        lines[2].starts_with("  generation 1: published, for the next rotation; keys "),
        "{listed}"
    );
    assert_eq!(lines.len(), 3);

    let (works, rotated, said) = keys(&["rotate", "--project", &project]);
    assert!(works, "{said}");
    assert!(
        rotated.starts_with(&format!("{project}: generation 1 signs from 20")),
        "{rotated}"
    );
    let (works, rotated, said) = keys(&["rotate", "--all"]);
    assert!(works, "{said}");
    assert_eq!(rotated.lines().count(), 2, "{rotated}");
    let (_, listed, _) = keys(&["list"]);
    assert!(listed.contains("  generation 2: published, signs from 20"), "{listed}");

    let nowhere = "00000000-0000-4000-8000-000000000000";
    let (works, _, said) = keys(&["rotate", "--project", nowhere]);
    assert!(!works && said.contains(nowhere), "{said}");
    assert!(!keys(&["rotate"]).0, "neither a project nor all");
    assert!(!keys(&["rotate", "--all", "--project", &project]).0);
    assert!(demo.stop().0);
}

#[test]
fn the_demo_does_what_it_says_and_keeps_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Demo::start(folder.path());
    let commands = first.commands();
    assert_eq!(commands.len(), 2, "{}", first.printed);
    let signed_up = paste(&commands[0]);
    assert!(signed_up["access_token"].is_string(), "{signed_up}");
    let listed = paste(&commands[1]);
    assert_eq!(listed["items"][0]["primary_email"], "ada@example.com", "{listed}");
    let labels = [
        "Project id",
        "Publishable client key",
        "Secret server key",
        "Super secret admin key",
    ];
    let keys = labels.map(|label| first.printed(label).to_owned());
    let (ended_well, log) = first.stop();
    assert!(ended_well, "{log}");
    for secret in keys[1..]
        .iter()
        .map(String::as_str)
        .chain(signed_up["refresh_token"].as_str())
    {
        assert!(!log.contains(secret), "a secret was logged");
    }

    let second = Demo::start(folder.path());
    assert_eq!(
        labels.map(|label| second.printed(label).to_owned()),
        keys,
        "the keys are still the same"
    );
    let commands = second.commands();
    assert_eq!(paste(&commands[1])["items"], listed["items"], "the user is still there");
    assert_eq!(paste(&commands[0])["code"], "USER_EMAIL_ALREADY_EXISTS");
    let base_url = commands[0]
        .split_whitespace()
        .nth(1)
        .expect("a URL")
        .split("/api/")
        .next()
        .expect("an origin");
    let refresh = format!(
        "curl -X POST {base_url}/api/v1/auth/sessions/current/refresh -H 'x-stack-access-type: client' \
         -H 'x-stack-project-id: {}' -H 'x-stack-refresh-token: {}'",
        keys[0],
        signed_up["refresh_token"].as_str().expect("a token"),
    );
    assert!(paste(&refresh)["access_token"].is_string(), "the session goes on");
    assert!(second.stop().0);
}

#[test]
fn a_setting_that_cant_hold_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("stack.toml"), "max_body_byte = 10").expect("a file");
    for (arguments, name) in [
        (["--database-url", "mysql://localhost/stack"], "database_url"),
        (["--database-url", "postgres://localhost/stack"], "server_secret"),
        (["--server-secret", "short"], "server_secret"),
        (["--access-token-lifetime", "forever"], "access_token_lifetime"),
        (["--public-url", "https://example.com/path"], "public_url"),
        (["--config", "stack.toml"], "max_body_byte"),
        (["--config", "missing.toml"], "missing.toml"),
    ] {
        let output = run(folder.path(), &arguments);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(name), "{arguments:?}: {text}");
    }
}

#[test]
fn an_address_that_is_taken_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free address");
    let address = taken.local_addr().expect("an address").to_string();
    let output = run(folder.path(), &["--listen", &address]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains(&address), "{text}");
}
