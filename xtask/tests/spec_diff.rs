//! `cargo xtask spec-diff` as it is run: against revisions of a git repository, and between folders.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

use assert_cmd::{assert::Assert, cargo::cargo_bin_cmd};
use tempfile::TempDir;

/// The smallest contract that is one.
const ROOT: &str = "\
openapi: 3.0.3
info: {title: Kennel, version: 1.0.0, description: Pets.}
servers: [{url: 'http://localhost:8102'}]
x-base-path: /api/v1
x-accesses:
  client: {description: For browsers., security: [projectId]}
  server: {description: For servers., security: [projectId]}
  admin: {description: For dashboards., security: [projectId]}
tags: [{name: pets, description: The pets., x-file: tags/pets.yaml}]
components:
  securitySchemes:
    projectId: {type: apiKey, in: header, name: x-stack-project-id, description: Which project.}
";

const PETS: &str = "\
paths:
  /pets:
    get:
      operationId: list_pets
      summary: List pets
      description: All of them.
      x-access: [client, server]
      parameters:
        - {name: size, in: query, description: How big they are., schema: {type: integer}}
      responses:
        '200': {description: The pets., content: {application/json: {schema: {$ref: '#/schemas/PetList'}}}}
schemas:
  PetList:
    type: object
    description: Pets.
    required: [count]
    properties:
      count: {type: integer, description: How many there are.}
";

/// A repository whose first commit, `v1`, has the contract.
struct Repository(TempDir);

impl Repository {
    fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.write(ROOT, PETS);
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit();
        repository.git(&["tag", "v1"]);
        repository
    }

    fn folder(&self) -> std::path::PathBuf {
        self.0.path().join("openapi")
    }

    fn write(&self, root: &str, pets: &str) {
        write(&self.folder(), root, pets);
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "kennel: change it"]);
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = alone(assert_cmd::Command::new("git"));
        let author = [
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.com",
            "-c",
            "commit.gpgsign=false",
        ];
        git.args(author)
            .args(arguments)
            .current_dir(self.0.path())
            .assert()
            .success();
    }

    /// `spec-diff` of what is in the folder.
    fn diff(&self, arguments: &[&str]) -> Assert {
        let mut xtask = alone(cargo_bin_cmd!("xtask"));
        // git is run in the workspace; this makes it look here.
        xtask.env("GIT_DIR", self.0.path().join(".git"));
        xtask
            .arg("spec-diff")
            .arg("--to")
            .arg(self.folder())
            .args(arguments)
            .assert()
    }
}

/// A command that heeds no configuration of whoever runs the tests.
fn alone(mut command: assert_cmd::Command) -> assert_cmd::Command {
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command
}

fn write(folder: &Path, root: &str, pets: &str) {
    fs::create_dir_all(folder.join("tags")).unwrap();
    fs::write(folder.join("root.yaml"), root).unwrap();
    fs::write(folder.join("tags/pets.yaml"), pets).unwrap();
}

fn stdout(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// The contract without what callers rely on, and with something new.
fn changed() -> String {
    let pets = PETS.replace(
        "{name: size, in: query, description: How big they are.",
        "{name: kind, in: query, description: Which.",
    );
    pets.replace(
        "    properties:\n",
        "    properties:\n      next: {type: string, description: What follows.}\n",
    )
}

#[test]
fn what_breaks_since_a_revision_is_shown_and_fails() {
    let repository = Repository::new();
    repository.write(ROOT, &changed());
    let assert = repository.diff(&["v1"]).code(1);
    let shown = stdout(&assert).replace(&*repository.folder().to_string_lossy(), "FOLDER");
    insta::assert_snapshot!(shown);
}

#[test]
fn what_was_committed_since_counts_too() {
    let repository = Repository::new();
    repository.write(ROOT, &changed());
    repository.commit();
    repository.diff(&["v1"]).code(1);
    repository.diff(&["HEAD"]).code(0);
}

#[test]
fn only_those_who_are_named_count_for_the_exit_code() {
    let repository = Repository::new();
    let more = "    properties:\n      next: {type: string, description: What follows.}\n";
    repository.write(ROOT, &PETS.replace("    properties:\n", more));
    repository.diff(&["v1"]).code(1);
    repository.diff(&["v1", "--breaking", "implementers"]).code(1);
    repository.diff(&["v1", "--breaking", "callers,rust-callers"]).code(0);
}

#[test]
fn without_a_revision_a_branch_is_compared_with_where_it_left_main() {
    let repository = Repository::new();
    repository.git(&["switch", "--quiet", "--create", "other"]);
    repository.write(ROOT, &changed());
    repository.commit();
    repository.diff(&[]).code(1);
    repository.git(&["switch", "--quiet", "main"]);
    let assert = repository.diff(&[]).code(0);
    assert!(
        stdout(&assert).starts_with("The contract since HEAD\n"),
        "{}",
        stdout(&assert)
    );
}

#[test]
fn json_counts_what_breaks() {
    let repository = Repository::new();
    repository.write(ROOT, &changed());
    let assert = repository.diff(&["v1", "--json"]).code(1);
    let report: serde_json::Value = serde_json::from_str(&stdout(&assert)).unwrap();
    assert_eq!(
        (&report["since"], &report["breaking"]),
        (&"v1".into(), &2.into()),
        "{report:#}"
    );
    let kinds: Vec<_> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["kind"].clone())
        .collect();
    assert_eq!(kinds, ["parameter-removed", "parameter-added", "property-added"]);
}

#[test]
fn a_contract_that_is_wrong_is_told_from_one_that_breaks() {
    let repository = Repository::new();
    repository.write(
        ROOT,
        &PETS.replace(
            "type: integer, description: How many",
            "description: How many, type: integre",
        ),
    );
    let assert = repository.diff(&["v1"]).code(2);
    assert!(stderr(&assert).contains("Mend it first."), "{}", stderr(&assert));

    repository.commit();
    repository.write(ROOT, PETS);
    let assert = repository.diff(&["HEAD"]).code(2);
    assert!(
        stderr(&assert).contains("in the contract HEAD:openapi"),
        "{}",
        stderr(&assert)
    );
}

#[test]
fn a_revision_that_isnt_there_is_named() {
    let repository = Repository::new();
    for revision in ["v9", "--", "main:openapi"] {
        let assert = repository.diff(&["--", revision]).code(3);
        assert!(
            stderr(&assert).contains("is no revision that git knows here"),
            "{}",
            stderr(&assert)
        );
    }
}

#[test]
fn folders_are_compared_without_git() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(old.path(), ROOT, PETS);
    write(new.path(), ROOT, PETS);
    let run = || {
        let mut xtask = alone(cargo_bin_cmd!("xtask"));
        xtask.env("PATH", "");
        xtask
            .args(["spec-diff", "--from"])
            .arg(old.path())
            .arg("--to")
            .arg(new.path())
            .assert()
    };
    assert!(stdout(&run().code(0)).contains("Nothing changed"), "{}", stdout(&run()));
    write(new.path(), ROOT, &changed());
    run().code(1);
    run().code(1).stderr("");
}

#[test]
fn the_kinds_of_changes_are_listed() {
    let assert = cargo_bin_cmd!("xtask").args(["spec-diff", "--kinds"]).assert().code(0);
    assert!(stdout(&assert).contains("\nparameter-removed "), "{}", stdout(&assert));
}
