//! The providers, as data.

use std::time::Duration;

pub use stack_domain::config::OAUTH_PROVIDER_TYPES as KINDS;

/// Microsoft's tenant of a client that names none: personal accounts.
pub(super) const DEFAULT_TENANT: &str = "consumers";

/// A provider.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Its id.
    pub(super) id: &'static str,
    /// Where browsers are sent; `{tenant}` is Microsoft's.
    pub(super) authorization_url: &'static str,
    pub(super) token_url: &'static str,
    /// Where the profile of an account is; without one it stands in the identity token.
    pub(super) userinfo_url: Option<&'static str>,
    /// Where the e-mails are, after the URL of the profile, if they aren't in it.
    pub(super) emails_path: Option<&'static str>,
    pub(super) jwks_url: Option<&'static str>,
    /// Who signs identity tokens; `{tenantid}` is that of the account at Microsoft.
    pub(super) issuer: Option<&'static str>,
    pub(super) id_token: IdToken,
    /// What is always asked for.
    pub(super) scopes: &'static [&'static str],
    /// Further parameters for the authorization endpoint.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    pub(super) has_pkce: bool,
    pub(super) client_auth: ClientAuth,
    pub(super) email: EmailRule,
    /// How long access tokens are taken to last where the provider doesn't say.
    pub(super) assumed_lifetime: Option<Duration>,
}

/// Whether the answer with the tokens holds an identity token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdToken {
    /// It must, and with our nonce.
    Needed,
    /// If so, it is checked.
    Checked,
    /// The provider has none.
    None,
}

/// How the client says who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClientAuth {
    /// In the header.
    Basic,
    /// In the body.
    Body,
}

/// Whether the provider is to be believed that an e-mail is the account's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EmailRule {
    /// As far as it says so.
    AsTold,
    /// Anybody may claim any address there.
    Never,
    /// It shows no other addresses.
    Always,
}

/// What most rows have in common.
const USUAL: Row = Row {
    id: "",
    authorization_url: "",
    token_url: "",
    userinfo_url: None,
    emails_path: None,
    jwks_url: None,
    issuer: None,
    id_token: IdToken::None,
    scopes: &[],
    parameters: &[],
    has_pkce: true,
    client_auth: ClientAuth::Basic,
    email: EmailRule::AsTold,
    assumed_lifetime: None,
};

/// The provider of this id.
pub(super) fn row(id: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.id == id)
}

