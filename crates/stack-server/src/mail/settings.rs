//! The mail server of the deployment, as one URL tells it.

use std::str::FromStr;

use anyhow::{Context, bail};
use percent_encoding::percent_decode_str;
use stack_types::Secret;
use url::Url;

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection to it is secured.
    pub security: Security,
    /// Who signs in there, with which password; `None`: nobody needs to.
    pub credentials: Option<(String, Secret)>,
}

/// How a connection to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// By TLS from the start.
    Tls,
    /// By TLS after a greeting; no mail goes to a server that can't do that.
    StartTls,
    /// By TLS after a greeting if the server can do that, else not at all.
    StartTlsIfPossible,
    /// Not at all.
    None,
}

impl FromStr for SmtpServer {
    type Err = anyhow::Error;

    /// Reads `smtps://user:password@host:465`, or `smtp://` for STARTTLS, or `smtp://…?tls=none`.
    ///
    /// No message quotes the URL: it may hold a password.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let url =
            Url::parse(text).context("`smtp_url` isn't a URL such as `smtps://user:password@mail.example.com`")?;
        let tls = url
            .query_pairs()
            .find(|(name, _)| name == "tls")
            .map(|(_, value)| value);
        let (security, usual_port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => (Security::Tls, 465),
            ("smtp", None | Some("starttls")) => (Security::StartTls, 587),
            ("smtp", Some("none")) => (Security::None, 25),
            _ => bail!(
                "`smtp_url` begins with `smtps://` (TLS) or `smtp://` (STARTTLS); only `smtp://` may end in `?tls=none`"
            ),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let user = decoded(url.username())?;
        let password = url.password().map(decoded).transpose()?;
        let credentials = match (user, password) {
            (user, None) if user.is_empty() => None,
            (user, Some(password)) if !user.is_empty() => Some((user, Secret::new(password))),
            _ => bail!("`smtp_url` needs both user and password, or neither"),
        };
        Ok(Self {
            host: host
                .context("`smtp_url` has no host")?
                .trim_matches(['[', ']'])
                .to_owned(),
            port: url.port().unwrap_or(usual_port),
            security,
            credentials,
        })
    }
}

fn decoded(text: &str) -> anyhow::Result<String> {
    let decoded = percent_decode_str(text).decode_utf8();
    Ok(decoded
        .context("`smtp_url` has a user or password that isn't UTF-8")?
        .into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> SmtpServer {
        url.parse().expect("it is a mail server")
    }

    #[test]
    fn the_scheme_says_how_the_connection_is_secured() {
        for (url, port, security) in [
            ("smtps://mail.example.com", 465, Security::Tls),
            ("smtps://mail.example.com:2465", 2465, Security::Tls),
            ("smtp://mail.example.com", 587, Security::StartTls),
            ("smtp://mail.example.com?tls=starttls", 587, Security::StartTls),
            ("smtp://localhost:1025?tls=none", 1025, Security::None),
        ] {
            let server = server(url);
            assert_eq!((server.port, server.security), (port, security), "{url}");
        }
        assert_eq!(server("smtp://[::1]:25?tls=none").host, "::1");
    }

    #[test]
    fn user_and_password_may_hold_any_character() {
        let server = server("smtps://ada%40example.com:p%2Fw%3Ad@mail.example.com");
        let (user, password) = server.credentials.expect("there are some");
        assert_eq!((user.as_str(), password.expose()), ("ada@example.com", "p/w:d"));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for url in [
            "mail.example.com",
            "http://u:hunter2@mail.example.com",
            "smtps://u:hunter2@mail.example.com?tls=none",
            "smtp://u:hunter2@mail.example.com?tls=maybe",
            "smtp://u@mail.example.com",
            "smtp://:hunter2@mail.example.com",
        ] {
            let error = url.parse::<SmtpServer>().expect_err("it is refused");
            assert!(!format!("{error:#}").contains("hunter2"), "{error:#}");
        }
    }
}
