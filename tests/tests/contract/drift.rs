//! The tree is what the generator gives.

use std::collections::BTreeMap;

use stack_codegen::{
    load::Sources,
    output::{File, State, compare},
};

use crate::{FILES, SOURCES, generate, root};

#[test]
fn the_tree_is_byte_for_byte_what_the_contract_gives() {
    let items = compare(root(), &FILES).expect("the tree is readable");
    let others: Vec<_> = items
        .iter()
        .filter(|item| item.state != State::Fresh)
        .map(|item| format!("{}: {}", item.path, item.state))
        .collect();
    assert!(others.is_empty(), "run `cargo xtask codegen`:\n{}", others.join("\n"));
}

#[test]
fn the_same_contract_gives_the_same_bytes() {
    assert!(generate(&SOURCES) == *FILES, "two runs differ");
}

#[test]
fn the_order_of_files_on_disk_makes_no_difference() {
    let mut texts: Vec<_> = SOURCES
        .iter()
        .map(|(file, text)| (file.to_owned(), text.to_owned()))
        .collect();
    texts.reverse();
    assert!(
        generate(&Sources::from_iter(texts)) == *FILES,
        "the order of the sources shows"
    );
}

#[test]
fn a_property_more_changes_only_the_files_that_show_it() {
    let property = "\n      nickname:\n        type: string\n        nullable: true\n        \
                    description: What friends call the user.\n      primary_email:";
    let changed = with_edit("shared.yaml", "\n      primary_email:", property);
    insta::assert_snapshot!(differing(&changed).join("\n"));
}

#[test]
fn a_property_for_servers_leaves_the_client_alone() {
    let property = "\n      nickname:\n        type: string\n        x-access: [server]\n        \
                    description: What friends call the user.\n      primary_email:";
    let changed = with_edit("shared.yaml", "\n      primary_email:", property);
    let for_clients: Vec<_> = differing(&changed)
        .into_iter()
        .filter(|path| path.contains("/client/") || path.ends_with("client.json"))
        .collect();
    assert!(for_clients.is_empty(), "{for_clients:?}");
}

#[test]
fn a_comment_changes_nothing() {
    let changed = with_edit("tags/users.yaml", "paths:\n", "# A remark.\npaths:\n");
    assert!(differing(&changed).is_empty());
}

/// What the contract gives with the first `old` of a file replaced.
fn with_edit(file: &str, old: &str, new: &str) -> Vec<File> {
    let edited = SOURCES.iter().map(|(name, text)| {
        let text = if name == file {
            assert!(text.contains(old), "{file} doesn't contain {old:?}");
            text.replacen(old, new, 1)
        } else {
            text.to_owned()
        };
        (name.to_owned(), text)
    });
    generate(&edited.collect())
}

/// The paths of the files that aren't those of the contract as it is.
fn differing(changed: &[File]) -> Vec<String> {
    let before: BTreeMap<_, _> = FILES.iter().map(|file| (&file.path, &file.contents)).collect();
    let after: BTreeMap<_, _> = changed.iter().map(|file| (&file.path, &file.contents)).collect();
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    let new_or_other = after
        .iter()
        .filter(|(path, contents)| before.get(*path) != Some(*contents));
    let mut paths: Vec<_> = gone
        .chain(new_or_other.map(|(path, _)| path))
        .map(|path| path.to_string())
        .collect();
    paths.sort();
    paths
}
