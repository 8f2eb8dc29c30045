//! The cargo features of the crates are the groups of the contract's tags.

use std::collections::BTreeSet;

use crate::API;

#[test]
fn every_group_of_tags_is_a_feature() {
    let groups: BTreeSet<_> = API.tags.iter().filter_map(|tag| tag.group.clone()).collect();
    for package in ["stack-types", "stack-client", "stack-client-mock"] {
        let path = format!("{}/../crates/{package}/Cargo.toml", env!("CARGO_MANIFEST_DIR"));
        let manifest = std::fs::read_to_string(path).expect("the manifest is readable");
        let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
        let all = manifest["features"]["all-tags"].as_array().expect("a list").iter();
        // `core` is the tags without a group.
        let all = all.filter_map(|name| name.as_str()).filter(|name| *name != "core");
        let all: BTreeSet<_> = all.map(str::to_owned).collect();
        assert_eq!(all, groups, "`all-tags` of {package}");
    }
}
