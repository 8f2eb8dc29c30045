//! `name=value&name=value`, as queries and form bodies have it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The pairs in their order, decoded; or the raw name of one that isn't UTF-8 once it is.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = Result<(String, String), String>> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match (decode(name), decode(value)) {
            (Some(name), Some(value)) => Ok((name, value)),
            _ => Err(name.to_owned()),
        }
    })
}

/// `+` is a space, `%xx` a byte; a `%` that isn't followed by two digits stays what it is.
pub(crate) fn decode(text: &str) -> Option<String> {
    let spaced = if text.contains('+') {
        Cow::Owned(text.replace('+', " "))
    } else {
        Cow::Borrowed(text)
    };
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pluses_and_percents_are_decoded() {
        let decoded: Vec<_> = pairs("a=1+2&b=%C3%A9&c&&d=50%&e==")
            .collect::<Result<_, _>>()
            .expect("all are UTF-8");
        let expected = [("a", "1 2"), ("b", "é"), ("c", ""), ("d", "50%"), ("e", "=")];
        assert_eq!(
            decoded,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn a_value_that_is_not_utf8_is_named() {
        assert_eq!(pairs("a=1&b=%FF").last(), Some(Err("b".to_owned())));
    }
}
