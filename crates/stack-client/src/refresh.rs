//! Renewal of access tokens, at most one at a time per session.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, Method, Request, Response, StatusCode, Url,
    header::{CONTENT_LENGTH, HeaderValue},
};
use serde::Deserialize;
use stack_types::Secret;
use tokio::sync::Mutex;

use crate::{
    TokenStore, Tokens,
    transport::{Connection, REFRESH_TOKEN, insert_all, secret_value},
};

/// `POST` with the refresh token; answers a new access token.
const PATH: &str = "/api/v1/auth/sessions/current/refresh";

/// Names the known error of an answer.
const KNOWN_ERROR: &str = "x-stack-known-error";

/// The tokens of a session, and the lock that keeps renewals from happening twice.
pub(crate) struct Session {
    pub tokens: Arc<dyn TokenStore>,
    renewing: Mutex<()>,
}

/// What came of a renewal.
pub(crate) enum Renewed {
    /// A new access token.
    Token(HeaderValue),
    /// The refresh token is refused, by this answer; the session is forgotten.
    Over(Response),
    /// There is no refresh token.
    SignedOut,
    /// The server couldn't say; this is its answer.
    Failed(Response),
}

#[derive(Deserialize)]
struct Answer {
    access_token: Secret,
}

impl Session {
    pub fn new(tokens: Arc<dyn TokenStore>) -> Self {
        Self {
            tokens,
            renewing: Mutex::new(()),
        }
    }

    /// An access token other than `stale`.
    ///
    /// Calls that come while a renewal is under way wait for it and take its token.
    pub async fn renew(
        &self,
        http: &Client,
        connection: &Connection,
        timeout: Option<Duration>,
        stale: Option<&HeaderValue>,
    ) -> reqwest::Result<Renewed> {
        let _turn = self.renewing.lock().await;
        let Tokens { access, refresh } = self.tokens.get();
        let fresh = access
            .and_then(|token| secret_value(token.expose()))
            .filter(|token| Some(token) != stale);
        if let Some(token) = fresh {
            return Ok(Renewed::Token(token));
        }
        let Some((refresh, mut request)) =
            refresh.and_then(|token| Some((token.clone(), request(connection, &token)?)))
        else {
            return Ok(Renewed::SignedOut);
        };
        *request.timeout_mut() = timeout;
        let response = connection
            .retries
            .send(http, request, "refresh_current_session")
            .await?;
        if !response.status().is_success() {
            if !is(&response, &["REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"]) {
                return Ok(Renewed::Failed(response));
            }
            self.tokens.set(Tokens::default());
            return Ok(Renewed::Over(response));
        }
        let Answer { access_token } = response.json().await?;
        let value = secret_value(access_token.expose());
        self.tokens.set(Tokens {
            access: Some(access_token),
            refresh: Some(refresh),
        });
        Ok(value.map_or(Renewed::SignedOut, Renewed::Token))
    }
}

fn request(connection: &Connection, refresh: &Secret) -> Option<Request> {
    let url: Url = format!("{}{PATH}", connection.base_url).parse().ok()?;
    let mut request = Request::new(Method::POST, url);
    let headers = request.headers_mut();
    insert_all(headers, &connection.common);
    insert_all(headers, &connection.credentials);
    headers.insert(REFRESH_TOKEN, secret_value(refresh.expose())?);
    headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    Some(request)
}

/// Whether a new access token may help: the one that was sent is expired, or the server can't read it any more.
pub(crate) fn is_wanted(response: &Response) -> bool {
    response.status() == StatusCode::UNAUTHORIZED && is(response, &["ACCESS_TOKEN_EXPIRED", "UNPARSABLE_ACCESS_TOKEN"])
}

fn is(response: &Response, codes: &[&str]) -> bool {
    let code = response.headers().get(KNOWN_ERROR).and_then(|code| code.to_str().ok());
    code.is_some_and(|code| codes.contains(&code))
}
