//! Sign-in with another provider, by the code flow of OAuth 2.0 with PKCE.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use stack_types::{KnownError, ProjectId, Secret};

use super::pkce;
use crate::{Error, StackClient, Tokens, path::encode_path};

/// Stands for the key of a project that needs none.
const NO_KEY: &str = "__stack_public_client__";

/// The only scope that there is.
const SCOPE: &str = "legacy";

impl StackClient {
    /// A sign-in with another provider, for example `github`, after which the browser is sent to `redirect_uri`: a page
    /// of a trusted domain of the project.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use stack_client::{prelude::*, sign_in::{OauthCallback, OauthSignIn}};
    ///
    /// # async fn example(stack: StackClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let sign_in = stack.oauth_sign_in("github", "https://app.example.com/callback").begin().await?;
    /// // Send the browser to `sign_in.url`, and keep `sign_in` where only this browser's session finds it.
    ///
    /// # let url = "https://app.example.com/callback?code=c&state=s";
    /// let signed_in = sign_in.finish(&stack, &OauthCallback::from_url(url)?).await?;
    /// stack.remember(&signed_in);
    /// # Ok(())
    /// # }
    /// ```
    pub fn oauth_sign_in(&self, provider: impl Into<String>, redirect_uri: impl Into<String>) -> OauthSignInCall<'_> {
        OauthSignInCall {
            client: self,
            provider: provider.into(),
            redirect_uri: redirect_uri.into(),
            user: ForWhom::Anyone,
            more: Vec::new(),
        }
    }

    fn publishable_client_key(&self) -> Secret {
        let key = self
            .inner
            .connection()
            .credentials
            .get("x-stack-publishable-client-key");
        Secret::new(key.and_then(|key| key.to_str().ok()).unwrap_or(NO_KEY))
    }

    fn project_id(&self) -> &ProjectId {
        &self.inner.connection().project_id
    }
}

/// A sign-in that is to begin: set what there is to set, then [`begin`](Self::begin).
#[derive(Debug, Clone)]
#[must_use = "a sign-in does nothing until it begins"]
pub struct OauthSignInCall<'a> {
    client: &'a StackClient,
    provider: String,
    redirect_uri: String,
    user: ForWhom,
    more: Vec<(&'static str, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ForWhom {
    Anyone,
    UpgradedUser,
    LinkedUser,
}

impl OauthSignInCall<'_> {
    /// Asks the provider for further scopes, separated by spaces.
    pub fn provider_scope(self, scope: impl Into<String>) -> Self {
        self.with("provider_scope", scope)
    }

    /// Where the browser is sent with an error if the redirect URI isn't trusted.
    pub fn error_redirect_uri(self, uri: impl Into<String>) -> Self {
        self.with("error_redirect_uri", uri)
    }

    /// A page that [`OauthSignedIn`] gives back: where the user was going.
    pub fn after_callback_redirect_url(self, url: impl Into<String>) -> Self {
        self.with("after_callback_redirect_url", url)
    }

    /// The anonymous user who is signed in keeps their id and becomes an ordinary one.
    pub fn upgrade(mut self) -> Self {
        self.user = ForWhom::UpgradedUser;
        self
    }

    /// The provider's account becomes a connected account of the user who is signed in.
    pub fn link(mut self) -> Self {
        self.user = ForWhom::LinkedUser;
        self
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    /// Makes the URL that the browser is sent to. Nothing is sent, unless the access token of the user to be linked or
    /// upgraded has to be renewed.
    ///
    /// # Errors
    ///
    /// If somebody has to be signed in and nobody is, or the access token can't be renewed.
    pub async fn begin(self) -> Result<OauthSignIn, Error> {
        let connection = self.client.inner.connection();
        let (state, code_verifier) = (pkce::random_text()?, Secret::new(pkce::random_text()?));
        let provider = encode_path(&self.provider);
        let mut url: Url = format!("{}/api/v1/auth/oauth/authorize/{provider}", connection.base_url)
            .parse()
            .map_err(|_| Error::Invalid("the provider's id isn't one".to_owned()))?;
        url.query_pairs_mut()
            .append_pair("client_id", self.client.project_id().as_str())
            .append_pair("client_secret", self.client.publishable_client_key().expose())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", SCOPE)
            .append_pair("state", &state)
            .append_pair("grant_type", "authorization_code")
            .append_pair("code_challenge", &pkce::challenge(&code_verifier))
            .append_pair("code_challenge_method", "S256")
            .append_pair("response_type", "code")
            .extend_pairs(&self.more);
        if self.user != ForWhom::Anyone {
            let token = self.client.access_token().await?;
            let token = token.ok_or_else(|| Error::Invalid("nobody is signed in".to_owned()))?;
            url.query_pairs_mut().append_pair("token", token.expose());
        }
        if self.user == ForWhom::LinkedUser {
            url.query_pairs_mut().append_pair("type", "link");
        }
        Ok(OauthSignIn {
            url: Secret::new(url),
            state: Secret::new(state),
            code_verifier,
            redirect_uri: self.redirect_uri,
        })
    }
}

