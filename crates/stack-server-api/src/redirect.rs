//! Redirects, and the cookies that go with them.

use http::{
    HeaderMap, HeaderValue,
    header::{LOCATION, SET_COOKIE},
};

use crate::ApiError;

/// Sends the browser elsewhere. The status is the operation's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Where to: a URL.
    pub location: String,
    /// Cookies to set or to remove on the way.
    pub cookies: Vec<Cookie>,
}

impl Redirect {
    /// To this URL, without cookies.
    pub fn to(location: impl Into<String>) -> Self {
        Self {
            location: location.into(),
            cookies: Vec::new(),
        }
    }

    /// With one more cookie.
    #[must_use]
    pub fn with_cookie(mut self, cookie: Cookie) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Its headers.
    ///
    /// # Errors
    ///
    /// An internal error if the URL or a cookie has characters that no header may have.
    pub(crate) fn headers(&self) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, value(&self.location)?);
        for cookie in &self.cookies {
            headers.append(SET_COOKIE, value(&cookie.to_text())?);
        }
        Ok(headers)
    }
}

fn value(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(text).map_err(ApiError::internal)
}

/// A cookie that no script sees, for the whole server, sent along when the user comes here from elsewhere
/// (`HttpOnly`, `Path=/`, `SameSite=Lax`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Its name: letters, digits, `-` and `_`.
    pub name: String,
    /// Its value; empty if it is to be removed. No blanks, quotes, commas, semicolons or backslashes.
    pub value: String,
    /// How long browsers keep it; 0 removes it.
    pub max_age_secs: u64,
    /// Whether it is sent over HTTPS only. Leave it on wherever there is HTTPS.
    pub secure: bool,
    /// When a browser that comes from another site sends it.
    pub same_site: SameSite,
}

/// When a browser that comes from another site sends a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    /// When the user follows a link or a redirect.
    Lax,
    /// Also when a form there is posted here. Browsers want [`Cookie::secure`] with it.
    None,
    /// Never.
    Strict,
}

impl Cookie {
    /// A cookie over HTTPS.
    pub fn new(name: impl Into<String>, value: impl Into<String>, max_age_secs: u64) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            max_age_secs,
            secure: true,
            same_site: SameSite::Lax,
        }
    }

    /// What removes the cookie of this name.
    pub fn removal(name: impl Into<String>) -> Self {
        Self::new(name, "", 0)
    }

    fn to_text(&self) -> String {
        let Self {
            name,
            value,
            max_age_secs,
            ..
        } = self;
        let secure = if self.secure { "; Secure" } else { "" };
        let same_site = match self.same_site {
            SameSite::Lax => "Lax",
            SameSite::None => "None",
            SameSite::Strict => "Strict",
        };
        format!("{name}={value}; Path=/; Max-Age={max_age_secs}; HttpOnly{secure}; SameSite={same_site}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_for_the_server_alone() {
        let redirect = Redirect::to("https://example.com/?a=b")
            .with_cookie(Cookie::new("state", "true", 600))
            .with_cookie(Cookie::removal("old"));
        let headers = redirect.headers().expect("it is ASCII");
        let cookies: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(headers[LOCATION], "https://example.com/?a=b");
        assert_eq!(
            cookies[0],
            "state=true; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"
        );
        assert_eq!(cookies[1], "old=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    }

    #[test]
    fn a_line_break_never_reaches_the_wire() {
        assert!(
            Redirect::to("https://example.com/\r\nset-cookie: a=b")
                .headers()
                .is_err()
        );
    }
}
