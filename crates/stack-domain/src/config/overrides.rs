//! Overrides: JSON objects whose keys may be paths with dots.

use serde_json::{Map, Value};

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
    base.retain(|key, _| !patch.keys().any(|path| is_at_or_below(key, path)));
    base.extend(patch);
}

/// Takes away `path` and everything below it, also inside nested objects.
pub fn reset(overrides: &mut Overrides, path: &str) {
    overrides.retain(|key, _| !is_at_or_below(key, path));
    for (key, value) in overrides.iter_mut() {
        if let (Some(rest), Value::Object(inner)) = (
            path.strip_prefix(key.as_str()).and_then(|rest| rest.strip_prefix('.')),
            value,
        ) {
            reset(inner, rest);
        }
    }
}

/// Unfolds all dots and nulls: gives a tree whose keys are plain names and whose leaves are values.
///
/// # Errors
///
/// [`OverrideError::BadPath`] or [`OverrideError::ThroughValue`].
pub fn unfold(overrides: &Overrides) -> Result<Overrides, OverrideError> {
    let mut tree = Map::new();
    for (path, value) in overrides {
        set(&mut tree, path, path, value)?;
    }
    Ok(tree)
}

fn set(tree: &mut Overrides, path: &str, whole: &str, value: &Value) -> Result<(), OverrideError> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    if name.is_empty() {
        return Err(OverrideError::BadPath(whole.to_owned()));
    }
    match (rest, value) {
        (Some(rest), _) => match tree.entry(name).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(inner) => return set(inner, rest, whole, value),
            _ => return Err(OverrideError::ThroughValue(whole.to_owned())),
        },
        (None, Value::Null) => tree.retain(|key, _| key != name),
        (None, Value::Object(inner)) => {
            let unfolded = unfold(inner)?;
            tree.insert(name.to_owned(), Value::Object(unfolded));
        }
        (None, _) => {
            tree.insert(name.to_owned(), value.clone());
        }
    }
    Ok(())
}

fn is_at_or_below(key: &str, path: &str) -> bool {
    key.strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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
        let mut all = object(json!({ "a": { "b": { "c": 1, "d": 2 } }, "a.b.c": 3, "a.bc": 4 }));
        reset(&mut all, "a.b.c");
        assert_eq!(all, object(json!({ "a": { "b": { "d": 2 } }, "a.bc": 4 })));
    }

    #[test]
    fn bad_paths_are_refused() {
        for path in ["", ".", "a.", ".a", "a..b"] {
            let overrides = object(json!({ path: 1 }));
            assert_eq!(unfold(&overrides), Err(OverrideError::BadPath(path.to_owned())));
        }
        let overrides = object(json!({ "a": 1, "a.b": 2 }));
        assert_eq!(unfold(&overrides), Err(OverrideError::ThroughValue("a.b".to_owned())));
        assert!(matches!(parse("[]"), Err(OverrideError::NotAnObject(_))));
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
