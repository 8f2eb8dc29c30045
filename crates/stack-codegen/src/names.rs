//! Names of the contract as Rust has them, shared by the linter and the emitters.

use heck::{ToPascalCase, ToSnakeCase};

/// The words that Rust keeps for itself.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Whether Rust keeps `word` for itself.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// The field or method of this name, not yet escaped if it is a keyword.
pub fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// The type or variant of this name.
pub fn pascal(name: &str) -> String {
    name.to_pascal_case()
}

/// The fields of the properties or parameters `names` of one object, in their order, not yet escaped.
///
/// An old API may have the same thing twice, as `user_id` and `userId`. The one in snake_case keeps its name, the other
/// is `user_id_camel`.
pub fn fields<'a>(names: impl IntoIterator<Item = &'a str, IntoIter: Clone>) -> Vec<String> {
    let names = names.into_iter();
    let field = |name: &str| {
        let field = snake(name);
        let taken = field != name && names.clone().any(|other| other == field);
        if taken { field + "_camel" } else { field }
    };
    names.clone().map(field).collect()
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn a_name_in_two_styles_gives_two_fields() {
        assert_eq!(
            fields(["userId", "user_id", "newUser"]),
            ["user_id_camel", "user_id", "new_user"]
        );
    }
}
