//! Doc comments from the contract's sentences, with its rules in words.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::scope::Scope;
use crate::model::{Kind, Range, StringRules, Type};

/// Columns of text in a doc comment inside a struct.
const WIDTH: usize = 108;

const AN_EMAIL: &str = "An e-mail address.";
const A_URL: &str = "An absolute URL.";

/// `///` lines.
pub(crate) fn outer(text: &str) -> TokenStream {
    let lines = wrapped(text);
    quote!(#(#[doc = #lines])*)
}

/// What a field is: its description, then its rules and its default.
pub(super) fn field(description: &str, ty: &Type, default: Option<&Value>, scope: &Scope<'_>) -> TokenStream {
    let mut text = description.trim().to_owned();
    let default = default.map(|value| format!("Default: `{value}`."));
    for sentence in rules(ty, scope).into_iter().chain(default) {
        if !says(&text, &sentence) {
            text.push(' ');
            text.push_str(&sentence);
        }
    }
    outer(&text)
}

/// Whether `text` says already what `sentence` would add.
fn says(text: &str, sentence: &str) -> bool {
    let plain = |text: &str| text.replace('`', "").to_lowercase();
    let text = plain(text);
    let told = match sentence {
        AN_EMAIL => text.contains("e-mail"),
        A_URL => text.contains("url"),
        _ => false,
    };
    told || text.contains(&plain(sentence))
}

/// The rules of a shape that its Rust type doesn't show, a sentence each.
pub(super) fn rules(ty: &Type, scope: &Scope<'_>) -> Vec<String> {
    match &ty.kind {
        Kind::Ref(name) => match scope.named(name) {
            // An alias hides the rules of its text; a type of its own has them in its docs.
            Some(named) if super::is_alias(&named.ty) => rules(&named.ty, scope),
            _ => Vec::new(),
        },
        Kind::String(rules) => text_rules(rules),
        Kind::Integer(range) | Kind::Number(range) => range_rules(range),
        Kind::Boolean { only: Some(only) } => vec![format!("Always `{only}`.")],
        Kind::Enum { values } => match values.as_slice() {
            [only] => vec![format!("Always `{only}`.")],
            values => vec![format!("One of `{}`.", values.join("`, `"))],
        },
        Kind::Array { items, min, max } => {
            let mut sentences = length_rules(*min, *max, "item");
            sentences.extend(
                rules(items, scope)
                    .into_iter()
                    .map(|rule| format!("Each item: {}", lower_first(&rule))),
            );
            sentences
        }
        _ => Vec::new(),
    }
}

fn text_rules(rules: &StringRules) -> Vec<String> {
    let mut sentences = length_rules(rules.min_length, rules.max_length, "character");
    match rules.format.as_deref() {
        Some("email") => sentences.push(AN_EMAIL.to_owned()),
        Some("uri") => sentences.push(A_URL.to_owned()),
        Some("byte") => sentences.push("In base64.".to_owned()),
        _ => {}
    }
    if let Some(pattern) = &rules.pattern {
        sentences.push(format!("Matches `{pattern}`."));
    }
    match rules.normalize.as_deref() {
        Some("upper") => sentences.push("Stored trimmed and in upper case.".to_owned()),
        Some("lower") => sentences.push("Stored trimmed and in lower case.".to_owned()),
        Some(_) => sentences.push("Stored trimmed.".to_owned()),
        None => {}
    }
    sentences
}

fn length_rules(min: Option<u64>, max: Option<u64>, noun: &str) -> Vec<String> {
    let counted = |count: u64| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{} {noun}{plural}", grouped(&count.to_string()))
    };
    match (min, max) {
        (Some(min), Some(max)) if min == max => vec![format!("Exactly {}.", counted(min))],
        (min, max) => {
            let at_least = min
                .filter(|min| *min > 0)
                .map(|min| format!("At least {}.", counted(min)));
            let at_most = max.map(|max| format!("At most {}.", counted(max)));
            at_least.into_iter().chain(at_most).collect()
        }
    }
}

fn range_rules(range: &Range) -> Vec<String> {
    let at_least = range.min.map(|min| format!("At least {}.", grouped(&min.to_string())));
    let at_most = range.max.map(|max| format!("At most {}.", grouped(&max.to_string())));
    at_least.into_iter().chain(at_most).collect()
}

/// A whole number with a comma after each three digits, if it is long.
fn grouped(number: &str) -> String {
    if number.len() < 5 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let groups: Vec<_> = number
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(String::from_utf8_lossy)
        .collect();
    groups.join(",")
}

/// `text` with its first letter in lower case.
pub(in crate::emit) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The lines of `text`, each with the space that stands after the slashes.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.trim().lines() {
        let indent = if paragraph.trim_start().starts_with("- ") {
            "   "
        } else {
            " "
        };
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if line.trim().is_empty() {
                line.push(' ');
            } else if line.len() + word.len() >= WIDTH {
                lines.push(std::mem::replace(&mut line, indent.to_owned()));
            } else {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}
