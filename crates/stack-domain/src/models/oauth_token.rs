//! Tokens that providers gave us for their users' accounts.

use stack_types::Millis;
use uuid::Uuid;

use super::OAuthAccountId;

/// The id of a stored grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OAuthTokenId(pub Uuid);

/// What a provider let us do in the name of an account, with the tokens for it.
///
/// The storage keeps one per account and set of scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthToken {
    /// The row's id.
    pub id: OAuthTokenId,
    /// Whose tokens these are.
    pub account_id: OAuthAccountId,
    /// The scopes that were granted, sorted, separated by blanks.
    pub scopes: String,
    /// The last access token, sealed.
    pub access_token: String,
    /// From when on the access token is worth nothing; `None` if the provider didn't say.
    pub access_token_expires_at: Option<Millis>,
    /// What gets further access tokens, sealed; `None` if the provider gives none.
    pub refresh_token: Option<String>,
    /// When the tokens were last written.
    pub updated_at: Millis,
}

impl OAuthToken {
    /// Whether all of these scopes, separated by blanks, were granted.
    pub fn covers(&self, scopes: &str) -> bool {
        scopes
            .split_ascii_whitespace()
            .all(|wanted| self.scopes.split_ascii_whitespace().any(|granted| granted == wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_covers_its_scopes_and_no_others() {
        let token = OAuthToken {
            id: OAuthTokenId(Uuid::nil()),
            account_id: OAuthAccountId(Uuid::nil()),
            scopes: "read:org repo".into(),
            access_token: String::new(),
            access_token_expires_at: None,
            refresh_token: None,
            updated_at: Millis(0),
        };
        for (scopes, covered) in [
            ("", true),
            ("repo", true),
            ("repo  read:org", true),
            ("rep", false),
            ("repo gist", false),
        ] {
            assert_eq!(token.covers(scopes), covered, "{scopes}");
        }
    }
}
