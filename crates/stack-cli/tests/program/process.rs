//! The program as the shell sees it.

use std::{fs, io::Read, process::Stdio};

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

/// The program with an empty environment and a folder for profiles.
fn stack(folder: &TempDir) -> assert_cmd::Command {
    let mut command = cargo_bin_cmd!("stack");
    command.env_clear().env("STACK_CONFIG_DIR", folder.path());
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn the_version_is_a_result_and_nonsense_is_none() {
    let folder = folder();
    let version = format!("stack {}\n", env!("CARGO_PKG_VERSION"));
    stack(&folder).arg("--version").assert().code(0).stdout(version);
    stack(&folder).args(["users", "lost"]).assert().code(2).stdout("");
    stack(&folder).assert().code(2).stdout("");
}

#[test]
fn nobody_is_logged_in_at_first() {
    let folder = folder();
    let output = stack(&folder)
        .args(["users", "list"])
        .assert()
        .code(4)
        .stdout("")
        .get_output()
        .clone();
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"
    error: nobody is logged in, and no project is named
      hint: `stack login` stores a profile; `--project-id` or STACK_PROJECT_ID names a project.
    ");
}

#[test]
fn every_shell_has_completions() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = stack(&folder)
            .args(["completions", shell])
            .assert()
            .code(0)
            .get_output()
            .clone();
        let script = String::from_utf8(output.stdout).expect("text");
        assert!(script.contains("primary-email"), "{shell} knows the flags");
    }
}

#[test]
fn every_command_has_a_man_page() {
    let folder = folder();
    let pages = folder.path().join("man1");
    stack(&folder).arg("man").arg("--dir").arg(&pages).assert().code(0);
    for page in ["stack.1", "stack-users.1", "stack-users-create.1", "stack-login-keys.1"] {
        let text = fs::read_to_string(pages.join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        assert!(text.contains(".SH NAME"), "{page}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_hears_no_complaint() {
    let folder = folder();
    let program = stack(&folder).get_program().to_owned();
    let mut child = std::process::Command::new(program)
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let mut complaint = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut complaint).expect("text");
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), complaint.as_str()), (Some(0), ""));
}
