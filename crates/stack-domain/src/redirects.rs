//! Which URLs of an app may be sent people to.
//!
//! Only scheme, host and port decide. A trusted domain is an exact origin, or a pattern with `*` (a run without dots)
//! and `**` (any run) in its host.

use std::net::Ipv4Addr;

use stack_types::KnownError;
use url::{Host, Url};

use crate::{config::DomainsConfig, error::DomainResult};

/// Schemes that run or show content instead of going somewhere: never trusted, not even with a local host.
const NEVER: [&str; 6] = ["javascript", "data", "vbscript", "blob", "about", "file"];

/// Of apps on phones; only OAuth redirects may go there.
const NATIVE_SCHEME: &str = "stack-auth-mobile-oauth-url";

/// Whether `url` belongs to the app of a project with these domains.
pub fn is_trusted(url: &str, domains: &DomainsConfig) -> bool {
    if !is_plain(url) || !has_plain_host(url) {
        return false;
    }
    let Ok(url) = Url::parse(url) else { return false };
    if NEVER.contains(&url.scheme()) {
        return false;
    }
    let Some(host) = url.host() else { return false };
    if domains.allow_localhost && is_local(&host) {
        return true;
    }
    domains
        .trusted_domains
        .values()
        .filter_map(|domain| domain.base_url.as_deref())
        .any(|base| matches(&url, base))
}

/// Refuses a URL that doesn't belong to the app of a project with these domains.
///
/// # Errors
///
/// `REDIRECT_URL_NOT_WHITELISTED`.
pub(crate) fn require_trusted(url: &str, domains: &DomainsConfig) -> DomainResult<()> {
    if is_trusted(url, domains) {
        Ok(())
    } else {
        Err(KnownError::RedirectUrlNotWhitelisted.into())
    }
}

/// Whether `url` belongs to the app of a project with these domains, or to an app on a phone that takes sign-ins by the
/// scheme that is reserved for that.
pub fn is_trusted_for_oauth(url: &str, domains: &DomainsConfig) -> bool {
    let is_native = || Url::parse(url).is_ok_and(|url| url.scheme() == NATIVE_SCHEME);
    is_trusted(url, domains) || (is_plain(url) && is_native())
}

/// Whether a base URL may stand among the trusted domains: http or https, wildcards in the host only.
pub fn is_valid_base_url(base: &str) -> bool {
    base.len() <= 300 && Pattern::parse(base).is_some()
}

/// Whether every reader takes the URL for the same one: white space and control characters are dropped by some, and a
/// backslash before the query is a slash to some.
fn is_plain(url: &str) -> bool {
    let before_query = url.split(['?', '#']).next().unwrap_or_default();
    !before_query.contains('\\') && !url.contains(|c: char| c.is_control() || c.is_whitespace())
}

/// Whether every reader finds the same host in the URL: it stands behind two slashes, without a user name that might be
/// taken for it, and without characters that have to be decoded.
fn has_plain_host(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !authority.is_empty() && !authority.contains(['@', '%'])
}

fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(domain) => {
            // The host of an unknown scheme isn't parsed as an address.
            let domain = domain.to_ascii_lowercase();
            domain == "localhost"
                || domain.ends_with(".localhost")
                || domain.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        }
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(_) => false,
    }
}

fn matches(url: &Url, base: &str) -> bool {
    let Some(pattern) = Pattern::parse(base) else {
        return false;
    };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return false;
    };
    url.scheme() == pattern.scheme && glob(&pattern.host, &host.to_lowercase()) && pattern.port.matches(port)
}

/// A trusted domain's base URL, taken apart.
struct Pattern {
    scheme: &'static str,
    host: String,
    port: Port,
}

enum Port {
    Exactly(u16),
    Like(String),
}

impl Port {
    fn matches(&self, port: u16) -> bool {
        match self {
            Self::Exactly(wanted) => *wanted == port,
            Self::Like(pattern) => glob(pattern, &port.to_string()),
        }
    }
}

