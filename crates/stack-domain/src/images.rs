//! Pictures: which addresses may be stored for one.

use crate::error::{DomainError, DomainResult};

/// The greatest length of a picture's address, in characters.
const MAX_LENGTH: usize = 1_000_000;
/// What clients may upload.
const CLIENT_FORMATS: [&str; 6] = ["png", "jpg", "jpeg", "gif", "bmp", "webp"];

/// Checks the address of a picture that a server or an admin sets.
///
/// # Errors
///
/// Bad request for everything but an http or https URL. A `data:` URL is refused as long as there is no store that
/// could keep it.
pub(crate) fn check_stored(address: &str) -> DomainResult<()> {
    if address.len() > MAX_LENGTH {
        return Err(DomainError::bad_request(format!(
            "The image is too large; at most {MAX_LENGTH} characters are allowed."
        )));
    }
    let scheme = url::Url::parse(address).map(|url| url.scheme().to_owned());
    match scheme.as_deref() {
        Ok("http" | "https") => Ok(()),
        Ok("data") => Err(no_store()),
        _ => Err(DomainError::bad_request("An image must be an http or https URL.")),
    }
}

/// Checks the picture that a client sets: clients upload pictures, they don't link to them.
///
/// # Errors
///
/// Bad request, always, as long as there is no store that could keep an upload.
pub(crate) fn check_uploaded(address: &str) -> DomainResult<()> {
    let format = address
        .strip_prefix("data:image/")
        .and_then(|rest| rest.split_once(";base64,"));
    match format {
        Some((format, _)) if CLIENT_FORMATS.contains(&format) => Err(no_store()),
        _ => Err(DomainError::bad_request(
            "An image must be a base64 data URL of a PNG, JPEG, GIF, BMP or WebP picture.",
        )),
    }
}

fn no_store() -> DomainError {
    DomainError::bad_request("This deployment has no store for images; use the http or https URL of one instead.")
}
