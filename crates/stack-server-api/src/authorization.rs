//! The header `authorization`, for operations that read it.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};
use stack_types::Secret;

use crate::form;

/// Name and password of `authorization: Basic …` (RFC 7617).
#[derive(Clone, PartialEq)]
pub struct BasicCredentials {
    /// What stands before the first colon.
    pub name: String,
    /// What stands after it.
    pub password: Secret,
}

impl BasicCredentials {
    /// Both form-decoded, as RFC 6749, section 2.3.1 has it for the id and the secret of a client. `None` if one of them
    /// isn't UTF-8 then.
    #[must_use]
    pub fn form_decoded(&self) -> Option<Self> {
        Some(Self {
            name: form::decode(&self.name)?,
            password: Secret::from(form::decode(self.password.expose())?),
        })
    }
}

impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BasicCredentials({:?})", self.name)
    }
}

/// Name and password. A header of another scheme, or one that can't be read, counts as absent.
pub(crate) fn basic(headers: &HeaderMap) -> Option<BasicCredentials> {
    let decoded = STANDARD.decode(value_of("basic", headers)?).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some(BasicCredentials {
        name: name.to_owned(),
        password: Secret::from(password),
    })
}

/// The token of `authorization: Bearer …` (RFC 6750). A header of another scheme counts as absent, and so does no token.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<Secret> {
    value_of("bearer", headers)
        .filter(|token| !token.is_empty())
        .map(Secret::from)
}

fn value_of<'h>(scheme: &str, headers: &'h HeaderMap) -> Option<&'h str> {
    let (of, value) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    of.eq_ignore_ascii_case(scheme).then(|| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, http::HeaderValue::from_static(value))])
    }

    #[test]
    fn id_and_secret_of_a_client_are_form_decoded() {
        // `internal%23main:pck_a+b`
        let raw = basic(&headers("Basic aW50ZXJuYWwlMjNtYWluOnBja19hK2I=")).expect("it is well-formed");
        assert_eq!(
            (raw.name.as_str(), raw.password.expose()),
            ("internal%23main", "pck_a+b")
        );
        let client = raw.form_decoded().expect("it is UTF-8");
        assert_eq!(
            (client.name.as_str(), client.password.expose()),
            ("internal#main", "pck_a b")
        );
    }

    #[test]
    fn another_scheme_is_as_good_as_none() {
        assert_eq!(basic(&headers("Bearer abc")), None);
        assert_eq!(bearer(&headers("Basic abc")), None);
        assert_eq!(
            bearer(&headers("bearer abc")).map(|it| it.expose().to_owned()),
            Some("abc".to_owned())
        );
    }

    #[test]
    fn a_password_is_not_shown() {
        let shown = format!("{:?}", basic(&headers("Basic cDpwY2tfeA==")));
        assert_eq!(shown, r#"Some(BasicCredentials("p"))"#);
    }
}
