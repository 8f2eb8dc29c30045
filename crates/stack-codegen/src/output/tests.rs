//! What writing and checking promise.

use std::{fs, path::Path, time::SystemTime};

use insta::assert_snapshot;
use tempfile::TempDir;

use super::{File, Item, MARK, State, compare, write};

const MODEL: &str = "crates/a/src/generated/model.rs";

fn file(path: &str, contents: &str) -> File {
    File {
        path: path.to_owned(),
        contents: contents.to_owned(),
    }
}

/// A workspace in which `files` were generated.
fn workspace(files: &[File]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("crates/a/src")).unwrap();
    generate(root.path(), files);
    root
}

fn generate(root: &Path, files: &[File]) {
    write(root, &compare(root, files).unwrap()).unwrap();
}

fn item(root: &Path, files: &[File], path: &str) -> Item {
    compare(root, files)
        .unwrap()
        .into_iter()
        .find(|item| item.path == path)
        .unwrap()
}

fn state(root: &Path, files: &[File], path: &str) -> State {
    item(root, files, path).state
}

#[test]
fn what_was_just_generated_is_fresh() {
    let files = [file(MODEL, "struct A;\n"), file("openapi/dist/client.json", "{}\n")];
    let root = workspace(&files);
    let states: Vec<_> = compare(root.path(), &files)
        .unwrap()
        .into_iter()
        .map(|item| item.state)
        .collect();
    assert_eq!(states, [State::Fresh; 3], "two files and the ledger");
}

#[test]
fn an_untouched_file_keeps_its_modification_time() {
    let files = [file(MODEL, "struct A;\n")];
    let root = workspace(&files);
    let path = root.path().join(MODEL);
    let long_ago = SystemTime::UNIX_EPOCH;
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    generate(root.path(), &files);
    assert_eq!(fs::metadata(path).unwrap().modified().unwrap(), long_ago);
}

#[test]
fn comparing_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    compare(root.path(), &[file(MODEL, "struct A;\n")]).unwrap();
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn a_file_of_an_older_contract_is_stale() {
    let root = workspace(&[file(MODEL, "struct A;\n")]);
    assert_eq!(state(root.path(), &[file(MODEL, "struct B;\n")], MODEL), State::Stale);
}

#[test]
fn a_file_that_somebody_changed_is_edited_by_hand_and_written_again() {
    let files = [file(MODEL, "struct A;\n")];
    let root = workspace(&files);
    fs::write(root.path().join(MODEL), "struct C;\n").unwrap();
    assert_eq!(state(root.path(), &files, MODEL), State::Edited);
    generate(root.path(), &files);
    assert_eq!(fs::read_to_string(root.path().join(MODEL)).unwrap(), "struct A;\n");
}

#[test]
fn a_file_that_is_no_longer_generated_goes_with_its_folder() {
    let old = "openapi/dist/old/admin.json";
    let files = [file(MODEL, "struct A;\n")];
    let root = workspace(&[files[0].clone(), file(old, "{}\n")]);
    assert_eq!(state(root.path(), &files, old), State::Orphan);
    generate(root.path(), &files);
    assert!(!root.path().join(old).parent().unwrap().exists());
    assert!(root.path().join(MODEL).exists());
}

#[test]
fn the_header_alone_makes_a_file_an_orphan() {
    for old in ["crates/a/src/generated/old.rs", "tests/tests/a/generated/old.rs"] {
        let root = workspace(&[file(MODEL, "struct A;\n")]);
        let path = root.path().join(old);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("//! {MARK} from somewhere.\n")).unwrap();
        assert_eq!(state(root.path(), &[file(MODEL, "struct A;\n")], old), State::Orphan);
    }
}

#[test]
fn a_file_that_was_never_generated_is_left_alone() {
    let foreign = "crates/a/src/generated/notes.md";
    let files = [file(MODEL, "struct A;\n")];
    let root = workspace(&files);
    fs::write(root.path().join(foreign), "mine\n").unwrap();
    assert_eq!(state(root.path(), &files, foreign), State::Foreign);
    generate(root.path(), &files);
    assert!(root.path().join(foreign).exists());
}

#[test]
fn files_outside_of_its_folders_are_never_looked_at() {
    let root = workspace(&[file(MODEL, "struct A;\n")]);
    let outside = root.path().join("crates/a/src/lib.rs");
    fs::write(&outside, format!("//! {MARK}, quoted by hand.\n")).unwrap();
    generate(root.path(), &[]);
    assert!(outside.exists());
    assert!(!root.path().join(MODEL).exists());
}

#[test]
fn a_diff_shows_what_writing_would_change() {
    let root = workspace(&[file(MODEL, "struct A;\nstruct B;\n")]);
    let diff = item(root.path(), &[file(MODEL, "struct A;\nstruct C;\n")], MODEL).diff();
    assert_snapshot!(diff, @r"
    --- a/crates/a/src/generated/model.rs
    +++ b/crates/a/src/generated/model.rs
    @@ -1,2 +1,2 @@
     struct A;
    -struct B;
    +struct C;
    ");
}
