//! A header that may come under two names.

use http::{HeaderMap, HeaderName};
use stack_types::Secret;

/// A header of requests, with the other name that means the same.
///
/// Which headers there are, and what else they are called, stands in the contract: see [`headers`](crate::headers).
#[derive(Debug)]
pub struct Header {
    name: HeaderName,
    alias: Option<HeaderName>,
}

impl Header {
    /// Of these names, in lower case.
    pub(crate) const fn new(name: &'static str, alias: Option<&'static str>) -> Self {
        Self {
            name: HeaderName::from_static(name),
            alias: match alias {
                Some(alias) => Some(HeaderName::from_static(alias)),
                None => None,
            },
        }
    }

    /// The name that messages use.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The other name, if it has one.
    pub fn alias(&self) -> Option<&str> {
        self.alias.as_ref().map(HeaderName::as_str)
    }

    /// The value; an empty one, or one that isn't text, counts as absent. If both names are sent, the first counts.
    pub fn text<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let value = |name: &HeaderName| headers.get(name)?.to_str().ok().filter(|value| !value.is_empty());
        value(&self.name).or_else(|| value(self.alias.as_ref()?))
    }

    /// The value as something that isn't shown.
    pub(crate) fn secret(&self, headers: &HeaderMap) -> Option<Secret> {
        self.text(headers).map(Secret::from)
    }

    /// Whether the value is exactly `true`.
    pub(crate) fn is_true(&self, headers: &HeaderMap) -> bool {
        self.text(headers) == Some("true")
    }
}
