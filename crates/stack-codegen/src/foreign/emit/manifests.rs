//! The manifests, and what is the same in every workspace: the runtimes, copied so that the crates stand alone.

use super::{Target, print::MARK};
use crate::output::File;

/// The files of a runtime: path, contents.
type Runtime = &'static [(&'static str, &'static str)];

macro_rules! stack_types {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../runtime/shared/", $path)))),*]
    };
}

/// What the types of any document stand on is what the contract's types do: `runtime/shared` are links to their files,
/// which become copies where this crate is packed.
const TYPES: Runtime = stack_types![
    "open_enum.rs",
    "patch.rs",
    "schema/build.rs",
    "schema/check.rs",
    "schema/coerce.rs",
    "schema/format.rs",
    "schema/limits.rs",
    "schema/mod.rs",
    "schema/scalars.rs",
    "schema/suggest.rs",
    "schema/table.rs",
    "schema/union.rs",
    "schema/violation.rs",
    "schema/wire.rs",
    "schema/wording.rs",
];

macro_rules! runtime {
    ($folder:literal: $($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../runtime/", $folder, "/", $path)))),*]
    };
}

const MULTIPART: Runtime = runtime!("types": "multipart.rs");
const CLIENT: Runtime = runtime!("client": "answer.rs", "call.rs", "encode.rs", "error.rs");
const SERVER: Runtime = runtime!("server": "answer.rs", "failure.rs", "form.rs", "multipart.rs", "parts.rs", "path.rs", "received.rs", "run.rs");

/// Emits everything but `src/generated/` and `src/tags/`.
pub(super) fn emit(target: &Target<'_>) -> Vec<File> {
    let mut files = vec![file("Cargo.toml", workspace(target))];
    let manifests = [
        ("types", types(target)),
        ("client", client(target)),
        ("server", server(target)),
    ];
    files.extend(manifests.map(|(folder, manifest)| file(&format!("{folder}/Cargo.toml"), manifest)));
    for (folder, runtime) in [
        ("types", TYPES),
        ("types", MULTIPART),
        ("client", CLIENT),
        ("server", SERVER),
    ] {
        files.extend(runtime.iter().map(|(path, contents)| {
            let text = without_tests(contents);
            file(&format!("{folder}/src/{path}"), format!("{}{text}", header(target)))
        }));
    }
    for (folder, lib) in [
        ("types", include_str!("../runtime/types/lib.rs")),
        ("client", include_str!("../runtime/client/lib.rs")),
        ("server", include_str!("../runtime/server/lib.rs")),
    ] {
        let lib = lib.replace("{title}", &target.api.title.replace(['\n', '\r'], " "));
        files.push(file(
            &format!("{folder}/src/lib.rs"),
            format!("{}{lib}", header(target)),
        ));
    }
    files
}

fn header(target: &Target<'_>) -> String {
    format!("// {MARK} from {}. Do not edit.\n\n", target.source)
}

/// The tests of the runtime need what the crates don't have.
fn without_tests(contents: &str) -> &str {
    contents
        .find("\n#[cfg(test)]\nmod tests {")
        .map_or(contents, |at| &contents[..=at])
}

fn file(path: &str, contents: String) -> File {
    File {
        path: path.to_owned(),
        contents,
    }
}

fn workspace(target: &Target<'_>) -> String {
    format!(
        "# {MARK} from {}. Do not edit.\n\n[workspace]\nresolver = \"3\"\nmembers = [\"types\", \"client\", \"server\"]\n",
        target.source
    )
}

fn package(target: &Target<'_>, role: &str, about: &str) -> String {
    let title = target
        .api
        .title
        .replace(['"', '\\'], "'")
        .replace(|c: char| c.is_control(), " ");
    format!(
        "# {MARK} from {}. Do not edit.\n\n[package]\nname = \"{}-{role}\"\ndescription = \"{about} of {title}.\"\n\
         version = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         # Documents hold examples in other languages, which rustdoc would take for Rust.\n[lib]\ndoctest = false\n\n[dependencies]\n",
        target.source, target.name
    )
}

fn types(target: &Target<'_>) -> String {
    package(target, "types", "The types")
        + "bytes = \"1\"\nregex = \"1\"\nschemars = { version = \"1\", features = [\"preserve_order\", \"uuid1\"], optional = true }\n\
           serde = { version = \"1\", features = [\"derive\"] }\nserde_json = { version = \"1\", features = [\"float_roundtrip\", \"preserve_order\"] }\n\
           url = \"2\"\nuuid = { version = \"1\", features = [\"serde\"] }\n\n\
           [features]\n# JSON Schemas of all types.\nschemars = [\"dep:schemars\"]\n"
}

fn client(target: &Target<'_>) -> String {
    package(target, "client", "A client")
        + &format!(
            "bytes = \"1\"\nprogenitor-client = \"0.15\"\n\
             reqwest = {{ version = \"0.13\", default-features = false, features = [\"json\", \"query\", \"rustls\"] }}\n\
             serde = \"1\"\nserde_json = \"1\"\nthiserror = \"2\"\n\
             types = {{ package = \"{}-types\", path = \"../types\" }}\nurl = \"2\"\nuuid = {{ version = \"1\", features = [\"serde\"] }}\n",
            target.name
        )
}

fn server(target: &Target<'_>) -> String {
    package(target, "server", "The server traits")
        + &format!(
            "axum = {{ version = \"0.8\", default-features = false }}\nbytes = \"1\"\nhttp = \"1\"\n\
             serde = \"1\"\nserde_json = {{ version = \"1\", features = [\"float_roundtrip\", \"preserve_order\"] }}\ntracing = \"0.1\"\n\
             types = {{ package = \"{}-types\", path = \"../types\" }}\nurl = \"2\"\nuuid = {{ version = \"1\", features = [\"serde\"] }}\n",
            target.name
        )
}
