//! The header `authorization` on the command line: a flag of the commands whose operations read it.

use std::fs;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;

/// What `stack` says about a request to nowhere.
fn stack(folder: &TempDir, arguments: &[&str], typed: &str) -> String {
    let mut command = cargo_bin_cmd!("stack");
    command.env_clear().env("STACK_CONFIG_DIR", folder.path());
    command
        .env("STACK_API_URL", "http://127.0.0.1:1")
        .env("STACK_PROJECT_ID", "x");
    let ended = command.args(arguments).arg("--verbose").write_stdin(typed).assert();
    let output = ended.get_output();
    assert_eq!(
        output.status.code(),
        Some(8),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_bearer_token_is_given_in_three_ways_and_shown_in_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("token");
    fs::write(&file, "of-a-monitor\n").expect("a file");
    let from_file = format!("@{}", file.display());
    for (token, typed) in [("of-a-monitor", ""), (from_file.as_str(), ""), ("-", "of-a-monitor\n")] {
        let said = stack(&folder, &["health", "check-email", "--bearer-token", token], typed);
        assert!(said.contains("> authorization: [secret]"), "{said}");
        assert!(!said.contains("of-a-monitor"), "{said}");
    }
    assert!(!stack(&folder, &["health", "check-email"], "").contains("authorization"));
}

#[test]
fn a_name_and_a_password_stand_with_a_colon_between() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["oauth", "create-token", "--grant-type", "refresh_token"];
    let with = |both: &'static str| [&arguments[..], &["--basic-auth", both]].concat();
    let said = stack(&folder, &with("internal:pck_1"), "");
    assert!(said.contains("> authorization: [secret]"), "{said}");

    let mut command = cargo_bin_cmd!("stack");
    command.env_clear().env("STACK_CONFIG_DIR", folder.path());
    let refused = command.args(with("pck_1")).assert().code(2).get_output().stderr.clone();
    let refused = String::from_utf8_lossy(&refused).into_owned();
    assert!(refused.contains("`--basic-auth` has to be NAME:PASSWORD"), "{refused}");
}
