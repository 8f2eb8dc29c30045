//! What no test calls, what no test was ever answered, and what the server leaves out: lists that may only shrink.
//!
//! An operation is called if a test has its method of the generated client (`.create_user()`) or its line
//! (`"POST /users"`). An answer was given if a server of the run said so. The lists stand in files beside this one.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use regex::Regex;
use stack_server::http::not_built::{LEFT_OUT_TAGS, NOT_BUILT};
use stack_server_api::{OPERATIONS, operation::Operation};
use stack_tests::{answers, operation_of};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e");

/// These call everything, or nothing.
const NOT_TESTS: [&str; 4] = ["ledger.rs", "access_matrix.rs", "fitting.rs", "main.rs"];

#[test]
fn every_operation_is_called_by_a_test_of_its_own() {
    let sources = sources();
    let called = called_lines(&sources);
    let uncovered = built().filter(|operation| {
        let method = format!(".{}()", operation.id);
        !sources.contains(&method) && !called.contains(operation.id)
    });
    compare(
        "uncovered.txt",
        uncovered.map(|operation| operation.id.to_owned()).collect(),
    );
}

#[test]
fn every_error_of_an_operation_is_provoked_by_a_test() {
    let sources = sources();
    let codes: BTreeSet<_> = built().flat_map(|operation| operation.errors.iter().copied()).collect();
    let unprovoked = codes
        .into_iter()
        .filter(|code| !sources.contains(&format!("\"{code}\"")));
    compare("unprovoked.txt", unprovoked.map(str::to_owned).collect());
}

#[test]
#[ignore = "it reads what a whole run has noted: `cargo xtask ci` runs it"]
fn every_answer_of_an_operation_was_given_to_a_test() {
    let folder = answers::folder().expect("STACK_TEST_ANSWERS names the folder with the notes of a run");
    let given = answers::recorded(&folder).into_iter().map(|answer| {
        let what = if answer.code.is_empty() {
            answer.status.to_string()
        } else {
            answer.code
        };
        format!("{} {what}", answer.operation)
    });
    let given: BTreeSet<_> = given.collect();
    assert!(given.len() > 100, "these are the notes of a whole run: {given:?}");
    let promised: BTreeSet<_> = built().flat_map(promised_answers).collect();
    compare("ungiven.txt", promised.difference(&given).cloned().collect());
}

/// The answers that are particular to an operation: statuses, and codes of known errors.
fn promised_answers(operation: &'static Operation) -> impl Iterator<Item = String> {
    let lists = [operation.other_statuses, operation.text_errors, operation.oauth_errors];
    let statuses = lists.into_iter().flatten().chain([&operation.status]);
    let codes = operation.errors.iter().map(|code| (*code).to_owned());
    let answers = statuses.map(u16::to_string).chain(codes);
    answers.map(|answer| format!("{} {answer}", operation.id))
}

#[test]
fn what_the_server_leaves_out_is_what_was_agreed() {
    let tags = LEFT_OUT_TAGS.iter().map(|tag| format!("tag {tag}"));
    let operations = NOT_BUILT.iter().map(|(id, what)| format!("{id}: {what}"));
    compare("not_built.txt", tags.chain(operations).collect());
}

/// The operations that the server doesn't leave out.
fn built() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS
        .iter()
        .copied()
        .filter(|operation| !LEFT_OUT_TAGS.contains(&operation.tag))
        .filter(|operation| NOT_BUILT.iter().all(|(id, _)| *id != operation.id))
}

/// Compares with the list in `file`, in which lines may be removed and none added.
fn compare(file: &str, found: BTreeSet<String>) {
    let text = std::fs::read_to_string(Path::new(FOLDER).join(file)).unwrap_or_default();
    let listed: BTreeSet<_> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        new.is_empty(),
        "the list in {file} may not grow; write a test for each of these: {new:#?}"
    );
    assert!(gone.is_empty(), "well done; remove these lines from {file}: {gone:#?}");
}

/// The text of all tests.
fn sources() -> String {
    let mut open = vec![PathBuf::from(FOLDER)];
    let mut text = String::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("the tests are readable") {
            let path = entry.expect("the tests are readable").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                open.push(path);
            } else if name.ends_with(".rs") && !NOT_TESTS.contains(&name.as_str()) {
                text.push_str(&std::fs::read_to_string(&path).expect("a test is text"));
            }
        }
    }
    text
}

/// The operations that are called by their lines.
fn called_lines(sources: &str) -> BTreeSet<&'static str> {
    let line = Regex::new(r#""(GET|POST|PUT|PATCH|DELETE) (/[^"?\s]*)"#).expect("a pattern");
    let called = line
        .captures_iter(sources)
        .filter_map(|found| operation_of(&found[1], &found[2]));
    called.map(|operation| operation.id).collect()
}
