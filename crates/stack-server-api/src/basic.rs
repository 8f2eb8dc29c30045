//! Client credentials in `authorization: Basic …` (RFC 6749, section 2.3.1).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::AUTHORIZATION};
use serde_json::{Map, Value};

use crate::form;

/// Adds the client's id and secret to a body that doesn't have them itself.
///
/// A header of another scheme, or one that can't be read, adds nothing: the operation then finds that its client is
/// missing, and says so as it would without the header.
pub(crate) fn add_client(body: &mut Map<String, Value>, headers: &HeaderMap) {
    let Some((id, secret)) = headers
        .get(AUTHORIZATION)
        .and_then(|value| client_of(value.to_str().ok()?))
    else {
        return;
    };
    for (name, value) in [("client_id", id), ("client_secret", secret)] {
        body.entry(name).or_insert(Value::String(value));
    }
}

/// Id and secret, each of which is form-encoded before the two are joined.
fn client_of(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form::decode(id)?, form::decode(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_form_decoded() {
        // `internal%23main:pck_a+b`
        let client = client_of("Basic aW50ZXJuYWwlMjNtYWluOnBja19hK2I=");
        assert_eq!(client, Some(("internal#main".to_owned(), "pck_a b".to_owned())));
    }

    #[test]
    fn another_scheme_is_no_client() {
        assert_eq!(client_of("Bearer abc"), None);
    }
}
