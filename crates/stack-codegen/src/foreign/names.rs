//! Rust names for whatever a document calls its things.

use std::collections::HashSet;

use heck::{ToPascalCase, ToSnakeCase};

use crate::names::is_keyword;

/// Types that the generated files use by their bare names, and the runtime's.
const TAKEN_TYPES: &[&str] = &[
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Drop",
    "Eq",
    "Err",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromStr",
    "Hash",
    "Into",
    "Iterator",
    "Multipart",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Part",
    "Patch",
    "Result",
    "Self",
    "Send",
    "Serialize",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Vec",
];

/// Names that were given away already.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// For types: without those that the generated files use themselves.
    pub fn of_types() -> Self {
        Self(TAKEN_TYPES.iter().map(|name| (*name).to_owned()).collect())
    }

    /// With `names` taken.
    pub fn without<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// `name`, or with a number if it is taken.
    pub fn take(&mut self, name: &str) -> String {
        // Such that the number neither joins one before it nor is lost between snake_case and PascalCase.
        let is_type = name.starts_with(|first: char| first.is_ascii_uppercase());
        let separator = match name.ends_with(|last: char| last.is_ascii_digit()) {
            true if is_type => "N",
            _ if is_type => "",
            _ => "_n",
        };
        let mut chosen = name.to_owned();
        let mut number = 2;
        while !self.0.insert(chosen.clone()) {
            chosen = format!("{name}{separator}{number}");
            number += 1;
        }
        chosen
    }

    /// Whether `name` is still to be had.
    pub fn is_free(&self, name: &str) -> bool {
        !self.0.contains(name)
    }
}

/// `text` with whatever isn't an ASCII letter or digit as a space between words.
fn plain(text: &str) -> String {
    let signed = |text: &str| match text.strip_prefix(['+', '-']) {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_digit()) => {
            let sign = if text.starts_with('+') { "plus" } else { "minus" };
            format!("{sign} {rest}")
        }
        _ => text.to_owned(),
    };
    signed(text)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
        .collect()
}

/// A type's name.
pub(super) fn pascal(text: &str) -> String {
    let name = plain(text).to_pascal_case();
    match name.chars().next() {
        None => "Unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        Some(_) => name,
    }
}

/// A field's, parameter's or method's name; never a keyword.
pub(super) fn snake(text: &str) -> String {
    let name = plain(text).to_snake_case();
    match name.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) if is_keyword(&name) => format!("{name}_"),
        Some(_) => name,
    }
}

/// A crate's, tag's or file's name.
pub(super) fn kebab(text: &str) -> String {
    snake(text).trim_end_matches('_').replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_gives_a_name() {
        for (text, type_name, field) in [
            ("", "Unnamed", "unnamed"),
            ("+1", "Plus1", "plus_1"),
            ("-1", "Minus1", "minus_1"),
            ("2fa", "N2fa", "n2fa"),
            ("naïve 🐱 Cat[]", "NaVeCat", "na_ve_cat"),
            ("type", "Type", "type_"),
            ("Self", "Self", "self_"),
        ] {
            assert_eq!(
                (pascal(text).as_str(), snake(text).as_str()),
                (type_name, field),
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_is_given_once() {
        let mut names = Names::of_types();
        assert_eq!(
            ["Cat", "Cat", "Cat", "Box", "V1", "V1"].map(|name| names.take(name)),
            ["Cat", "Cat2", "Cat3", "Box2", "V1", "V1N2"]
        );
    }
}
