//! To which budget a try belongs.

use std::net::{IpAddr, Ipv6Addr};

use hkdf::Hkdf;
use sha2::Sha256;
use stack_types::{ProjectId, Secret, SessionId, UserId};

use super::Limit;
use crate::models::LimitKey;

/// How much of an IPv6 address counts: what is given to one customer of a network at least.
const IPV6_MASK: u128 = u128::MAX << 64;

/// Whose budget it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// An address, in its one form.
    Address(IpAddr),
    /// A user.
    User(UserId),
    /// An e-mail in its normal form that signs nobody in.
    UnknownEmail(String),
    /// A session.
    Session(SessionId),
    /// All of the project.
    Project,
}

impl Subject {
    /// An address as it is counted: one form for each, and an IPv6 network as one.
    pub(crate) fn address(ip: IpAddr) -> Self {
        Self::Address(match ip.to_canonical() {
            IpAddr::V4(ip) => IpAddr::V4(ip),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & IPV6_MASK)),
        })
    }

    /// Its kind and its text.
    fn name(&self) -> (&'static str, String) {
        match self {
            Self::Address(ip) => ("address", ip.to_string()),
            Self::User(id) => ("user", id.to_string()),
            Self::UnknownEmail(email) => ("email", email.clone()),
            Self::Session(id) => ("session", id.to_string()),
            Self::Project => ("project", String::new()),
        }
    }
}

/// Makes keys of budgets. They depend on the server's secret: an address has so few possible values that a plain hash
/// would tell it.
pub(crate) struct LimitKeys(Hkdf<Sha256>);

impl LimitKeys {
    pub(crate) fn new(server_secret: &Secret) -> Self {
        Self(Hkdf::new(Some(b"stack-auth/limits"), server_secret.expose().as_bytes()))
    }

    pub(crate) fn of(&self, project: &ProjectId, limit: Limit, subject: &Subject) -> LimitKey {
        let (kind, text) = subject.name();
        let mut key = [0; 32];
        // Nothing but the last part may hold a zero byte.
        let info = [project.as_str(), limit.name(), kind, &text].join("\0");
        self.0
            .expand(info.as_bytes(), &mut key)
            .expect("32 bytes are a possible length");
        LimitKey(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Subject {
        Subject::address(text.parse().unwrap())
    }

    #[test]
    fn an_address_counts_once_however_it_is_written() {
        assert_eq!(address("::ffff:203.0.113.7"), address("203.0.113.7"));
        assert_eq!(address("2001:DB8:0::1"), address("2001:db8::0:1"));
        assert_ne!(address("203.0.113.7"), address("203.0.113.8"));
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
    }

    #[test]
    fn projects_limits_and_subjects_have_budgets_of_their_own() {
        let (keys, others) = (LimitKeys::new(&"one".into()), LimitKeys::new(&"two".into()));
        let (a, b) = (ProjectId::from("a"), ProjectId::from("b"));
        let limit = Limit::SignInPerAddress;
        let subject = address("203.0.113.7");
        let key = keys.of(&a, limit, &subject);
        assert_eq!(key, keys.of(&a, limit, &subject));
        for other in [
            keys.of(&b, limit, &subject),
            keys.of(&a, Limit::SignUpPerAddress, &subject),
            keys.of(&a, limit, &address("203.0.113.8")),
            keys.of(&a, limit, &Subject::UnknownEmail("203.0.113.7".into())),
            others.of(&a, limit, &subject),
        ] {
            assert_ne!(key, other);
        }
    }
}
