//! The names of commands and flags.

use heck::ToKebabCase;

use crate::model::Operation;

/// Flags that commands have beside their fields; a field of the same name gets another. clap refuses two of a name, so
/// the tests of `stack-cli` find one that is missing here.
const TAKEN: &[&str] = &[
    "access",
    "all",
    "basic-auth",
    "bearer-token",
    "body",
    "columns",
    "help",
    "json",
    "null",
    "output",
    "profile",
    "project-id",
    "quiet",
    "set",
    "timeout",
    "url",
    "verbose",
    "version",
    "yes",
];

/// Words that are worth nothing once the noun after them is gone.
const PREPOSITIONS: &[&str] = &["by", "for", "from", "of", "to", "with"];

/// The commands of the operations of `tag`, in their order.
///
/// A command is the operation's id without the words of the tag: `list_users` of the tag `users` is `list`, and
/// `sign_in_with_password` of the tag `password` is `sign-in`. Where nothing or the same would be left of two, their
/// whole ids are taken.
pub(super) fn commands(tag: &str, operations: &[&Operation]) -> Vec<String> {
    let short: Vec<_> = operations
        .iter()
        .map(|operation| shortened(tag, &operation.id))
        .collect();
    let names = operations.iter().zip(&short).map(|(operation, name)| {
        let is_taken = short.iter().filter(|other| *other == name).count() > 1;
        if name.is_empty() || is_taken {
            operation.id.to_kebab_case()
        } else {
            name.clone()
        }
    });
    names.collect()
}

fn shortened(tag: &str, id: &str) -> String {
    let noun: Vec<_> = tag
        .split('-')
        .filter(|word| *word != "internal")
        .map(singular)
        .collect();
    let mut words: Vec<_> = id.split('_').collect();
    let is_noun = |window: &[&str]| window.iter().map(|word| singular(word)).eq(noun.iter().copied());
    if !noun.is_empty()
        && words.len() > noun.len()
        && let Some(at) = words.windows(noun.len()).position(is_noun)
    {
        let is_useless = at > 0 && PREPOSITIONS.contains(&words[at - 1]);
        words.drain(at - usize::from(is_useless)..at + noun.len());
    }
    words.join("-")
}

/// `word` as one of a kind, good enough to compare.
fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// The flag of the field at `path`; `kind` tells it from a flag that every command has, or that `taken` names.
pub(super) fn flag(path: &[&str], kind: &str, taken: &[String]) -> String {
    let keys: Vec<_> = path.iter().map(|key| key.to_kebab_case()).collect();
    let flag = keys.join(".");
    if TAKEN.contains(&flag.as_str()) || taken.contains(&flag) {
        format!("{kind}-{flag}")
    } else {
        flag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_leaves_out_what_its_group_says() {
        for (tag, id, command) in [
            ("users", "list_users", "list"),
            ("users", "get_current_user", "get-current"),
            ("password", "sign_in_with_password", "sign-in"),
            ("password", "send_password_reset_code", "send-reset-code"),
            ("internal-api-keys", "list_api_key_sets", "list-sets"),
            ("user-api-keys", "check_user_api_key", "check"),
            ("misc", "get_api_info", "get-api-info"),
            ("anonymous", "anonymous", "anonymous"),
        ] {
            assert_eq!(shortened(tag, id), command, "{id}");
        }
    }

    #[test]
    fn a_flag_that_is_taken_says_what_it_is_of() {
        assert_eq!(flag(&["url"], "body", &[]), "body-url");
        assert_eq!(
            flag(&["config", "sign_up_enabled"], "body", &[]),
            "config.sign-up-enabled"
        );
        assert_eq!(flag(&["user_id"], "body", &["user-id".to_owned()]), "body-user-id");
    }
}
