//! What happens between a generated call and the network: credentials in, repetitions, errors in one form out.

use std::{fmt, sync::Arc, time::Duration};

use progenitor_client::OperationInfo;
use reqwest::{
    Client, Request, Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, TRANSFER_ENCODING},
};
use stack_types::ErrorBody;

use crate::{
    TokenStore, Tokens, path,
    refresh::{self, Renewed, Session},
    retry::Retries,
};

/// Carries the access token of the signed-in user.
pub(crate) const ACCESS_TOKEN: &str = "x-stack-access-token";

/// Carries the refresh token, to the few operations that read it.
pub(crate) const REFRESH_TOKEN: &str = "x-stack-refresh-token";

/// The part of a client that its calls share. Cloning is cheap.
#[derive(Clone)]
pub struct Transport {
    connection: Arc<Connection>,
    session: Arc<Session>,
    timeout: Option<Duration>,
}

/// What all sessions of a client share.
pub(crate) struct Connection {
    /// Access type, project and keys; sent with every operation that takes credentials.
    pub credentials: HeaderMap,
    /// Sent with every operation.
    pub common: HeaderMap,
    /// The origin, without a slash at its end.
    pub base_url: String,
    pub retries: Retries,
    /// Ids of operations that are sent without credentials.
    pub without_credentials: &'static [&'static str],
    /// Ids of operations that are sent with the refresh token.
    pub with_refresh_token: &'static [&'static str],
    /// Ids of operations that a signed-in user has to call.
    pub with_user: &'static [&'static str],
}

impl Connection {
    /// Whether an operation makes no sense without the session.
    fn needs_session(&self, operation_id: &str) -> bool {
        self.with_user.contains(&operation_id) || self.with_refresh_token.contains(&operation_id)
    }
}

impl Transport {
    pub(crate) fn new(connection: Connection, tokens: Arc<dyn TokenStore>) -> Self {
        Self {
            connection: Arc::new(connection),
            session: Arc::new(Session::new(tokens)),
            timeout: None,
        }
    }

    /// The same connection with another session.
    pub(crate) fn with_tokens(&self, tokens: Arc<dyn TokenStore>) -> Self {
        Self {
            session: Arc::new(Session::new(tokens)),
            ..self.clone()
        }
    }

    /// The same connection and session with another timeout.
    pub(crate) fn with_timeout(&self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self.clone()
        }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn tokens(&self) -> Tokens {
        self.session.tokens.get()
    }

    pub(crate) fn set_tokens(&self, tokens: Tokens) {
        self.session.tokens.set(tokens);
    }

    /// Adds what a call doesn't know of itself: credentials and the timeout.
    ///
    /// # Errors
    ///
    /// If a path parameter can't be written down, or a token isn't a header's value.
    pub(crate) fn prepare(&self, request: &mut Request, info: &OperationInfo) -> Result<(), String> {
        if !path::is_fit(request.url()) {
            return Err("a parameter in the path is empty, `.` or `..`".to_owned());
        }
        if self.timeout.is_some() {
            *request.timeout_mut() = self.timeout;
        }
        let headers = request.headers_mut();
        insert_all(headers, &self.connection.common);
        if self.connection.without_credentials.contains(&info.operation_id) {
            return Ok(());
        }
        insert_all(headers, &self.connection.credentials);
        let tokens = self.tokens();
        if let Some(token) = &tokens.access {
            headers.insert(
                ACCESS_TOKEN,
                secret_value(token.expose()).ok_or("the access token isn't one")?,
            );
        }
        if let Some(token) = &tokens.refresh
            && self.connection.with_refresh_token.contains(&info.operation_id)
        {
            headers.insert(
                REFRESH_TOKEN,
                secret_value(token.expose()).ok_or("the refresh token isn't one")?,
            );
        }
        Ok(())
    }

    /// Sends a prepared request: renews an expired access token, repeats what may be repeated, and turns the answer
    /// into what progenitor's code can read.
    pub(crate) async fn execute(
        &self,
        http: &Client,
        mut request: Request,
        info: &OperationInfo,
    ) -> reqwest::Result<Response> {
        let takes_tokens = !self.connection.without_credentials.contains(&info.operation_id);
        if !takes_tokens || self.tokens().refresh.is_none() {
            return readable(self.send(http, request, info).await?).await;
        }
        if !request.headers().contains_key(ACCESS_TOKEN)
            && let Some(refused) = self.renew(http, &mut request, info).await?
        {
            return readable(refused).await;
        }
        let again = request.try_clone();
        let response = self.send(http, request, info).await?;
        let Some(mut again) = again.filter(|_| refresh::is_wanted(&response)) else {
            return readable(response).await;
        };
        match self.renew(http, &mut again, info).await? {
            Some(refused) => readable(refused).await,
            None => readable(self.send(http, again, info).await?).await,
        }
    }

    /// Puts a new access token into `request`. If none is to be had, the session is over: an operation that needs none,
    /// for example a sign-in, goes on without one, and the answer that refused is given for all others.
    async fn renew(
        &self,
        http: &Client,
        request: &mut Request,
        info: &OperationInfo,
    ) -> reqwest::Result<Option<Response>> {
        let stale = request.headers_mut().remove(ACCESS_TOKEN);
        match self
            .session
            .renew(http, &self.connection, self.timeout, stale.as_ref())
            .await?
        {
            Renewed::Token(token) => drop(request.headers_mut().insert(ACCESS_TOKEN, token)),
            Renewed::Over(refused) if self.connection.needs_session(info.operation_id) => return Ok(Some(refused)),
            Renewed::Over(_) | Renewed::SignedOut => drop(request.headers_mut().remove(REFRESH_TOKEN)),
            Renewed::Failed(failed) => return Ok(Some(failed)),
        }
        Ok(None)
    }

    async fn send(&self, http: &Client, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        self.connection.retries.send(http, request, info.operation_id).await
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("base_url", &self.connection.base_url)
            .finish_non_exhaustive()
    }
}

/// A header's value that is left out of debug output; `None` if `text` can't be one.
pub(crate) fn secret_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(crate) fn insert_all(headers: &mut HeaderMap, more: &HeaderMap) {
    for (name, value) in more {
        headers.insert(name.clone(), value.clone());
    }
}

/// The answer in a form that progenitor's code can read: every error an [`ErrorBody`] (with an empty code if it wasn't
/// a known error, so that its status and text aren't lost), every text a JSON string.
async fn readable(response: Response) -> reqwest::Result<Response> {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error && !is_text(response.headers()) {
        return Ok(response);
    }
    let mut headers = response.headers().clone();
    let bytes = response.bytes().await?;
    let body = if is_error && is_known_error(&bytes) {
        bytes.to_vec()
    } else {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = if is_error {
            plain_error(text)
        } else {
            serde_json::Value::String(text)
        };
        json.to_string().into_bytes()
    };
    for gone in [CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING] {
        headers.remove(gone);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut readable = http::Response::new(body);
    *readable.status_mut() = status;
    *readable.headers_mut() = headers;
    Ok(readable.into())
}

fn is_text(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/plain"))
}

fn is_known_error(bytes: &[u8]) -> bool {
    serde_json::from_slice::<ErrorBody>(bytes).is_ok_and(|error| !error.code.is_empty())
}

fn plain_error(text: String) -> serde_json::Value {
    serde_json::json!({ "code": "", "error": text })
}
