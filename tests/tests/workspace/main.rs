//! What holds for the workspace as a whole: which crate may know which.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand};

/// A crate, and what it must not reach through normal dependencies.
struct Rule {
    of: &'static str,
    members: &'static [&'static str],
    outside: &'static [&'static str],
}

const SERVER_SIDE: &[&str] = &["stack-server-api", "stack-domain", "stack-storage", "stack-server"];

/// Members that know no other members than these.
const KNOWS_ONLY: &[(&str, &[&str])] = &[("stack-types", &[]), ("stack-webhooks", &["stack-types"])];

/// The edges that must not be.
const FORBIDDEN: &[Rule] = &[
    Rule {
        of: "stack-types",
        members: &[],
        outside: &["tokio", "axum", "reqwest", "sqlx"],
    },
    Rule {
        of: "stack-webhooks",
        members: &[],
        outside: &["axum", "reqwest", "sqlx", "tokio"],
    },
    Rule {
        of: "stack-domain",
        members: &["stack-server-api", "stack-client", "stack-storage", "stack-server"],
        outside: &["axum", "sqlx", "reqwest"],
    },
    Rule {
        of: "stack-server-api",
        members: &["stack-domain", "stack-storage", "stack-server", "stack-client"],
        outside: &["sqlx", "reqwest"],
    },
    Rule {
        of: "stack-storage",
        members: &["stack-server-api", "stack-server", "stack-client"],
        outside: &["axum"],
    },
    Rule {
        of: "stack-cli",
        members: SERVER_SIDE,
        outside: &["sqlx", "axum"],
    },
    Rule {
        of: "stack-client-mock",
        members: SERVER_SIDE,
        outside: &["sqlx", "axum"],
    },
    Rule {
        of: "stack-client",
        members: SERVER_SIDE,
        outside: &["sqlx"],
    },
    Rule {
        of: "stack-server",
        members: &["stack-client"],
        outside: &[],
    },
];

/// The only members that may know the generator.
const MAY_KNOW_CODEGEN: &[&str] = &["xtask", "stack-tests", "stack-codegen"];

#[test]
fn no_crate_knows_what_it_must_not_know() {
    let metadata = metadata();
    let reached = reached_by_member(&metadata);
    let mut broken = Vec::new();
    for rule in FORBIDDEN {
        let reached = reached
            .get(rule.of)
            .unwrap_or_else(|| panic!("there is no member {}", rule.of));
        let forbidden = rule.members.iter().chain(rule.outside);
        broken.extend(
            forbidden
                .filter(|name| reached.contains(**name))
                .map(|name| format!("{} reaches {name}", rule.of)),
        );
    }
    for (of, known) in KNOWS_ONLY {
        let others = reached.keys().filter(|member| !known.contains(&member.as_str()));
        broken.extend(
            others
                .filter(|member| reached[*of].contains(*member))
                .map(|member| format!("{of} reaches {member}")),
        );
    }
    for (member, reached) in &reached {
        if !MAY_KNOW_CODEGEN.contains(&member.as_str()) && reached.contains("stack-codegen") {
            broken.push(format!("{member} reaches stack-codegen"));
        }
    }
    assert!(broken.is_empty(), "forbidden edges:\n{}", broken.join("\n"));
}

#[test]
fn every_version_stands_in_the_root_manifest() {
    let metadata = metadata();
    let mut loose = Vec::new();
    for package in metadata.workspace_packages() {
        let manifest = std::fs::read_to_string(&package.manifest_path).expect("the manifest is readable");
        let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = manifest.get(section).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, value) in dependencies {
                let inherited = value.get("workspace").and_then(toml::Value::as_bool) == Some(true);
                if !inherited {
                    loose.push(format!("{}: {name}", package.name));
                }
            }
        }
    }
    assert!(
        loose.is_empty(),
        "write `name.workspace = true` for:\n{}",
        loose.join("\n")
    );
}

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    MetadataCommand::new()
        .manifest_path(manifest)
        .features(CargoOpt::AllFeatures)
        .other_options(vec!["--locked".into()])
        .exec()
        .expect("cargo metadata runs on the locked workspace")
}

/// For each member, the names of everything that its normal dependencies lead to.
fn reached_by_member(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let resolve = metadata.resolve.as_ref().expect("cargo metadata resolves");
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut reached = BTreeMap::new();
    for member in metadata.workspace_packages() {
        let mut seen = BTreeSet::new();
        let mut open = vec![&member.id];
        while let Some(id) = open.pop() {
            let node = nodes.get(id).expect("every package has a node");
            let normal = node.deps.iter().filter(|dependency| {
                dependency
                    .dep_kinds
                    .iter()
                    .any(|kind| kind.kind == DependencyKind::Normal)
            });
            for dependency in normal {
                if seen.insert(&dependency.pkg) {
                    open.push(&dependency.pkg);
                }
            }
        }
        let names = seen.into_iter().map(|id| metadata[id].name.to_string()).collect();
        reached.insert(member.name.to_string(), names);
    }
    reached
}
