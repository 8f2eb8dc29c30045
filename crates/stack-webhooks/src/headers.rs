//! The headers that carry a signature, by either of their names.

use http::{HeaderMap, HeaderName, HeaderValue};

/// What the headers of a message are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HeaderFamily {
    /// `svix-id`, `svix-timestamp` and `svix-signature`, which Stack Auth sends.
    #[default]
    Svix,
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature`, as Standard Webhooks have it.
    Standard,
}

impl HeaderFamily {
    /// Both; whoever sends both means the first.
    pub const ALL: [Self; 2] = [Self::Svix, Self::Standard];

    /// The header of the message's id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Svix => "svix-id",
            Self::Standard => "webhook-id",
        }
    }

    /// The header of the time of the attempt, in seconds since 1970.
    pub const fn timestamp(self) -> &'static str {
        match self {
            Self::Svix => "svix-timestamp",
            Self::Standard => "webhook-timestamp",
        }
    }

    /// The header of the signatures.
    pub const fn signature(self) -> &'static str {
        match self {
            Self::Svix => "svix-signature",
            Self::Standard => "webhook-signature",
        }
    }

    pub(crate) const fn all(self) -> [&'static str; 3] {
        [self.id(), self.timestamp(), self.signature()]
    }
}

/// Where headers are looked up, so that any HTTP server will do.
pub trait Headers {
    /// The value of the header `name`, which is in lower case; none if it is missing. Case makes no difference.
    fn header(&self, name: &str) -> Option<&[u8]>;
}

impl Headers for HeaderMap {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.get(name).map(HeaderValue::as_bytes)
    }
}

/// Names and values in any order.
impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn header(&self, name: &str) -> Option<&[u8]> {
        let mut headers = self.iter();
        let (_, value) = headers.find(|(other, _)| other.as_ref().eq_ignore_ascii_case(name))?;
        Some(value.as_ref())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.as_slice().header(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const LENGTH: usize> Headers for [(N, V); LENGTH] {
    fn header(&self, name: &str) -> Option<&[u8]> {
        self.as_slice().header(name)
    }
}

/// A header of one of the families.
pub(crate) const fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}
