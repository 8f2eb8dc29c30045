//! The emitted files are those of `golden/`.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use stack_codegen::{
    emit::{errors, types},
    testing,
    views::Views,
};

const PREFIX: &str = "crates/stack-types/src/generated/";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/types/golden")
}

fn emitted() -> BTreeMap<String, String> {
    let api = testing::fixture(include_str!("contract.yaml"));
    let views = Views::of(&api);
    let mut files = types::emit(&api, &views).expect("types are emitted");
    files.extend(errors::emit(&api, &views).expect("errors are emitted"));
    let path = |path: &str| {
        path.strip_prefix(PREFIX)
            .expect("all files belong to stack-types")
            .to_owned()
    };
    files
        .into_iter()
        .map(|file| (path(&file.path), file.contents))
        .collect()
}

fn golden(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            golden(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(entry.path()).expect("golden files are text"));
        }
    }
}

#[test]
fn the_emitter_gives_the_golden_files() {
    let emitted = emitted();
    if env::var_os("UPDATE_GOLDEN").is_some() {
        update(&emitted);
    }
    let mut expected = BTreeMap::new();
    golden(&folder(), "", &mut expected);
    assert!(
        emitted.keys().eq(expected.keys()),
        "{:?} are emitted, not {:?}",
        emitted.keys(),
        expected.keys()
    );
    for (name, contents) in &emitted {
        similar_asserts(name, &expected[name], contents);
    }
}

fn similar_asserts(name: &str, expected: &str, given: &str) {
    if expected != given {
        let diff = similar::TextDiff::from_lines(expected, given)
            .unified_diff()
            .to_string();
        panic!("golden/{name} isn't what is emitted:\n{diff}");
    }
}

fn update(emitted: &BTreeMap<String, String>) {
    // A missing folder is as good as an empty one.
    let _ = fs::remove_dir_all(folder());
    for (name, contents) in emitted {
        let path = folder().join(name);
        fs::create_dir_all(path.parent().expect("it stands in a folder")).expect("the folder can be made");
        fs::write(path, contents).expect("the file can be written");
    }
}

#[test]
fn emitting_twice_gives_the_same_bytes() {
    assert_eq!(emitted(), emitted());
}