impl Pattern {
    fn parse(base: &str) -> Option<Self> {
        let (scheme, rest) = base.split_once("://")?;
        let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => ("http", 80),
            "https" => ("https", 443),
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if path.contains('*') || authority.contains(['@', '\\']) || authority.contains(char::is_whitespace) {
            return None;
        }
        if !authority.contains('*') {
            let url = Url::parse(&format!("{scheme}://{authority}")).ok()?;
            let (host, port) = (url.host_str()?.to_owned(), url.port_or_known_default()?);
            return Some(Self {
                scheme,
                host,
                port: Port::Exactly(port),
            });
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, port)) if port.contains('*') => (host, Port::Like(port.to_owned())),
            Some((host, port)) => (host, Port::Exactly(port.parse().ok()?)),
            None => (authority, Port::Exactly(default_port)),
        };
        let fine = |c: char| c.is_alphanumeric() || matches!(c, '*' | '-' | '_' | '.');
        let port_fine = match &port {
            Port::Like(port) => port.chars().all(|c| c.is_ascii_digit() || c == '*'),
            Port::Exactly(_) => true,
        };
        (!host.is_empty() && host.chars().all(fine) && port_fine).then(|| Self {
            scheme,
            host: host.to_lowercase(),
            port,
        })
    }
}

