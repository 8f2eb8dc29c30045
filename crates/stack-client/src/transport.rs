//! What happens between a generated call and the network: credentials in, repetitions, errors in one form out.

use std::{fmt, sync::Arc, time::Duration};

use progenitor_client::OperationInfo;
use reqwest::{
    Client, Request, Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, TRANSFER_ENCODING},
};
use stack_types::{ErrorBody, ProjectId, Secret};

use crate::{
    Error, TokenStore, Tokens,
    call::Call,
    path,
    refresh::{Renewal, Session, Wire},
    retry::Retries,
};

/// Carries the access token of the signed-in user.
pub(crate) const ACCESS_TOKEN: &str = "x-stack-access-token";

/// Carries the refresh token, to the few operations that read it.
pub(crate) const REFRESH_TOKEN: &str = "x-stack-refresh-token";

/// Carries the access token of the project's owner.
pub(crate) const ADMIN_ACCESS_TOKEN: &str = "x-stack-admin-access-token";

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
    pub project_id: ProjectId,
    pub retries: Retries,
    /// Ids of operations that are sent without credentials.
    pub without_credentials: &'static [&'static str],
    /// Ids of operations that are sent with the refresh token.
    pub with_refresh_token: &'static [&'static str],
    /// Ids of operations that a signed-in user has to call.
    pub with_user: &'static [&'static str],
    /// Whose access token stands for a key of admin access.
    pub owner: Option<Owner>,
}

/// Somebody who owns the project, signed in to the project `internal`.
#[derive(Clone)]
pub(crate) struct Owner {
    pub http: Client,
    pub transport: Transport,
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

    /// An access token that isn't about to expire; `None` if nobody is signed in.
    pub(crate) async fn access_token(&self, http: &Client) -> Result<Option<Secret>, Error> {
        let wire = Wire {
            http,
            connection: &self.connection,
            timeout: self.timeout,
        };
        self.session.access_token(&wire).await
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
        // Room for all of them at once, and for three tokens.
        headers.reserve(self.connection.common.len() + self.connection.credentials.len() + 3);
        insert_all(headers, &self.connection.common);
        if self.connection.without_credentials.contains(&info.operation_id) {
            return Ok(());
        }
        insert_all(headers, &self.connection.credentials);
        let owner = self.connection.owner.as_ref().map(|owner| owner.transport.tokens());
        if let Some(token) = owner.and_then(|tokens| tokens.access) {
            headers.insert(
                ADMIN_ACCESS_TOKEN,
                secret_value(token.expose()).ok_or("the owner's access token isn't one")?,
            );
        }
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

    /// Sends a prepared request: renews access tokens, repeats what may be repeated, and turns the answer into what
    /// progenitor's code can read.
    pub(crate) async fn execute(
        &self,
        http: &Client,
        request: Request,
        info: &OperationInfo,
    ) -> reqwest::Result<Response> {
        let call = Call::begin(info.operation_id, request.method());
        readable(call.watch(self.converse(http, request, info, &call)).await?).await
    }

    /// Sends a request, each of its tokens being renewed at most once before and once after it was refused.
    async fn converse(
        &self,
        http: &Client,
        mut request: Request,
        info: &OperationInfo,
        call: &Call,
    ) -> reqwest::Result<Response> {
        let mut renewals = self.renewals(http, info);
        for renewal in &renewals {
            if let Some(refused) = renewal.before(&mut request).await? {
                return Ok(refused);
            }
        }
        loop {
            let again = (!renewals.is_empty()).then(|| request.try_clone()).flatten();
            let response = self.connection.retries.send(http, request, call).await?;
            let wanted = renewals.iter().position(|renewal| renewal.is_wanted(&response));
            let (Some(mut again), Some(wanted)) = (again, wanted) else {
                return Ok(response);
            };
            if let Some(refused) = renewals.swap_remove(wanted).renew(&mut again).await? {
                return Ok(refused);
            }
            request = again;
        }
    }

    /// The tokens of a call that can be renewed.
    fn renewals<'a>(&'a self, http: &'a Client, info: &OperationInfo) -> Vec<Renewal<'a>> {
        if self.connection.without_credentials.contains(&info.operation_id) {
            return Vec::new();
        }
        let own = Renewal {
            session: &self.session,
            wire: Wire {
                http,
                connection: &self.connection,
                timeout: self.timeout,
            },
            header: ACCESS_TOKEN,
            codes: &["ACCESS_TOKEN_EXPIRED", "UNPARSABLE_ACCESS_TOKEN"],
            is_needed: self.connection.needs_session(info.operation_id),
        };
        let owner = self.connection.owner.as_ref().map(|Owner { http, transport }| Renewal {
            session: &transport.session,
            wire: Wire {
                http,
                connection: &transport.connection,
                timeout: self.timeout,
            },
            header: ADMIN_ACCESS_TOKEN,
            codes: &["ADMIN_ACCESS_TOKEN_EXPIRED", "UNPARSABLE_ADMIN_ACCESS_TOKEN"],
            is_needed: true,
        });
        let mut renewals: Vec<_> = [own].into_iter().chain(owner).collect();
        renewals.retain(|renewal| renewal.session.tokens.get().refresh.is_some());
        renewals
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
pub(crate) async fn readable(response: Response) -> reqwest::Result<Response> {
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
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        ["text/plain", "text/html"]
            .iter()
            .any(|text| value.as_bytes().starts_with(text.as_bytes()))
    })
}

fn is_known_error(bytes: &[u8]) -> bool {
    serde_json::from_slice::<ErrorBody>(bytes).is_ok_and(|error| !error.code.is_empty())
}

fn plain_error(text: String) -> serde_json::Value {
    serde_json::json!({ "code": "", "error": text })
}
