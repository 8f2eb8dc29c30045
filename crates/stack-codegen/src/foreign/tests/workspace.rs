//! The generated crates compile, and client and server understand each other.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{FIXTURES, document, generated};

/// What the test in the generated workspace needs besides.
const DEV_DEPENDENCIES: &str = "
[dev-dependencies]
axum = { version = \"0.8\", default-features = false, features = [\"http1\", \"tokio\"] }
odd-client = { path = \"../client\" }
tokio = { version = \"1\", features = [\"macros\", \"net\", \"rt-multi-thread\"] }
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_crates_of_all_fixtures_compile_and_understand_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let text = document(FIXTURES.map(|(_, fixture)| fixture)).to_string();
    for file in generated(&text).unwrap().files {
        let path = folder.path().join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let more = if file.path == "server/Cargo.toml" {
            DEV_DEPENDENCIES
        } else {
            ""
        };
        fs::write(path, file.contents + more).unwrap();
    }
    // The same versions as everywhere else, so that what is built already serves here too.
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let test = root().join("crates/stack-codegen/tests/foreign/round_trip.rs");
    fs::create_dir_all(folder.path().join("server/tests")).unwrap();
    fs::copy(test, folder.path().join("server/tests/round_trip.rs")).unwrap();
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let output = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--offline", "--workspace"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", target)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat();
    assert!(output.status.success() && !text.contains("warning: "), "{text}");
}
