//! Overrides: JSON objects whose keys may be paths with dots.
//!
//! They come from outside, so everything here takes a time that grows with their length only, and no more stack than
//! [`MAX_DEPTH`] needs.

use std::collections::HashSet;

use serde_json::{Map, Value};

/// How many names a path may have, those of the objects around it included. The deepest setting has eight.
pub const MAX_DEPTH: usize = 32;

/// A JSON object of overrides. The order of its keys matters: a later one wins.
pub type Overrides = Map<String, Value>;

/// What is wrong with an override.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// It isn't a JSON object.
    #[error("the configuration must be a JSON object: {0}")]
    NotAnObject(String),
    /// A path is empty or has an empty part.
    #[error("\"{0}\" is not a path: its parts, divided by dots, must not be empty")]
    BadPath(String),
    /// A path leads through a value that isn't an object.
    #[error("\"{0}\" leads through a value that is not an object")]
    ThroughValue(String),
    /// A path has too many names.
    #[error("a path has more than {MAX_DEPTH} names")]
    TooDeep,
}

/// Reads a text.
///
/// # Errors
///
/// [`OverrideError::NotAnObject`].
pub fn parse(text: &str) -> Result<Overrides, OverrideError> {
    serde_json::from_str(text).map_err(|error| OverrideError::NotAnObject(error.to_string()))
}

/// Puts `patch` over `base`: each key first takes away itself and everything below it, then is set.
pub fn merge(base: &mut Overrides, patch: Overrides) {
    base.retain(|key, _| !and_above(key).any(|path| patch.contains_key(path)));
    base.extend(patch);
}

/// Takes away these paths and everything below them, also inside nested objects.
///
/// # Errors
///
/// [`OverrideError::BadPath`] or [`OverrideError::TooDeep`]; then nothing is taken away.
pub fn reset(overrides: &mut Overrides, paths: &[String]) -> Result<(), OverrideError> {
    for path in paths {
        check_path(path)?;
    }
    take_away(overrides, "", &paths.iter().map(String::as_str).collect());
    Ok(())
}

fn take_away(overrides: &mut Overrides, above: &str, paths: &HashSet<&str>) {
    overrides.retain(|key, value| {
        let whole = if above.is_empty() {
            key.clone()
        } else {
            format!("{above}.{key}")
        };
        if and_above(&whole).any(|path| paths.contains(path)) {
            return false;
        }
        if let Value::Object(inner) = value {
            take_away(inner, &whole, paths);
        }
        true
    });
}

/// Unfolds all dots and nulls: gives a tree whose keys are plain names and whose leaves are values.
///
/// # Errors
///
/// [`OverrideError::BadPath`], [`OverrideError::ThroughValue`] or [`OverrideError::TooDeep`].
pub fn unfold(overrides: &Overrides) -> Result<Overrides, OverrideError> {
    unfold_below(overrides, 0)
}

fn unfold_below(overrides: &Overrides, depth: usize) -> Result<Overrides, OverrideError> {
    let mut tree = Map::new();
    for (path, value) in overrides {
        set(&mut tree, path, value, depth)?;
    }
    Ok(tree)
}

fn set(mut tree: &mut Overrides, path: &str, value: &Value, mut depth: usize) -> Result<(), OverrideError> {
    depth += check_path(path)?;
    if depth > MAX_DEPTH {
        return Err(OverrideError::TooDeep);
    }
    let mut name = path;
    while let Some((first, rest)) = name.split_once('.') {
        let Value::Object(inner) = tree.entry(first).or_insert_with(|| Value::Object(Map::new())) else {
            return Err(OverrideError::ThroughValue(path.to_owned()));
        };
        (tree, name) = (inner, rest);
    }
    match value {
        Value::Null => tree.remove(name),
        Value::Object(inner) => tree.insert(name.to_owned(), Value::Object(unfold_below(inner, depth)?)),
        _ => tree.insert(name.to_owned(), value.clone()),
    };
    Ok(())
}

/// How many names a path has.
fn check_path(path: &str) -> Result<usize, OverrideError> {
    let mut depth = 0;
    for name in path.split('.') {
        depth += 1;
        if name.is_empty() {
            return Err(OverrideError::BadPath(path.to_owned()));
        }
        if depth > MAX_DEPTH {
            return Err(OverrideError::TooDeep);
        }
    }
    Ok(depth)
}

