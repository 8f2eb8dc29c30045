//! Other generators of Rust, as programs: where they are, how to get them, how to call them.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{cargo::cargo, contract};

/// A generator.
pub struct Rival {
    /// Its program.
    pub name: &'static str,
    /// What it makes of a document.
    pub makes: &'static str,
    /// Its arguments, to generate into a folder.
    pub arguments: fn(&Path) -> Vec<OsString>,
}

/// Those that are compared with ours.
pub const ALL: [Rival; 3] = [
    Rival {
        name: "openapi-to-rust",
        makes: "types, client",
        arguments: |folder| {
            let document = document("openapi/dist/admin.json");
            vec![
                "generate".into(),
                document,
                "--output-dir".into(),
                folder.into(),
                "--quiet".into(),
            ]
        },
    },
    Rival {
        name: "oas3-gen",
        makes: "types, client (reads OpenAPI 3.1 only: the same document in 3.1)",
        arguments: |folder| {
            let document = document("openapi/dist/3.1/admin.json");
            let out = folder.join("client.rs").into();
            vec![
                "generate".into(),
                "client".into(),
                "-i".into(),
                document,
                "-o".into(),
                out,
            ]
        },
    },
    Rival {
        name: "openapi-generator-cli",
        makes: "types, client, docs",
        arguments: |folder| {
            let document = document("openapi/dist/admin.json");
            ["generate", "-g", "rust", "--skip-validate-spec", "-i"]
                .map(OsString::from)
                .into_iter()
                .chain([document, "-o".into(), folder.into()])
                .collect()
        },
    },
];

/// Our own generator, called as the others are.
pub fn ours() -> Rival {
    Rival {
        name: "stack-codegen",
        makes: "types, validation, client, server",
        arguments: |folder| {
            let document = document("openapi/dist/admin.json");
            vec!["--spec".into(), document, "--out".into(), folder.into()]
        },
    }
}

impl Rival {
    /// Where the program is: what `install` put below `target/bench`, what cargo built, or what is on `PATH`.
    pub fn program(&self) -> Option<PathBuf> {
        let root = contract::root();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [
            root.join("target/release"),
            folder().join("bin"),
            folder().join("venv/bin"),
        ];
        let mut programs = folders
            .into_iter()
            .chain(std::env::split_paths(&path))
            .map(|folder| folder.join(self.name));
        programs.find(|program| program.is_file())
    }
}

/// Where benches keep what they need.
pub fn folder() -> PathBuf {
    contract::root().join("target/bench")
}

/// Installs the other generators below `target/bench`.
///
/// # Errors
///
/// If cargo or pip can't.
pub fn install() -> Result<()> {
    let root = folder();
    run(cargo()
        .args(["install", "--locked", "openapi-to-rust", "oas3-gen", "--root"])
        .arg(&root))?;
    run(Command::new("python3").args(["-m", "venv"]).arg(root.join("venv")))?;
    run(Command::new(root.join("venv/bin/pip")).args(["install", "--quiet", "openapi-generator-cli"]))
}

fn run(command: &mut Command) -> Result<()> {
    let name = Path::new(command.get_program()).display().to_string();
    let status = command.status().with_context(|| format!("can't start {name}"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}

fn document(path: &str) -> OsString {
    contract::root().join(path).into()
}