/// A sign-in that has begun. It may be kept as JSON while the browser is away; it is for nobody else to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OauthSignIn {
    /// Where to send the browser. It holds the access token of a user to be linked or upgraded.
    pub url: Secret,
    /// Comes back with the browser, so that nobody can slip in a sign-in of their own.
    pub state: Secret,
    /// Whose challenge the URL holds.
    pub code_verifier: Secret,
    /// Where the browser comes back to.
    pub redirect_uri: String,
}

impl OauthSignIn {
    /// Trades the code that the browser came back with for a session. `stack` doesn't remember it by itself.
    ///
    /// # Errors
    ///
    /// If the browser came back with an error or with another sign-in, or the server refuses the code.
    pub async fn finish(&self, stack: &StackClient, callback: &OauthCallback) -> Result<OauthSignedIn, OauthError> {
        #[derive(Serialize)]
        struct Grant<'a> {
            grant_type: &'static str,
            client_id: &'a str,
            client_secret: Secret,
            code: &'a Secret,
            redirect_uri: &'a str,
            code_verifier: &'a Secret,
        }

        let grant = Grant {
            grant_type: "authorization_code",
            client_id: stack.project_id().as_str(),
            client_secret: stack.publishable_client_key(),
            code: callback.code(&self.state)?,
            redirect_uri: &self.redirect_uri,
            code_verifier: &self.code_verifier,
        };
        let request = stack.inner.post("/auth/oauth/token", &grant)?;
        let answer = stack.inner.call_openly(&stack.client, "create_oauth_token", request);
        Ok(answer.await?)
    }
}

/// With what the browser came back: the query of the redirect URI. A web framework can read it as such.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct OauthCallback {
    /// To be traded for a session.
    pub code: Option<Secret>,
    /// That of the sign-in.
    pub state: Option<Secret>,
    /// What went wrong, as OAuth names it.
    pub error: Option<String>,
    /// What went wrong, for developers.
    pub error_description: Option<String>,
    /// What went wrong, as the contract names it.
    #[serde(rename = "errorCode")]
    pub error_code: Option<String>,
    /// What went wrong, in a sentence.
    pub message: Option<String>,
    /// What there is to know besides, as JSON.
    pub details: Option<String>,
}

impl OauthCallback {
    /// Reads the URL that the browser came back to.
    ///
    /// # Errors
    ///
    /// If it isn't a URL.
    pub fn from_url(url: &str) -> Result<Self, OauthError> {
        let url: Url = url.parse().map_err(|_| OauthError::NoCode)?;
        let mut callback = Self::default();
        for (name, value) in url.query_pairs() {
            let value = value.into_owned();
            match &*name {
                "code" => callback.code = Some(value.into()),
                "state" => callback.state = Some(value.into()),
                "error" => callback.error = Some(value),
                "error_description" => callback.error_description = Some(value),
                "errorCode" => callback.error_code = Some(value),
                "message" => callback.message = Some(value),
                "details" => callback.details = Some(value),
                _ => {}
            }
        }
        Ok(callback)
    }

    fn code(&self, state: &Secret) -> Result<&Secret, OauthError> {
        if let Some(code) = &self.error_code {
            let details = self.details.as_deref().and_then(|json| serde_json::from_str(json).ok());
            let message = self.message.as_deref().unwrap_or_default();
            return Err(OauthError::Known(Box::new(KnownError::from_wire(
                400, code, details, message,
            ))));
        }
        if let Some(error) = &self.error {
            return Err(OauthError::Refused {
                error: error.clone(),
                description: self.error_description.clone(),
            });
        }
        let code = self.code.as_ref().ok_or(OauthError::NoCode)?;
        if self.state.as_ref() != Some(state) {
            return Err(OauthError::State);
        }
        Ok(code)
    }
}

/// A session that began with another provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OauthSignedIn {
    /// The first access token of the session.
    pub access_token: Secret,
    /// Gets further access tokens.
    pub refresh_token: Secret,
    /// Whether the user came to be by this.
    #[serde(default)]
    pub is_new_user: bool,
    /// Where the user was going.
    #[serde(default)]
    pub after_callback_redirect_url: Option<String>,
}

impl From<&OauthSignedIn> for Tokens {
    fn from(signed_in: &OauthSignedIn) -> Self {
        Self::new(signed_in.access_token.clone(), signed_in.refresh_token.clone())
    }
}

/// Why a sign-in with another provider failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OauthError {
    /// The server sent the browser back with an error of the contract.
    #[error("the sign-in failed: {}", .0.message())]
    Known(Box<KnownError>),
    /// The server sent the browser back with an error of OAuth.
    #[error("the sign-in failed: {error}{}", .description.as_ref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Refused {
        /// Its name.
        error: String,
        /// What it means.
        description: Option<String>,
    },
    /// The browser came back without a code.
    #[error("the URL holds no code of a sign-in")]
    NoCode,
    /// The browser came back with the code of another sign-in, which somebody may have slipped in.
    #[error("the code is of another sign-in")]
    State,
    /// The server refused the code, or can't be asked.
    #[error("the code can't be traded for a session")]
    Exchange(#[from] Error),
}

impl OauthError {
    /// The known error, if it is one.
    pub fn known(&self) -> Option<&KnownError> {
        match self {
            Self::Known(error) => Some(error),
            Self::Exchange(error) => error.known(),
            _ => None,
        }
    }
}
