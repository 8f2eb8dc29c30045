//! What compiling the client costs beside progenitor's plain output of the same documents.
//!
//! `cargo check` of the generated crates from clean, in one target folder of its own; the crates of others are compiled
//! before and aren't measured: they are the same. Ours is `stack-types` and `stack-client`.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use progenitor_impl::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use serde_json::{Value, json};
use stack_codegen::{emit::documents, fixups, model::Access, read, views::Views};

use super::{
    measure::{bar, median, time},
    rivals,
};
use crate::{cargo::cargo, contract, terminal};

/// What compiling ours may take, in terms of the plain output.
const BUDGET: f64 = 1.0;

/// One comparison: ours with some features, beside the plain output for these kinds of access.
struct Case {
    name: &'static str,
    features: &'static [&'static str],
    accesses: &'static [Access],
}

const CASES: [Case; 3] = [
    Case {
        name: "default features",
        features: &["default"],
        accesses: &Access::ALL,
    },
    Case {
        name: "client access",
        features: &["client", "all-tags"],
        accesses: &[Access::Client],
    },
    Case {
        name: "server access",
        features: &["server", "all-tags"],
        accesses: &[Access::Server],
    },
];

/// Prints a line for each comparison; false if one is over budget.
///
/// # Errors
///
/// If something doesn't compile.
pub fn run(runs: u32) -> Result<bool> {
    let folder = rivals::folder().join("compile");
    write_plain(&folder)?;
    let bar = bar(u64::from(runs) * CASES.len() as u64, "comparisons")?;
    let mut lines = Vec::new();
    let mut kept = true;
    for case in &CASES {
        let mut ours = Vec::new();
        let mut plain = Vec::new();
        let our_folder = write_ours(&folder, case)?;
        let plain_folders: Vec<_> = case
            .accesses
            .iter()
            .map(|access| plain_folder(&folder, *access))
            .collect();
        for _ in 0..runs {
            bar.set_message(case.name);
            ours.push(check(&folder, &our_folder, &["stack-types", "stack-client"])?);
            let mut all = Duration::ZERO;
            for (plain_folder, access) in plain_folders.iter().zip(case.accesses) {
                all += check(&folder, plain_folder, &[&plain_name(*access)])?;
            }
            plain.push(all);
            bar.inc(1);
        }
        let (ours, plain) = (median(ours), median(plain));
        let ratio = ours.as_secs_f64() / plain.as_secs_f64();
        kept &= ratio <= BUDGET;
        lines.push(format!(
            "  {:18}{:>7.2} s, progenitor's plain output {:>7.2} s: ratio {ratio:.3}, budget {BUDGET}",
            case.name,
            ours.as_secs_f64(),
            plain.as_secs_f64()
        ));
    }
    bar.finish_and_clear();
    println!("cargo check from clean, without the crates of others, median of {runs} runs");
    lines.iter().for_each(|line| println!("{line}"));
    if !kept {
        eprintln!("{} over budget", terminal::red("error:"));
    }
    Ok(kept)
}

/// Forgets what `packages` were compiled to, and compiles the crate in a folder again.
fn check(folder: &Path, at: &Path, packages: &[&str]) -> Result<Duration> {
    let target = folder.join("target");
    let command = |arguments: &[&str]| {
        let mut command = cargo();
        command.current_dir(at).env("CARGO_TARGET_DIR", &target).args(arguments);
        command
    };
    // The crates of others, and whatever cargo wants to know before it begins.
    time(&mut command(&["check", "--quiet"]))?;
    for package in packages {
        time(&mut command(&["clean", "--quiet", "--package", package]))?;
    }
    time(&mut command(&["check", "--quiet"]))
}

fn plain_name(access: Access) -> String {
    format!("plain-{access}")
}

fn plain_folder(folder: &Path, access: Access) -> PathBuf {
    folder.join(plain_name(access))
}

/// A crate that needs our client with the features of a case.
fn write_ours(folder: &Path, case: &Case) -> Result<PathBuf> {
    let name = case.name.replace(' ', "-");
    let path = contract::root().join("crates/stack-client");
    let features: Vec<_> = case.features.iter().map(|feature| format!("{feature:?}")).collect();
    let dependency = format!(
        "stack-client = {{ path = {path:?}, default-features = false, features = [{}] }}\n",
        features.join(", ")
    );
    write_crate(
        folder,
        &format!("ours-{name}"),
        &dependency,
        "pub use stack_client::*;\n",
    )
}

/// A crate per access with what progenitor makes of its document.
fn write_plain(folder: &Path) -> Result<()> {
    let api =
        read(&contract::sources()?).map_err(|_| anyhow!("the contract is wrong; `cargo xtask lint` says where"))?;
    let views = Views::of(&api);
    for view in &views.views {
        let mut document: Value = documents::document(&api, view)?;
        // What progenitor can't read it can't read here either.
        fixups::lower(&mut document);
        loosen(&mut document);
        let document: openapiv3::OpenAPI = serde_json::from_value(document).context("not OpenAPI 3.0")?;
        let mut settings = GenerationSettings::new();
        settings
            .with_interface(InterfaceStyle::Builder)
            .with_tag(TagStyle::Separate);
        let tokens = Generator::new(&settings)
            .generate_tokens(&document)
            .with_context(|| format!("progenitor refuses the document of {} access", view.access))?;
        write_crate(
            folder,
            &plain_name(view.access),
            PLAIN_DEPENDENCIES,
            &tokens.to_string(),
        )?;
    }
    Ok(())
}

/// Takes out what progenitor's plain output doesn't compile with: it panics at a parameter that may be one of several
/// texts, and gives two properties one field if they differ in `_` and capitals only.
fn loosen(document: &mut Value) {
    let schemas = document.pointer_mut("/components/schemas");
    let schemas = schemas.and_then(Value::as_object_mut).into_iter();
    for schema in schemas.flat_map(|schemas| schemas.values_mut()) {
        let forms = schema.get("anyOf").and_then(Value::as_array);
        if forms.is_some_and(|forms| forms.iter().all(|form| form["type"] == "string")) {
            *schema = json!({"type": "string"});
        }
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        let mut fields = HashSet::new();
        properties.retain(|name, _| fields.insert(name.replace('_', "").to_lowercase()));
        let left: Vec<_> = properties.keys().cloned().collect();
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| left.iter().any(|left| name == left));
        }
    }
}

/// What progenitor's output needs.
const PLAIN_DEPENDENCIES: &str = r#"
bytes = "1"
chrono = { version = "0.4", default-features = false, features = ["serde"] }
futures-core = "0.3"
progenitor-client = "0.15"
regress = "0.11"
reqwest = { version = "0.13", default-features = false, features = ["json", "query", "rustls", "stream", "form"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
serde_urlencoded = "0.7"
uuid = { version = "1", features = ["serde", "v4"] }
"#;

fn write_crate(folder: &Path, name: &str, dependencies: &str, code: &str) -> Result<PathBuf> {
    let folder = folder.join(name);
    fs::create_dir_all(folder.join("src")).with_context(|| format!("can't make {}", folder.display()))?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
         [workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), code)?;
    // The same versions of all crates as here.
    fs::copy(contract::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}
