//! Renewal of access tokens, at most one at a time per session.

use std::{
    sync::{Arc, Mutex as StdMutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Client, Method, Request, Response, StatusCode, Url,
    header::{CONTENT_LENGTH, HeaderValue},
};
use serde::Deserialize;
use stack_types::Secret;
use tokio::sync::Mutex;

use crate::{
    Error, TokenStore, Tokens,
    call::Call,
    expiry::Expiry,
    raw,
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
    /// By how many seconds the server's clock is ahead of this machine's, once a renewal has told.
    ahead_secs: StdMutex<Option<i64>>,
}

/// What came of a renewal.
enum Renewed {
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
            ahead_secs: StdMutex::new(None),
        }
    }

    /// An access token other than `stale`.
    ///
    /// Calls that come while a renewal is under way wait for it and take its token.
    async fn renew(&self, wire: &Wire<'_>, stale: Option<&HeaderValue>) -> reqwest::Result<Renewed> {
        let _turn = self.renewing.lock().await;
        let Tokens { access, refresh } = self.tokens.get();
        let fresh = access
            .and_then(|token| secret_value(token.expose()))
            .filter(|token| Some(token) != stale);
        if let Some(token) = fresh {
            return Ok(Renewed::Token(token));
        }
        let Some((refresh, request)) =
            refresh.and_then(|token| Some((token.clone(), request(wire.connection, &token)?)))
        else {
            return Ok(Renewed::SignedOut);
        };
        let response = wire.send(request).await?;
        if !response.status().is_success() {
            if !is(&response, &["REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"]) {
                return Ok(Renewed::Failed(response));
            }
            self.tokens.set(Tokens::default());
            return Ok(Renewed::Over(response));
        }
        let Answer { access_token } = response.json().await?;
        if let Some(expiry) = Expiry::of(access_token.expose()) {
            *self.ahead_secs.lock().unwrap_or_else(PoisonError::into_inner) = Some(expiry.ahead_secs());
        }
        let value = secret_value(access_token.expose());
        self.tokens.set(Tokens {
            access: Some(access_token),
            refresh: Some(refresh),
        });
        Ok(value.map_or(Renewed::SignedOut, Renewed::Token))
    }

    /// An access token that isn't about to expire; `None` if nobody is signed in.
    pub async fn access_token(&self, wire: &Wire<'_>) -> Result<Option<Secret>, Error> {
        let Tokens { access, refresh } = self.tokens.get();
        let expiry = access.as_ref().and_then(|token| Expiry::of(token.expose()));
        let is_due =
            access.is_none() || expiry.is_some_and(|expiry| expiry.is_near(Some(self.ahead_secs().unwrap_or(0))));
        if refresh.is_none() || !is_due {
            return Ok(access);
        }
        let stale = access.and_then(|token| secret_value(token.expose()));
        match self.renew(wire, stale.as_ref()).await.map_err(Error::Transport)? {
            Renewed::Token(_) | Renewed::SignedOut => Ok(self.tokens.get().access),
            Renewed::Over(response) | Renewed::Failed(response) => Err(raw::refusal(response).await),
        }
    }

    /// Whether a token is about to expire. A token that says nothing, or that seems to have expired while it isn't known
    /// how far the clocks differ, is left to the server.
    fn is_expiring(&self, token: &HeaderValue) -> bool {
        let expiry = token.to_str().ok().and_then(Expiry::of);
        expiry.is_some_and(|expiry| expiry.is_near(self.ahead_secs()))
    }

    fn ahead_secs(&self) -> Option<i64> {
        *self.ahead_secs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a renewal gets to the server.
#[derive(Clone, Copy)]
pub(crate) struct Wire<'a> {
    pub http: &'a Client,
    pub connection: &'a Connection,
    pub timeout: Option<Duration>,
}

impl Wire<'_> {
    async fn send(self, mut request: Request) -> reqwest::Result<Response> {
        *request.timeout_mut() = self.timeout;
        let call = Call::begin("refresh_current_session", request.method());
        call.watch(self.connection.retries.send(self.http, request, &call))
            .await
    }
}

/// The renewal of one token of a call, which happens before it or after it was refused.
pub(crate) struct Renewal<'a> {
    pub session: &'a Session,
    pub wire: Wire<'a>,
    /// The header that carries the token.
    pub header: &'static str,
    /// The known errors after which a new token may help: the one that was sent is expired, or the server can't read it
    /// any more.
    pub codes: &'static [&'static str],
    /// Whether the call makes no sense without the session.
    pub is_needed: bool,
}

impl Renewal<'_> {
    /// Sees to it that `request` doesn't start with a token that is missing or about to expire. Gives an answer if that
    /// is the end of the call.
    pub async fn before(&self, request: &mut Request) -> reqwest::Result<Option<Response>> {
        let Some(token) = request.headers().get(self.header).cloned() else {
            return self.renew(request).await;
        };
        if !self.session.is_expiring(&token) {
            return Ok(None);
        }
        // The token is still good: trouble with the next one is no trouble yet.
        match self.session.renew(&self.wire, Some(&token)).await {
            Ok(Renewed::Over(refused)) => Ok(self.give_up(request, refused)),
            Ok(Renewed::Token(token)) => {
                request.headers_mut().insert(self.header, token);
                Ok(None)
            }
            Ok(Renewed::SignedOut | Renewed::Failed(_)) | Err(_) => Ok(None),
        }
    }

    /// Whether an answer says that a new token may help.
    pub fn is_wanted(&self, response: &Response) -> bool {
        response.status() == StatusCode::UNAUTHORIZED && is(response, self.codes)
    }

    /// Puts a new token into `request`, or gives the answer that is the end of the call.
    pub async fn renew(&self, request: &mut Request) -> reqwest::Result<Option<Response>> {
        let stale = request.headers_mut().remove(self.header);
        Ok(match self.session.renew(&self.wire, stale.as_ref()).await? {
            Renewed::Token(token) => {
                request.headers_mut().insert(self.header, token);
                None
            }
            Renewed::Over(refused) => self.give_up(request, refused),
            Renewed::SignedOut => {
                request.headers_mut().remove(REFRESH_TOKEN);
                None
            }
            Renewed::Failed(failed) => Some(failed),
        })
    }

    /// The session is over. A call that needs none, for example a sign-in, goes on without it; for all others that is
    /// the answer.
    fn give_up(&self, request: &mut Request, refused: Response) -> Option<Response> {
        if self.is_needed {
            return Some(refused);
        }
        request.headers_mut().remove(self.header);
        request.headers_mut().remove(REFRESH_TOKEN);
        None
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

fn is(response: &Response, codes: &[&str]) -> bool {
    let code = response.headers().get(KNOWN_ERROR).and_then(|code| code.to_str().ok());
    code.is_some_and(|code| codes.contains(&code))
}
