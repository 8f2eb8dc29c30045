//! The paths of operations, and which of them would match others too.

use crate::model::{Api, Operation};

/// The path from the server's root on, with `{name}` placeholders.
pub(super) fn path(api: &Api, operation: &Operation) -> String {
    let prefix = api.prefix(operation.base);
    if operation.path == "/" && !prefix.is_empty() {
        prefix.to_owned()
    } else {
        format!("{prefix}{}", operation.path)
    }
}

/// The paths of other operations with the same method that fit the placeholders of this one's path: `/users/me` is no
/// user's id. Placeholders of theirs stay.
pub(super) fn others(api: &Api, operation: &Operation) -> Vec<String> {
    let own = path(api, operation);
    let all = api.tags.iter().flat_map(|tag| &tag.operations);
    let mut others: Vec<_> = all
        .filter(|other| other.method == operation.method && other.id != operation.id)
        .map(|other| path(api, other))
        .filter(|other| covers(&own, other))
        .collect();
    others.dedup();
    others
}

/// Whether every path of `narrow` is one of `wide` too, which has more placeholders.
fn covers(wide: &str, narrow: &str) -> bool {
    let (wide, narrow): (Vec<_>, Vec<_>) = (wide.split('/').collect(), narrow.split('/').collect());
    wide.len() == narrow.len()
        && wide != narrow
        && wide
            .iter()
            .zip(&narrow)
            .all(|(wide, narrow)| wide == narrow || (wide.starts_with('{') && !narrow.starts_with('{')))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_placeholder_covers_words() {
        assert!(covers("/users/{user_id}", "/users/me"));
        assert!(covers("/users/{user_id}/{part}", "/users/{user_id}/avatar"));
        assert!(!covers("/users/me", "/users/{user_id}"));
        assert!(!covers("/users/{user_id}", "/users/{id}"));
        assert!(!covers("/users/{user_id}", "/users/me/avatar"));
    }
}