/// Whether `text` fits `pattern`: `*` is any run without dots, `**` any run.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // `fits[i]`: the pattern up to here fits the first `i` bytes of the text.
    let mut fits = vec![false; text.len() + 1];
    fits[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        if pattern[at] == b'*' {
            let across_dots = pattern.get(at + 1) == Some(&b'*');
            for i in 0..text.len() {
                fits[i + 1] |= fits[i] && (across_dots || text[i] != b'.');
            }
            at += if across_dots { 2 } else { 1 };
        } else {
            for i in (0..text.len()).rev() {
                fits[i + 1] = fits[i] && text[i] == pattern[at];
            }
            fits[0] = false;
            at += 1;
        }
    }
    fits[text.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::TrustedDomain;

    fn domains(allow_localhost: bool, bases: &[&str]) -> DomainsConfig {
        let domain = |base: &&str| TrustedDomain {
            base_url: Some((*base).to_owned()),
            handler_path: "/handler".into(),
        };
        DomainsConfig {
            allow_localhost,
            trusted_domains: bases
                .iter()
                .enumerate()
                .map(|(i, base)| (i.to_string(), domain(base)))
                .collect(),
        }
    }

    fn trusted(url: &str, base: &str) -> bool {
        is_trusted(url, &domains(false, &[base]))
    }

    #[test]
    fn an_exact_domain_trusts_its_own_origin_only() {
        for url in ["https://example.com", "https://EXAMPLE.com:443/a?b=c#d"] {
            assert!(trusted(url, "https://example.com/ignored"), "{url}");
        }
        for url in [
            "http://example.com",
            "https://example.com:444",
            "https://www.example.com",
            "https://example.com.evil.com",
            "https://evilexample.com",
            "https://example.com@evil.com",
            "https://evil.com/https://example.com",
            "https://evil.com#example.com",
            "https://evil.com\\@example.com.evil.com",
            "//example.com",
            "example.com",
            "https:///",
            "",
        ] {
            assert!(!trusted(url, "https://example.com"), "{url}");
        }
    }

    #[test]
    fn one_star_stays_within_a_label_and_two_cross_dots() {
        assert!(trusted("https://a.example.com", "https://*.example.com"));
        assert!(trusted("https://api-7.example.com", "https://api-*.example.com"));
        assert!(!trusted("https://a.b.example.com", "https://*.example.com"));
        assert!(trusted("https://a.b.example.com", "https://**.example.com"));
        assert!(!trusted("https://example.com", "https://*.example.com"));
        assert!(!trusted("https://a.example.com.evil.com", "https://*.example.com"));
        assert!(!trusted("http://a.example.com", "https://*.example.com"));
        assert!(!trusted("https://evil.com/.example.com", "https://**.example.com"));
        assert!(!trusted("https://evil.com?.example.com", "https://**.example.com"));
        assert!(!trusted(
            "https://evil.com:443@x.org/.example.com",
            "https://**.example.com"
        ));
    }

    #[test]
    fn a_pattern_without_port_means_the_default_port() {
        assert!(!trusted("https://a.example.com:8443", "https://*.example.com"));
        assert!(trusted("https://a.example.com:8443", "https://*.example.com:8443"));
        assert!(trusted("https://a.example.com:8443", "https://*.example.com:*"));
        assert!(trusted("https://a.example.com", "https://*.example.com:443"));
        assert!(trusted("http://localhost:3000", "http://localhost:*"));
        assert!(!trusted("https://a.example.com:9443", "https://*.example.com:8*"));
    }

    #[test]
    fn nothing_that_only_looks_like_the_domain_is_trusted() {
        for url in [
            "https://example.com@evil.com/",
            "https://evil.com@example.com/",
            "https://example.com:443@evil.com/",
            "https://evil.com\\@example.com/",
            "https://evil.com\\.example.com/",
            "https:\\\\example.com/",
            "https:example.com/",
            "https:/example.com/",
            "https:///example.com/",
            "//example.com/",
            "https://example.com.",
            "https://example.com.evil.com/",
            "https://evil.com/https://example.com",
            "https://evil.com#@example.com/",
            "https://evil.com?@example.com/",
            "https://example%2ecom/",
            "https://example%252ecom/",
            "https://a%2eexample.com/",
            "https://examp\tle.com/",
            "https://example.com\n/",
            " https://example.com/",
            "https://example.com /",
            "https://example.com\u{0}.evil.com/",
            "https://example.com\u{a0}/",
            "https://example.com:8443/",
            "https://example.com:0443@evil.com/",
            "https://example.com:/@evil.com:1/",
            "http://example.com/",
            "javascript://example.com/%0aalert(1)",
            "JAVASCRIPT://example.com/",
            "https://ex\u{e4}mple.com/",
            "https://example.c\u{43e}m/",
            "https://xn--exmple-cua.com/",
            "https://[::1]/",
            "",
        ] {
            let is_itself = url == "https://example.com:/@evil.com:1/";
            assert_eq!(trusted(url, "https://example.com"), is_itself, "{url:?}");
            assert!(!trusted(url, "https://*.example.com"), "{url:?}");
        }
        for url in [
            "HTTPS://EXAMPLE.com/x",
            "https://example.com:443/",
            "https://example.com:0443/",
            "https://example.com?a=\\b",
        ] {
            assert!(trusted(url, "https://example.com"), "{url}");
        }
        assert!(
            trusted("https://ex\u{e4}mple.com/", "https://xn--exmple-cua.com"),
            "one name in two scripts"
        );
        assert!(!trusted("https://evil.com/.example.com", "https://*.example.com"));
        assert!(!trusted("https://evil.com?.example.com", "https://**.example.com"));
        assert!(!trusted("https://a.b.example.com", "https://*.example.com"));
    }

    #[test]
    fn apps_on_phones_are_trusted_for_sign_ins_only() {
        let none = domains(false, &[]);
        for url in [
            "stack-auth-mobile-oauth-url://success",
            "stack-auth-mobile-oauth-url:done",
        ] {
            assert!(is_trusted_for_oauth(url, &none), "{url}");
            assert!(!is_trusted(url, &none), "{url}");
        }
        for url in [
            "stack-auth-mobile-oauth-urls://x",
            "https://stack-auth-mobile-oauth-url:/",
            "x\nstack-auth-mobile-oauth-url:y",
        ] {
            assert!(!is_trusted_for_oauth(url, &none), "{url:?}");
        }
    }

    #[test]
    fn local_hosts_are_trusted_if_the_project_says_so() {
        let local = domains(true, &[]);
        for url in [
            "http://localhost:3000/x",
            "http://a.localhost",
            "http://127.0.0.1:99",
            "http://127.1/",
            "app://localhost",
        ] {
            assert!(is_trusted(url, &local), "{url}");
            assert!(!is_trusted(url, &domains(false, &[])), "{url}");
        }
        for url in [
            "http://localhost.evil.com",
            "http://evil.com/localhost",
            "http://128.0.0.1",
            "http://127.0.0.1.evil.com",
            "http://localhost@evil.com",
            "javascript://localhost/%0aalert(1)",
            "data:text/html,localhost",
        ] {
            assert!(!is_trusted(url, &local), "{url}");
        }
    }

    #[test]
    fn only_web_urls_with_wildcards_in_the_host_may_be_trusted() {
        for base in [
            "https://example.com",
            "http://localhost:3000",
            "https://*.example.com:*",
            "https://**.example.com/x",
        ] {
            assert!(is_valid_base_url(base), "{base}");
        }
        for base in [
            "ftp://example.com",
            "example.com",
            "https://",
            "https://a.com/*",
            "*://a.com",
            "https://a@*.com",
            "https://*.com:x",
        ] {
            assert!(!is_valid_base_url(base), "{base}");
        }
        assert!(!is_valid_base_url(&format!("https://{}.com", "a".repeat(300))));
    }

    proptest! {
        #[test]
        fn a_domain_never_trusts_another_host(host in "[a-z0-9.@:/\\\\#?%*-]{0,30}") {
            let url = format!("https://{host}");
            if trusted(&url, "https://example.com") {
                let parsed = Url::parse(&url).unwrap();
                prop_assert_eq!((parsed.host_str(), parsed.port()), (Some("example.com"), None));
                prop_assert_eq!(parsed.username(), "");
            }
        }

        #[test]
        fn every_reader_finds_the_trusted_host_in_a_trusted_url(
            before in "(https?|HTTPS|ftp|javascript)?:?/{0,3}[a-z@%.\\\\]{0,4}",
            host in "(a\\.)?(example\\.com|localhost|EXAMPLE\\.COM)",
            after in "[a-z0-9.@:/\\\\#?%\t\u{0}\u{ff0e}\u{3002} -]{0,12}",
        ) {
            let url = format!("{before}{host}{after}");
            for base in ["https://example.com", "https://*.example.com", "https://**.com", "http://localhost:*"] {
                if trusted(&url, base) {
                    let parsed = Url::parse(&url).unwrap();
                    // What RFC 3986, appendix B finds, which knows nothing of browsers.
                    let rest = url.split_once("://").unwrap().1;
                    let authority = rest.split(['/', '?', '#']).next().unwrap().to_lowercase();
                    let name = authority.split(':').next().unwrap();
                    prop_assert!(
                        parsed.host_str() == Some(name) || !name.is_ascii(),
                        "{} is {:?} to a browser and {} to others", url, parsed.host_str(), name
                    );
                    let sent = Url::parse(parsed.as_str()).unwrap();
                    prop_assert_eq!(sent.host_str(), parsed.host_str());
                }
            }
        }

        #[test]
        fn whatever_a_pattern_trusts_ends_in_its_domain(host in "[a-z0-9.-]{0,20}", end in "(\\.example\\.com|example\\.com|\\.example\\.com\\.|\\.example\\.com\\.evil\\.org)") {
            let url = format!("https://{host}{end}/");
            if trusted(&url, "https://*.example.com") || trusted(&url, "https://**.example.com") {
                prop_assert!(Url::parse(&url).unwrap().host_str().unwrap().ends_with(".example.com"));
            }
        }

        #[test]
        fn the_matcher_agrees_with_its_definition(pattern in "[a.*]{0,6}", text in "[a.]{0,8}") {
            fn slow(pattern: &str, text: &str) -> bool {
                if let Some(rest) = pattern.strip_prefix("**") {
                    return (0..=text.len()).any(|i| slow(rest, &text[i..]));
                }
                if let Some(rest) = pattern.strip_prefix('*') {
                    return (0..=text.len()).take_while(|&i| !text[..i].contains('.')).any(|i| slow(rest, &text[i..]));
                }
                match (pattern.chars().next(), text.chars().next()) {
                    (None, None) => true,
                    (Some(p), Some(t)) => p == t && slow(&pattern[1..], &text[1..]),
                    _ => false,
                }
            }
            prop_assert_eq!(glob(&pattern, &text), slow(&pattern, &text));
        }
    }
}
