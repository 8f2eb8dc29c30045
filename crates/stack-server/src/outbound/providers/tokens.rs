//! What token endpoints answer, read leniently: some leave out what RFC 6749 wants, or write it otherwise.

use std::time::Duration;

use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse, basic::BasicTokenType};
use serde::{Deserialize, Deserializer, Serialize};
use stack_types::Secret;

/// The answer of a token endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TokenAnswer {
    access_token: AccessToken,
    /// Not all say it, and all mean the same.
    #[serde(skip, default = "bearer")]
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default)]
    refresh_token: Option<RefreshToken>,
    #[serde(default, rename = "scope", deserialize_with = "scopes")]
    scopes: Option<Vec<Scope>>,
    /// The identity token, if there is one.
    #[serde(default)]
    pub(super) id_token: Option<Secret>,
}

/// GitHub tells its errors with status 200.
#[derive(Debug, Deserialize)]
pub(super) struct HiddenError {
    pub(super) error: String,
}

impl TokenResponse for TokenAnswer {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

const fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

/// A number, or one in quotes.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Option::<Seconds>::deserialize(deserializer)? {
        Some(Seconds::Number(seconds)) => Some(seconds),
        Some(Seconds::Text(text)) => text.trim().parse().ok(),
        Some(Seconds::Other(_)) | None => None,
    })
}

/// Scopes separated by blanks, by commas (GitHub), or in an array (Twitch).
fn scopes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Scope>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Scopes {
        Text(String),
        Array(Vec<String>),
        Other(serde::de::IgnoredAny),
    }
    let split = |text: &str| -> Vec<Scope> {
        let parts = text.split([' ', ',']).filter(|scope| !scope.is_empty());
        parts.map(|scope| Scope::new(scope.to_owned())).collect()
    };
    Ok(match Option::<Scopes>::deserialize(deserializer)? {
        Some(Scopes::Text(text)) => Some(split(&text)),
        Some(Scopes::Array(array)) => Some(array.into_iter().map(Scope::new).collect()),
        Some(Scopes::Other(_)) | None => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> TokenAnswer {
        serde_json::from_str(json).expect(json)
    }

    #[test]
    fn scopes_are_read_however_they_are_written() {
        for json in [
            r#"{"access_token": "t", "scope": "a b"}"#,
            r#"{"access_token": "t", "scope": "a,b", "token_type": "bearer"}"#,
            r#"{"access_token": "t", "scope": ["a", "b"], "expires_in": "60"}"#,
        ] {
            let scopes: Vec<_> = read(json)
                .scopes
                .expect("scopes")
                .iter()
                .map(|scope| scope.to_string())
                .collect();
            assert_eq!(scopes, ["a", "b"], "{json}");
        }
        assert_eq!(read(r#"{"access_token": "t", "scope": null}"#).scopes, None);
    }

    #[test]
    fn lifetimes_are_numbers_or_texts() {
        for (json, seconds) in [
            ("60", Some(60)),
            ("\"60\"", Some(60)),
            ("null", None),
            ("\"soon\"", None),
            ("-1", None),
        ] {
            let answer = read(&format!(r#"{{"access_token": "t", "expires_in": {json}}}"#));
            assert_eq!(answer.expires_in().map(|time| time.as_secs()), seconds, "{json}");
        }
    }

    #[test]
    fn tokens_are_not_shown() {
        let answer = read(r#"{"access_token": "hush", "refresh_token": "hush", "id_token": "hush"}"#);
        assert!(!format!("{answer:?}").contains("hush"));
    }
}
