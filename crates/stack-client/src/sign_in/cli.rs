//! Sign-in from a command line, by way of a browser.

use std::time::Duration;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use stack_types::Secret;

use crate::{Error, StackClient, Tokens};

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_secs(2);

impl StackClient {
    /// A sign-in from a command line: the user opens a page of the app and signs in there.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use stack_client::prelude::*;
    ///
    /// # async fn example(stack: StackClient) -> Result<(), Box<dyn std::error::Error>> {
    /// let sign_in = stack.cli_sign_in().begin().await?;
    /// println!("Open {}", sign_in.url("https://app.example.com/handler/cli-auth-confirm")?.expose());
    /// let tokens = sign_in.wait(&stack).await?;
    /// stack.remember(tokens);
    /// # Ok(())
    /// # }
    /// ```
    pub fn cli_sign_in(&self) -> CliSignInCall<'_> {
        CliSignInCall {
            client: self,
            body: Start::default(),
        }
    }
}

/// A sign-in that is to begin: set what there is to set, then [`begin`](Self::begin).
#[derive(Debug, Clone)]
#[must_use = "a sign-in does nothing until it begins"]
pub struct CliSignInCall<'a> {
    client: &'a StackClient,
    body: Start,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Start {
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_millis: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anon_refresh_token: Option<Secret>,
}

impl CliSignInCall<'_> {
    /// How long the user has for it; two hours by default, 24 at most.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.body.expires_in_millis = Some(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// The page may take over the anonymous session that this client is in, so that its user becomes an ordinary one.
    pub fn continue_anonymous_session(mut self) -> Self {
        self.body.anon_refresh_token = self.client.tokens().refresh;
        self
    }

    /// Asks the server for the codes.
    ///
    /// # Errors
    ///
    /// As [`Error`] says.
    pub async fn begin(self) -> Result<CliSignIn, Error> {
        let client = self.client;
        let request = client.inner.post("/auth/cli", &self.body)?;
        client.inner.call(&client.client, "start_cli_login", request).await
    }
}

/// A sign-in that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CliSignIn {
    /// Names this sign-in to the page. Whoever has it can sign this command line in, and nothing else.
    pub login_code: Secret,
    /// Gets the session. It is for nobody else to see.
    pub polling_code: Secret,
    /// When it is too late, in ISO 8601.
    pub expires_at: String,
}

impl CliSignIn {
    /// The page with the login code in its query.
    ///
    /// # Errors
    ///
    /// If `page` isn't a URL.
    pub fn url(&self, page: &str) -> Result<Secret, url::ParseError> {
        let mut url = Url::parse(page)?;
        url.query_pairs_mut()
            .append_pair("login_code", self.login_code.expose());
        Ok(Secret::new(url))
    }

    /// Waits for the user, asking every two seconds. The session starts with its refresh token alone; `stack` doesn't
    /// remember it by itself.
    ///
    /// # Errors
    ///
    /// If it is too late, somebody else has got the session, or the server can't be asked.
    pub async fn wait(&self, stack: &StackClient) -> Result<Tokens, CliSignInError> {
        loop {
            match self.poll(stack).await? {
                Some(tokens) => return Ok(tokens),
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Asks once. `None`: the user isn't done.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait) says.
    pub async fn poll(&self, stack: &StackClient) -> Result<Option<Tokens>, CliSignInError> {
        #[derive(Serialize)]
        struct Poll<'a> {
            polling_code: &'a Secret,
        }

        #[derive(Deserialize)]
        struct Polled {
            status: String,
            refresh_token: Option<Secret>,
        }

        let body = Poll {
            polling_code: &self.polling_code,
        };
        let request = stack.inner.post("/auth/cli/poll", &body)?;
        let polled: Polled = stack.inner.call(&stack.client, "poll_cli_login", request).await?;
        match (polled.status.as_str(), polled.refresh_token) {
            ("success", Some(token)) => Ok(Some(Tokens::refresh_only(token))),
            ("expired", _) => Err(CliSignInError::Expired),
            ("used", _) => Err(CliSignInError::Used),
            ("waiting", _) => Ok(None),
            (other, _) => Err(CliSignInError::Status(other.to_owned())),
        }
    }
}

/// Why a sign-in from a command line failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliSignInError {
    /// The user didn't sign in in time.
    #[error("the sign-in has expired; begin a new one")]
    Expired,
    /// The session was given out already.
    #[error("the session of this sign-in was given out already; begin a new one")]
    Used,
    /// The server says what this version doesn't know.
    #[error("the sign-in is in the unknown state `{0}`")]
    Status(String),
    /// The server refused, or can't be asked.
    #[error("the server can't be asked about the sign-in")]
    Call(#[from] Error),
}
