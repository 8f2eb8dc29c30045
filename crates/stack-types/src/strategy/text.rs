//! Text of every format and pattern.

use proptest::{collection::vec, prelude::*, string::string_regex};
use serde_json::Value;

use crate::schema::{Kind, Mode, Schema, Text, check};

/// How much longer than it has to be a text may get, in characters; one as long as its limit is made only if that isn't
/// more than [`LONG`].
const MORE: u64 = 16;

/// The longest texts, in characters.
const LONG: u64 = 300;

const EMAIL: &str =
    "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,8}(\\.[a-z0-9]{1,4})?@([a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?\\.){1,2}[a-z]{2,6}";
const URI: &str = "(https?|app)://[a-z][a-z0-9]{0,8}(\\.[a-z]{2,4})?(:[1-9][0-9]{1,3})?(/[A-Za-z0-9._~%+-]{0,6}){0,3}(\\?[a-z]=[a-z0-9+&=]{0,6})?(#[a-z]{0,4})?";
const BASE64: &str = "([A-Za-z0-9+/]{4}){0,6}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?";
const DATE_TIME: &str =
    "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{3})?Z";
const HOST_NAME: &str = "([a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?\\.){0,3}[a-z]{2,6}";

/// Text that keeps all of `rules`.
pub(super) fn fitting(rules: &'static Text) -> BoxedStrategy<String> {
    let texts = match (rules.format, rules.pattern) {
        (Some("uuid"), _) => uuid().boxed(),
        (Some("email"), _) => regex(EMAIL),
        (Some("uri"), _) => regex(URI),
        (Some("byte"), _) => regex(BASE64),
        (Some("date-time"), _) => regex(DATE_TIME),
        (Some("hostname"), _) => regex(HOST_NAME),
        (_, Some(pattern)) => regex(&whole(pattern.source())),
        (_, None) => of_length(rules),
    };
    // The checker also normalizes.
    let fitting = move |text: String| {
        let mut value = Value::from(text);
        check(&mut value, &Schema::new(Kind::Text(*rules)), Mode::Request).ok()?;
        value.as_str().map(str::to_owned)
    };
    texts.prop_filter_map("keeps the rules", fitting).boxed()
}

/// A UUID in lower case.
pub(super) fn uuid() -> impl Strategy<Value = String> {
    any::<[u8; 16]>().prop_map(|bytes| uuid::Uuid::from_bytes(bytes).to_string())
}

/// A key of a map: often a word.
pub(super) fn key() -> impl Strategy<Value = String> {
    prop_oneof![4 => regex("[a-z][a-z0-9_.]{0,8}"), 1 => free(0, 4)]
}

/// Between `min` and `max` characters of any kind but U+0000, which no text of the API may hold.
pub(super) fn free(min: u64, max: u64) -> BoxedStrategy<String> {
    let character = any::<char>().prop_map(|character| if character == '\0' { ' ' } else { character });
    let length = |characters: u64| usize::try_from(characters).expect("a text that long fits into memory");
    vec(character, length(min)..=length(max))
        .prop_map(|characters| characters.into_iter().collect())
        .boxed()
}

fn of_length(rules: &Text) -> BoxedStrategy<String> {
    let min = rules.min_length.unwrap_or(0);
    let usual = min + MORE;
    match rules.max_length {
        Some(max) if max <= LONG.max(usual) => prop_oneof![3 => free(min, max.min(usual)), 1 => free(max, max)].boxed(),
        _ => free(min, usual),
    }
}

/// `pattern` as one that matches whole texts: without anchors, and with something behind it if there was none.
fn whole(pattern: &str) -> String {
    let start = pattern.strip_prefix('^').unwrap_or(pattern);
    match start.strip_suffix('$') {
        Some(all) => all.to_owned(),
        None => format!("{start}[a-z0-9/._-]{{0,12}}"),
    }
}

fn regex(pattern: &str) -> BoxedStrategy<String> {
    string_regex(pattern)
        .unwrap_or_else(|error| panic!("no text can be made for the pattern {pattern}: {error}"))
        .boxed()
}
