//! What the program `stack-codegen` promises to whoever calls it.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

const PETS: &str = "
openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets/{id}:
    get:
      operationId: getPet
      tags: [pets]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: It., content: {application/json: {schema: {type: string}}}}}
";

fn run(folder: &Path, spec: &str, arguments: &[&str]) -> Output {
    fs::write(folder.join("spec.yaml"), spec).expect("the folder is writable");
    let out = folder.join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_stack-codegen"));
    command
        .args(["--quiet", "--spec"])
        .arg(folder.join("spec.yaml"))
        .arg("--out")
        .arg(out);
    command.args(arguments).output().expect("the program is built")
}

#[test]
fn the_report_is_json_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), PETS, &["--json"]);
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["name"], &report["operations"]), (&"pets".into(), &1.into()));
    assert_eq!(
        (&report["client_operations"], &report["server_operations"]),
        (&1.into(), &1.into())
    );
    assert_eq!(report["notes"], Value::Array(Vec::new()));
}

#[test]
fn a_second_run_removes_what_is_no_longer_made() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), PETS, &[]).status.success());
    assert!(folder.path().join("out/server/src/tags/pets/mod.rs").exists());
    assert!(
        run(folder.path(), &PETS.replace("[pets]", "[animals]"), &[])
            .status
            .success()
    );
    assert!(folder.path().join("out/server/src/tags/animals/mod.rs").exists());
    assert!(!folder.path().join("out/server/src/tags/pets/mod.rs").exists());
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("out")).unwrap();
    fs::write(folder.path().join("out/mine.txt"), "mine").unwrap();
    let output = run(folder.path(), PETS, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("isn't empty and wasn't made by stack-codegen"));
}

#[test]
fn strict_writes_nothing_if_something_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        folder.path(),
        &PETS.replace("/pets/{id}", "/pets/{id}#x"),
        &["--strict"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("left out  path"));
    assert!(!folder.path().join("out").exists());
}

#[test]
fn what_is_no_openapi_document_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), "swagger: '2.0'", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("swagger2openapi"));
}
