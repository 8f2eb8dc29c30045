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
    /// Its arguments, to generate into a folder; several runs if one makes but a part.
    pub runs: fn(&Path) -> Vec<Vec<OsString>>,
}

/// Those that are compared with ours.
pub const ALL: [Rival; 3] = [
    Rival {
        name: "openapi-to-rust",
        makes: "types, client",
        runs: |folder| {
            let arguments = ["generate", "--quiet", "--output-dir"].map(OsString::from);
            let places = [folder.into(), document("openapi/dist/admin.json")];
            vec![arguments.into_iter().chain(places).collect()]
        },
    },
    Rival {
        name: "oas3-gen",
        makes: "types, client; types, server (in two runs; of the same document in 3.1, it reads no other)",
        runs: |folder| {
            let run = |mode: &str| {
                let arguments = ["generate", mode, "--input"].map(OsString::from);
                let places = [
                    document("openapi/dist/3.1/admin.json"),
                    "--output".into(),
                    folder.join(mode).into(),
                ];
                arguments.into_iter().chain(places).collect()
            };
            vec![run("client-mod"), run("server-mod")]
        },
    },
    Rival {
        name: "openapi-generator-cli",
        makes: "types, client, docs",
        runs: |folder| {
            let arguments = ["generate", "-g", "rust", "--skip-validate-spec", "-i"].map(OsString::from);
            let places = [document("openapi/dist/admin.json"), "-o".into(), folder.into()];
            vec![arguments.into_iter().chain(places).collect()]
        },
    },
];

/// Our own generator, called as the others are.
pub fn ours() -> Rival {
    Rival {
        name: "stack-codegen",
        makes: "types, validation, client, server",
        runs: |folder| {
            let document = document("openapi/dist/admin.json");
            vec![vec![
                "--quiet".into(),
                "--spec".into(),
                document,
                "--out".into(),
                folder.into(),
            ]]
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