/// A path and those of which it is a part, the shortest first.
fn and_above(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('.').map(|(end, _)| end);
    ends.chain([path.len()]).map(|end| &path[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Overrides {
        value.as_object().expect("an object").clone()
    }

    fn merged(base: Value, patch: Value) -> Value {
        let mut base = object(base);
        merge(&mut base, object(patch));
        Value::Object(base)
    }

    #[test]
    fn a_key_takes_away_itself_and_all_below_it() {
        let base = json!({ "auth.password.allowSignIn": true, "auth.otp": {}, "authority": 1, "auth": { "x": 1 } });
        assert_eq!(
            merged(base, json!({ "auth": { "y": 2 } })),
            json!({ "authority": 1, "auth": { "y": 2 } })
        );
    }

    #[test]
    fn a_key_below_an_object_leaves_the_object_and_wins() {
        let all = merged(json!({ "auth": { "a": 1, "b": 1 } }), json!({ "auth.a": 2 }));
        assert_eq!(
            unfold(&object(all)).unwrap(),
            object(json!({ "auth": { "a": 2, "b": 1 } }))
        );
    }

    #[test]
    fn null_takes_a_key_back_to_its_default() {
        let tree = unfold(&object(json!({ "a": { "b": 1, "c": 2 }, "a.b": null, "d": null }))).unwrap();
        assert_eq!(tree, object(json!({ "a": { "c": 2 } })));
    }

    #[test]
    fn dots_are_unfolded_at_every_depth() {
        let tree = unfold(&object(json!({ "a": { "b.c": { "d.e": 1 } } }))).unwrap();
        assert_eq!(tree, object(json!({ "a": { "b": { "c": { "d": { "e": 1 } } } } })));
    }

    #[test]
    fn reset_reaches_into_nested_objects() {
        let all = json!({ "a": { "b": { "c": 1, "d": 2 } }, "a.b.c": 3, "a.b": { "c.e": 1 }, "a.bc": 4, "f": 5 });
        let mut all = object(all);
        reset(&mut all, &["a.b.c".to_owned(), "f".to_owned()]).unwrap();
        assert_eq!(all, object(json!({ "a": { "b": { "d": 2 } }, "a.b": {}, "a.bc": 4 })));
    }

    #[test]
    fn bad_paths_are_refused() {
        for path in ["", ".", "a.", ".a", "a..b"] {
            let overrides = object(json!({ path: 1 }));
            assert_eq!(unfold(&overrides), Err(OverrideError::BadPath(path.to_owned())));
            let kept = overrides.clone();
            let mut reset_too = overrides;
            assert!(reset(&mut reset_too, &["b".to_owned(), path.to_owned()]).is_err());
            assert_eq!(reset_too, kept);
        }
        let overrides = object(json!({ "a": 1, "a.b": 2 }));
        assert_eq!(unfold(&overrides), Err(OverrideError::ThroughValue("a.b".to_owned())));
        assert!(matches!(parse("[]"), Err(OverrideError::NotAnObject(_))));
    }

    #[test]
    fn depth_is_bounded_however_it_is_written() {
        let deep = |length: usize| vec!["a"; length].join(".");
        assert!(unfold(&object(json!({ deep(MAX_DEPTH): 1 }))).is_ok());
        for path in [deep(MAX_DEPTH + 1), deep(2_000_000)] {
            assert_eq!(unfold(&object(json!({ &path: 1 }))), Err(OverrideError::TooDeep));
            assert_eq!(reset(&mut Map::new(), &[path]), Err(OverrideError::TooDeep));
        }
        let nested = (0..MAX_DEPTH).fold(json!(1), |value, _| json!({ "a": value }));
        assert!(unfold(&object(nested.clone())).is_ok());
        assert_eq!(unfold(&object(json!({ "a": nested }))), Err(OverrideError::TooDeep));
    }

    #[test]
    fn half_a_million_keys_are_merged_and_reset_at_once() {
        let keys = || (0..500_000).map(|number| format!("a.b{number}"));
        let all = || keys().map(|key| (key, Value::Null)).collect::<Overrides>();
        let mut base = all();
        merge(&mut base, all());
        assert_eq!(base.len(), 500_000);
        assert!(unfold(&base).is_ok());
        reset(&mut base, &keys().collect::<Vec<_>>()).unwrap();
        assert!(base.is_empty());
    }

    /// Overrides without conflicts: objects and dotted paths over three names.
    fn any_overrides() -> impl Strategy<Value = Overrides> {
        let leaf = prop_oneof![Just(json!(null)), any::<bool>().prop_map(Value::Bool)];
        let value = leaf.prop_recursive(2, 8, 3, |inner| {
            prop::collection::btree_map("[a-c]{1}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
        });
        let path = "[a-c](\\.[a-c]){0,2}";
        prop::collection::vec((path, value), 0..5).prop_map(|entries| entries.into_iter().collect())
    }

    proptest! {
        #[test]
        fn merging_the_same_patch_twice_changes_nothing_more(base in any_overrides(), patch in any_overrides()) {
            let mut once = base;
            merge(&mut once, patch.clone());
            let mut twice = once.clone();
            merge(&mut twice, patch);
            prop_assert_eq!(twice, once);
        }

        #[test]
        fn an_unfolded_tree_stays_as_it_is(overrides in any_overrides()) {
            if let Ok(tree) = unfold(&overrides) {
                prop_assert_eq!(unfold(&tree).unwrap(), tree);
            }
        }

        #[test]
        fn what_is_patched_is_what_is_read(base in any_overrides(), path in "[a-c](\\.[a-c]){0,2}", on: bool) {
            let mut all = base;
            merge(&mut all, object(json!({ &path: on })));
            if let Ok(tree) = unfold(&all) {
                let pointer = format!("/{}", path.replace('.', "/"));
                let tree = Value::Object(tree);
                prop_assert_eq!(tree.pointer(&pointer), Some(&Value::Bool(on)));
            }
        }
    }
}