static ROWS: [Row; KINDS.len()] = [
    // https://developers.google.com/identity/openid-connect/openid-connect
    Row {
        id: "google",
        authorization_url: "https://accounts.google.com/o/oauth2/v2/auth",
        token_url: "https://oauth2.googleapis.com/token",
        userinfo_url: Some("https://openidconnect.googleapis.com/v1/userinfo"),
        jwks_url: Some("https://www.googleapis.com/oauth2/v3/certs"),
        issuer: Some("https://accounts.google.com"),
        id_token: IdToken::Checked,
        scopes: &[
            "https://www.googleapis.com/auth/userinfo.email",
            "https://www.googleapis.com/auth/userinfo.profile",
        ],
        parameters: &[("include_granted_scopes", "true")],
        ..USUAL
    },
    // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    Row {
        id: "github",
        authorization_url: "https://github.com/login/oauth/authorize",
        token_url: "https://github.com/login/oauth/access_token",
        userinfo_url: Some("https://api.github.com/user"),
        emails_path: Some("/emails"),
        scopes: &["user:email"],
        assumed_lifetime: Some(Duration::from_secs(8 * 60 * 60)),
        ..USUAL
    },
    // https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
    Row {
        id: "microsoft",
        authorization_url: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token_url: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        userinfo_url: Some("https://graph.microsoft.com/v1.0/me"),
        jwks_url: Some("https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys"),
        issuer: Some("https://login.microsoftonline.com/{tenantid}/v2.0"),
        id_token: IdToken::Needed,
        scopes: &["User.Read", "openid"],
        email: EmailRule::Never,
        ..USUAL
    },
    // https://developer.spotify.com/documentation/web-api/tutorials/code-flow
    Row {
        id: "spotify",
        authorization_url: "https://accounts.spotify.com/authorize",
        token_url: "https://accounts.spotify.com/api/token",
        userinfo_url: Some("https://api.spotify.com/v1/me"),
        scopes: &["user-read-email", "user-read-private"],
        email: EmailRule::Never,
        ..USUAL
    },
    // https://developers.facebook.com/docs/facebook-login/guides/advanced/oidc-token
    Row {
        id: "facebook",
        authorization_url: "https://www.facebook.com/v20.0/dialog/oauth",
        token_url: "https://graph.facebook.com/v20.0/oauth/access_token",
        userinfo_url: Some("https://graph.facebook.com/v20.0/me?fields=id,name,email,picture"),
        jwks_url: Some("https://www.facebook.com/.well-known/oauth/openid/jwks/"),
        issuer: Some("https://www.facebook.com"),
        id_token: IdToken::Checked,
        scopes: &["openid", "public_profile", "email"],
        email: EmailRule::Never,
        ..USUAL
    },
    // https://discord.com/developers/docs/topics/oauth2
    Row {
        id: "discord",
        authorization_url: "https://discord.com/oauth2/authorize",
        token_url: "https://discord.com/api/oauth2/token",
        userinfo_url: Some("https://discord.com/api/users/@me"),
        scopes: &["identify", "email"],
        ..USUAL
    },
    // https://docs.gitlab.com/api/oauth2/
    Row {
        id: "gitlab",
        authorization_url: "https://gitlab.com/oauth/authorize",
        token_url: "https://gitlab.com/oauth/token",
        userinfo_url: Some("https://gitlab.com/api/v4/user"),
        scopes: &["read_user"],
        ..USUAL
    },
    // https://developer.atlassian.com/cloud/bitbucket/oauth-2/
    Row {
        id: "bitbucket",
        authorization_url: "https://bitbucket.org/site/oauth2/authorize",
        token_url: "https://bitbucket.org/site/oauth2/access_token",
        userinfo_url: Some("https://api.bitbucket.org/2.0/user"),
        emails_path: Some("/emails"),
        scopes: &["account", "email"],
        ..USUAL
    },
    // https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/sign-in-with-linkedin-v2
    Row {
        id: "linkedin",
        authorization_url: "https://www.linkedin.com/oauth/v2/authorization",
        token_url: "https://www.linkedin.com/oauth/v2/accessToken",
        userinfo_url: Some("https://api.linkedin.com/v2/userinfo"),
        jwks_url: Some("https://www.linkedin.com/oauth/openid/jwks"),
        issuer: Some("https://www.linkedin.com/oauth"),
        id_token: IdToken::Checked,
        scopes: &["openid", "profile", "email"],
        has_pkce: false,
        client_auth: ClientAuth::Body,
        ..USUAL
    },
    // https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple
    Row {
        id: "apple",
        authorization_url: "https://appleid.apple.com/auth/authorize",
        token_url: "https://appleid.apple.com/auth/token",
        jwks_url: Some("https://appleid.apple.com/auth/keys"),
        issuer: Some("https://appleid.apple.com"),
        id_token: IdToken::Needed,
        scopes: &["name", "email"],
        parameters: &[("response_mode", "form_post")],
        client_auth: ClientAuth::Body,
        ..USUAL
    },
    // https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code
    Row {
        id: "x",
        authorization_url: "https://x.com/i/oauth2/authorize",
        token_url: "https://api.x.com/2/oauth2/token",
        userinfo_url: Some("https://api.x.com/2/users/me?user.fields=id,name,profile_image_url"),
        scopes: &["users.read", "offline.access", "tweet.read"],
        email: EmailRule::Never,
        ..USUAL
    },
    // https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/
    Row {
        id: "twitch",
        authorization_url: "https://id.twitch.tv/oauth2/authorize",
        token_url: "https://id.twitch.tv/oauth2/token",
        userinfo_url: Some("https://api.twitch.tv/helix/users"),
        scopes: &["user:read:email"],
        client_auth: ClientAuth::Body,
        email: EmailRule::Always,
        ..USUAL
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_has_a_row_that_is_whole() {
        for kind in KINDS {
            let row = row(kind).expect(kind);
            assert!(
                row.userinfo_url.is_some() || row.id_token == IdToken::Needed,
                "{kind} has no profile"
            );
            assert_eq!(row.issuer.is_some(), row.id_token != IdToken::None, "{kind}");
            assert_eq!(row.jwks_url.is_some(), row.id_token != IdToken::None, "{kind}");
            assert!(!row.scopes.is_empty(), "{kind}");
            for url in [
                Some(row.authorization_url),
                Some(row.token_url),
                row.userinfo_url,
                row.jwks_url,
            ] {
                assert!(url.is_none_or(|url| url.starts_with("https://")), "{kind}");
            }
        }
    }
}
