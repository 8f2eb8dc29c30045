//! The header `authorization`, for the few operations that read it.

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use stack_types::Secret;

use crate::transport::secret_value;

/// What a call shows in the header `authorization`. The few operations that read it have an argument of that name.
///
/// # Examples
///
/// ```
/// use stack_client::Authorization;
///
/// let of_a_scheduler = Authorization::bearer("the-token-that-the-server-was-given");
/// let of_a_project = Authorization::basic("5eed0000-de40-4000-8000-000000000001", "pck_…");
/// assert!(!format!("{of_a_scheduler:?} {of_a_project:?}").contains("the-token"), "secrets stay out of logs");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Authorization {
    /// A token (RFC 6750).
    Bearer(Secret),
    /// A name and a password (RFC 7617).
    Basic {
        /// Without a colon.
        name: String,
        /// The password.
        password: Secret,
    },
}

impl Authorization {
    /// Shows a token.
    pub fn bearer(token: impl Into<Secret>) -> Self {
        Self::Bearer(token.into())
    }

    /// Shows a name and a password.
    pub fn basic(name: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::Basic {
            name: name.into(),
            password: password.into(),
        }
    }

    /// Puts it among the headers of a request.
    ///
    /// # Errors
    ///
    /// If a header can't say it.
    pub fn insert_into(&self, headers: &mut HeaderMap) -> Result<(), String> {
        let value = match self {
            Self::Bearer(token) => format!("Bearer {}", token.expose()),
            Self::Basic { name, .. } if name.contains(':') => {
                return Err("a name in the header `authorization` has no colon".to_owned());
            }
            Self::Basic { name, password } => {
                format!(
                    "Basic {}",
                    BASE64_STANDARD.encode(format!("{name}:{}", password.expose()))
                )
            }
        };
        let value = secret_value(&value).ok_or("the token of the header `authorization` isn't one")?;
        headers.insert(AUTHORIZATION, value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(authorization: &Authorization) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        authorization.insert_into(&mut headers)?;
        let value = &headers[AUTHORIZATION];
        assert!(value.is_sensitive());
        Ok(value.to_str().expect("text").to_owned())
    }

    #[test]
    fn a_header_says_it_as_the_rfcs_do() {
        assert_eq!(header(&Authorization::bearer("abc")).as_deref(), Ok("Bearer abc"));
        let example = Authorization::basic("Aladdin", "open sesame");
        assert_eq!(header(&example).as_deref(), Ok("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    }

    #[test]
    fn what_a_header_cant_say_is_refused() {
        assert!(header(&Authorization::bearer("a\nb")).is_err());
        assert!(header(&Authorization::basic("a:b", "c")).is_err());
    }
}
