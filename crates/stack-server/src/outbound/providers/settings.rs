//! What a deployment says about a provider.

use std::collections::BTreeMap;

use anyhow::bail;
use serde::Deserialize;
use stack_types::Secret;
use url::Url;

use super::table::{KINDS, row};

/// What a deployment says about OAuth: `[oauth]` in the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OauthSettings {
    /// Providers, by their id.
    pub providers: BTreeMap<String, ProviderSettings>,
}

/// What a deployment says about a provider: `[oauth.providers.<provider>]` in the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderSettings {
    /// The id of the deployment's own client there, which projects may share.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
    /// An OpenID provider that is spoken to in place of the usual one. Its endpoints are discovered, unless they are
    /// given.
    pub issuer: Option<String>,
    /// The authorization endpoint.
    pub authorization_url: Option<String>,
    /// The token endpoint.
    pub token_url: Option<String>,
    /// Where the profile of an account is.
    pub userinfo_url: Option<String>,
    /// Where the keys of identity tokens are.
    pub jwks_url: Option<String>,
}

impl OauthSettings {
    /// The shared clients that the environment names: `STACK_GOOGLE_CLIENT_ID` and `STACK_GOOGLE_CLIENT_SECRET`, and so
    /// on for every provider.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let named = KINDS.into_iter().filter_map(|kind| {
            let name = format!("STACK_{}_CLIENT", kind.to_ascii_uppercase());
            let settings = ProviderSettings {
                client_id: variable(&format!("{name}_ID")),
                client_secret: variable(&format!("{name}_SECRET")).map(Secret::from),
                ..ProviderSettings::default()
            };
            (settings != ProviderSettings::default()).then(|| (kind.to_owned(), settings))
        });
        Self {
            providers: named.collect(),
        }
    }

    /// What `self` says, and where it says nothing, what `below` says.
    #[must_use]
    pub fn over(mut self, below: Self) -> Self {
        for (kind, settings) in below.providers {
            let upper = self.providers.remove(&kind).unwrap_or_default();
            self.providers.insert(kind, upper.over(settings));
        }
        self
    }

    /// Checks it.
    ///
    /// # Errors
    ///
    /// If a provider isn't known, has half a client, or a URL that isn't one; the message says which.
    pub(crate) fn checked(self) -> anyhow::Result<Self> {
        for (kind, settings) in &self.providers {
            if row(kind).is_none() {
                bail!(
                    "`oauth.providers.{kind}` is no provider; there are {}",
                    KINDS.join(", ")
                );
            }
            if settings.client_id.is_some() != settings.client_secret.is_some() {
                bail!("`oauth.providers.{kind}` needs both `client_id` and `client_secret`, or neither");
            }
            for (name, url) in settings.urls() {
                let is_fine = |url: &str| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
                if let Some(url) = url
                    && !is_fine(url)
                {
                    bail!(
                        "`oauth.providers.{kind}.{name}` is `{url}`, which is no URL of https (or of http, in tests)"
                    );
                }
            }
        }
        Ok(self)
    }
}

impl ProviderSettings {
    fn over(self, below: Self) -> Self {
        Self {
            client_id: self.client_id.or(below.client_id),
            client_secret: self.client_secret.or(below.client_secret),
            issuer: self.issuer.or(below.issuer),
            authorization_url: self.authorization_url.or(below.authorization_url),
            token_url: self.token_url.or(below.token_url),
            userinfo_url: self.userinfo_url.or(below.userinfo_url),
            jwks_url: self.jwks_url.or(below.jwks_url),
        }
    }

    fn urls(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("issuer", self.issuer.as_deref()),
            ("authorization_url", self.authorization_url.as_deref()),
            ("token_url", self.token_url.as_deref()),
            ("userinfo_url", self.userinfo_url.as_deref()),
            ("jwks_url", self.jwks_url.as_deref()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> OauthSettings {
        toml::from_str(text).expect("it is TOML")
    }

    #[test]
    fn shared_clients_of_the_environment_go_before_those_of_the_file() {
        let file = read(
            "[providers.github]\nclient_id = 'a'\nclient_secret = 'b'\n[providers.google]\nclient_id = 'c'\n[providers.x]",
        );
        let all = OauthSettings::from_environment(|name| match name {
            "STACK_GITHUB_CLIENT_ID" => Some("d".to_owned()),
            "STACK_GOOGLE_CLIENT_SECRET" => Some("e".to_owned()),
            "STACK_TWITCH_CLIENT_ID" => Some(String::new()),
            _ => None,
        })
        .over(file);
        let client = |kind: &str| {
            let settings = &all.providers[kind];
            let secret = settings.client_secret.as_ref();
            (
                settings.client_id.clone(),
                secret.map(|secret| secret.expose().to_owned()),
            )
        };
        assert_eq!(client("github"), (Some("d".into()), Some("b".into())));
        assert_eq!(client("google"), (Some("c".into()), Some("e".into())));
        assert!(!all.providers.contains_key("twitch"));
        assert!(!format!("{all:?}").contains("\"e\""), "secrets aren't shown");
    }

    #[test]
    fn mistakes_are_named() {
        let fine = "[providers.google]\nissuer = 'https://id.example.com'";
        assert!(read(fine).checked().is_ok());
        for (text, named) in [
            ("[providers.myspace]", "oauth.providers.myspace"),
            ("[providers.google]\nclient_id = 'a'", "client_secret"),
            ("[providers.google]\ntoken_url = 'nonsense'", "token_url"),
            ("[providers.google]\nissuer = 'ftp://example.com'", "issuer"),
        ] {
            let error = read(text).checked().expect_err(text).to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
