//! What the browser says of the page: which challenge it got, and where it stands.

use serde::Deserialize;
use url::Url;

use super::ceremony::Fault;
use crate::{config::DomainsConfig, redirects};

/// What a challenge was signed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Registration,
    SignIn,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Registration => "webauthn.create",
            Self::SignIn => "webauthn.get",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    top_origin: Option<String>,
}

/// Checks it, and gives the RP id: the page's host.
///
/// A page in a frame of another origin will do if that is trusted, too.
pub(super) fn check(bytes: &[u8], purpose: Purpose, challenge: &str, domains: &DomainsConfig) -> Result<String, Fault> {
    let data: ClientData =
        serde_json::from_slice(bytes).map_err(|_| Fault("the client data isn't JSON of its form"))?;
    if data.r#type != purpose.name() {
        return Err(Fault("the client data is of another ceremony"));
    }
    if data.challenge.trim_end_matches('=') != challenge {
        return Err(Fault("the challenge is another one"));
    }
    if !redirects::is_trusted(&data.origin, domains) {
        return Err(Fault("the origin isn't a trusted domain"));
    }
    let framed_by_a_stranger = match &data.top_origin {
        Some(top) => !redirects::is_trusted(top, domains),
        None => data.cross_origin,
    };
    if framed_by_a_stranger {
        return Err(Fault("the page is in a frame of an origin that isn't a trusted domain"));
    }
    let origin = Url::parse(&data.origin).ok();
    let host = origin.as_ref().and_then(Url::host_str);
    host.map(str::to_owned).ok_or(Fault("the origin has no host"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::config::TrustedDomain;

    fn domains() -> DomainsConfig {
        let shop = TrustedDomain {
            base_url: Some("https://shop.example.com".into()),
            handler_path: "/".into(),
        };
        DomainsConfig {
            allow_localhost: true,
            trusted_domains: [("0".to_owned(), shop)].into_iter().collect(),
        }
    }

    fn checked(field: &str, value: Value) -> Result<String, Fault> {
        let mut data = json!({ "type": "webauthn.get", "challenge": "AAAA", "origin": "https://shop.example.com" });
        data[field] = value;
        check(data.to_string().as_bytes(), Purpose::SignIn, "AAAA", &domains())
    }

    #[test]
    fn the_rp_id_is_the_pages_host() {
        assert_eq!(checked("more", json!(1)).as_deref(), Ok("shop.example.com"));
        assert_eq!(
            checked("origin", json!("http://localhost:3000")).as_deref(),
            Ok("localhost")
        );
        assert_eq!(checked("challenge", json!("AAAA==")).as_deref(), Ok("shop.example.com"));
    }

    #[test]
    fn what_was_signed_for_something_else_is_refused() {
        for (field, value) in [
            ("type", json!("webauthn.create")),
            ("challenge", json!("AAAB")),
            ("challenge", json!("")),
            ("origin", json!("https://evil.example.com")),
            ("origin", json!("http://shop.example.com")),
            ("origin", json!("https://shop.example.com.evil.com")),
            ("origin", json!("android:apk-key-hash:AAAA")),
            ("origin", json!("null")),
            ("origin", json!(null)),
        ] {
            assert!(checked(field, value.clone()).is_err(), "{field} {value}");
        }
        assert!(check(b"\xef\xbb\xbf{}", Purpose::SignIn, "AAAA", &domains()).is_err());
    }

    #[test]
    fn a_frame_has_to_stand_on_a_trusted_page() {
        assert!(checked("crossOrigin", json!(false)).is_ok());
        assert!(checked("crossOrigin", json!(true)).is_err());
        assert!(checked("topOrigin", json!("http://localhost:3000")).is_ok());
        assert!(checked("topOrigin", json!("https://evil.example.com")).is_err());
    }
}
