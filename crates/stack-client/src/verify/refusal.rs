//! Where a request carries its token, and the answer if it isn't good.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use stack_types::{ErrorBody, KnownError};

use super::VerifyError;

/// The headers that carry nothing but the token.
const HEADERS: [&str; 2] = ["x-stack-access-token", "x-hexclave-access-token"];

/// Why a request isn't let in, and the answer that says so.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It carries no access token.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// Its access token isn't good, or can't be checked.
    #[error("the access token is refused")]
    Token(#[from] VerifyError),
}

impl Refusal {
    /// The error of the contract, with which the server itself would refuse it; `None` if the request isn't to blame.
    pub fn known(&self) -> Option<KnownError> {
        match self {
            Self::NotSignedIn => Some(KnownError::UserAuthenticationRequired),
            Self::Token(error) => error.known(),
        }
    }

    /// The status of the answer: that of the known error, or 503 if the token can't be checked now.
    pub fn status(&self) -> StatusCode {
        let known = self.known().map(|error| error.status());
        known
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// The answer, in the form of the contract, so that clients of Stack Auth know what to do about it.
    pub fn to_response<B: From<Bytes>>(&self) -> Response<B> {
        let known = self.known();
        let (content_type, body) = match &known {
            Some(known) => (
                "application/json; charset=utf-8",
                serde_json::to_vec(&ErrorBody::from(known)).unwrap_or_default(),
            ),
            None => (
                "text/plain; charset=utf-8",
                b"The access token can't be checked now. Try again soon.".to_vec(),
            ),
        };
        let mut response = Response::new(B::from(Bytes::from(body)));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(code) = known.and_then(|known| HeaderValue::from_str(known.code()).ok()) {
            headers.insert("x-stack-known-error", code);
        }
        response
    }
}

/// The access token of a request. An empty header counts as none.
pub(super) fn token(headers: &HeaderMap) -> Result<Option<&str>, VerifyError> {
    let own = HEADERS.iter().find_map(|name| filled(headers.get(*name)));
    let value = own.or_else(|| filled(headers.get(AUTHORIZATION)));
    let Some(value) = value else { return Ok(None) };
    let text = value
        .to_str()
        .map_err(|_| VerifyError::Malformed("it isn't plain text"))?;
    Ok(if own.is_some() { Some(text.trim()) } else { bearer(text) })
}

fn filled(value: Option<&HeaderValue>) -> Option<&HeaderValue> {
    value.filter(|value| !value.as_bytes().trim_ascii().is_empty())
}

/// The token of `Bearer …`; other schemes are somebody else's.
fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &[(&'static str, &'static str)]) -> Option<String> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        token(&headers).unwrap().map(str::to_owned)
    }

    #[test]
    fn the_token_is_found_in_each_of_its_headers() {
        assert_eq!(found(&[("x-stack-access-token", "a")]).as_deref(), Some("a"));
        assert_eq!(found(&[("x-hexclave-access-token", "a")]).as_deref(), Some("a"));
        assert_eq!(found(&[("authorization", "bearer  a")]).as_deref(), Some("a"));
        assert_eq!(
            found(&[("authorization", "Bearer b"), ("x-stack-access-token", "a")]).as_deref(),
            Some("a")
        );
    }

    #[test]
    fn nothing_else_is_taken_for_a_token() {
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[("x-stack-access-token", "  ")]), None);
        assert_eq!(found(&[("authorization", "Basic YTpi")]), None);
        assert_eq!(found(&[("authorization", "Bearer")]), None);
    }

    #[test]
    fn a_refusal_has_the_form_of_the_contract() {
        let response = Refusal::NotSignedIn.to_response::<Bytes>();
        assert_eq!(response.status(), 401);
        assert_eq!(
            response.headers()["x-stack-known-error"],
            "USER_AUTHENTICATION_REQUIRED"
        );
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
        let body: ErrorBody = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body.code, "USER_AUTHENTICATION_REQUIRED");
    }
}
