//! Names of fields and variants.

use std::collections::HashSet;

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt;

use crate::names;

/// Keywords that can't be written as `r#…`.
const NEVER_RAW: &[&str] = &["self", "super", "crate", "Self"];

/// The field of this wire name, and the name that `#[serde(rename = …)]` has to give it, if it needs one. For an object
/// with several, [`fields`] makes sure that they differ.
pub(crate) fn field(wire: &str) -> (Ident, Option<&str>) {
    renamed(wire, &names::snake(wire))
}

/// The fields of these wire names, each as [`field`] has it.
pub(crate) fn fields<'a>(wires: impl IntoIterator<Item = &'a str> + Clone) -> Vec<(Ident, Option<&'a str>)> {
    let fields = names::fields(wires.clone().into_iter().collect::<Vec<_>>());
    let mut taken = HashSet::new();
    wires
        .into_iter()
        .zip(fields)
        .map(|(wire, field)| {
            let (ident, rename) = renamed(wire, &signed(wire).unwrap_or(field));
            let unique = unique(ident.clone(), "_", &mut taken);
            let rename = if unique == ident { rename } else { Some(wire) };
            (unique, rename)
        })
        .collect()
}

/// `ident`, or with a number if it is taken.
fn unique(ident: Ident, separator: &str, taken: &mut HashSet<Ident>) -> Ident {
    let mut chosen = ident.clone();
    let mut number = 2;
    while !taken.insert(chosen.clone()) {
        chosen = format_ident!("{}{separator}{number}", ident.unraw());
        number += 1;
    }
    chosen
}

/// The field of a number with a sign, which would lose it: `+1` is `plus_1`.
fn signed(wire: &str) -> Option<String> {
    let digits = wire
        .strip_prefix(['+', '-'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))?;
    let sign = if wire.starts_with('+') { "plus" } else { "minus" };
    Some(format!("{sign}_{}", names::snake(digits)))
}

fn renamed<'a>(wire: &'a str, field: &str) -> (Ident, Option<&'a str>) {
    let ident = escaped(field);
    // serde leaves out the `r#`, so it is the bare word that has to differ.
    let same = ident.to_string().trim_start_matches("r#") == wire;
    (ident, (!same).then_some(wire))
}

/// `name` as an identifier, whatever it is.
pub(super) fn escaped(name: &str) -> Ident {
    let name: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    match name.chars().next() {
        None => format_ident!("empty"),
        Some(first) if first.is_numeric() => format_ident!("n{name}"),
        Some(_) if NEVER_RAW.contains(&name.as_str()) => format_ident!("{name}_"),
        Some(_) if names::is_keyword(&name) => Ident::new_raw(&name, Span::call_site()),
        Some(_) => format_ident!("{name}"),
    }
}

/// The variants of the words of one enum, which also has a variant `Unknown`. The linter sees to it that the words of
/// the contract differ in Rust too; those of other documents get a number if they don't.
pub(crate) fn variants<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<Ident> {
    let mut taken = HashSet::from([format_ident!("Unknown")]);
    words
        .into_iter()
        .map(|word| unique(variant(word), "", &mut taken))
        .collect()
}

/// The variant of this word.
pub(crate) fn variant(word: &str) -> Ident {
    let pascal: String = names::pascal(&signed(word).unwrap_or_else(|| word.to_owned()))
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    match pascal.chars().next() {
        None => format_ident!("Empty"),
        Some(first) if first.is_numeric() => format_ident!("N{pascal}"),
        Some(_) if pascal == "Self" => format_ident!("Itself"),
        Some(_) => format_ident!("{pascal}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_alike_in_rust_get_numbers() {
        let names: Vec<_> = fields(["+1", "-1", "a-b", "a b"])
            .into_iter()
            .map(|(ident, _)| ident.to_string())
            .collect();
        assert_eq!(names, ["plus_1", "minus_1", "a_b", "a_b_2"]);
        let names: Vec<_> = variants(["a", "A", "unknown"])
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["A", "A2", "Unknown2"]);
    }

    #[test]
    fn fields_are_snake_case_and_never_keywords() {
        for (wire, ident, rename) in [
            ("email", "email", None),
            ("clientVersion", "client_version", Some("clientVersion")),
            ("type", "r#type", None),
            ("self", "self_", Some("self")),
            ("2fa", "n2fa", Some("2fa")),
            ("last-seen", "last_seen", Some("last-seen")),
        ] {
            let [(field, renamed)] = &fields([wire])[..] else {
                panic!("one name is one field")
            };
            assert_eq!((field.to_string().as_str(), *renamed), (ident, rename), "{wire}");
        }
    }

    #[test]
    fn variants_are_pascal_case_and_always_names() {
        for (word, name) in [
            ("user_id", "UserId"),
            ("", "Empty"),
            ("2nd", "N2nd"),
            ("self", "Itself"),
            ("P-256", "P256"),
            ("-1", "Minus1"),
        ] {
            assert_eq!(variant(word).to_string(), name);
        }
    }
}
