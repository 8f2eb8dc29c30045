//! Reads the body of a request: as much as allowed, by its content type.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header::CONTENT_TYPE, request::Parts};
use http_body_util::LengthLimitError;
use serde_json::{Map, Value};

use crate::{ApiError, form};

/// How many bytes a body may have; in the extensions of a request.
///
/// The usual limit leaves 1 MiB beside an image of the greatest length that the contract allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(1_000_000 + (1 << 20))
    }
}

/// The body as a value, whatever its content type; `None` if there is none. The body of a GET is never looked at.
///
/// # Errors
///
/// - 413 as text: more bytes than the [`BodyLimit`].
/// - BODY_PARSING_ERROR: a content type that isn't one of the four, or bytes that aren't what it says.
pub(crate) async fn read(parts: &Parts, body: Body) -> Result<Option<Value>, ApiError> {
    if parts.method == Method::GET {
        return Ok(None);
    }
    let limit = parts.extensions.get::<BodyLimit>().copied().unwrap_or_default();
    let bytes = to_bytes(body, limit.0).await.map_err(|error| unread(&error, limit))?;
    parse(&parts.headers, &bytes)
}

/// Why a body couldn't be read to its end.
fn unread(error: &axum::Error, BodyLimit(limit): BodyLimit) -> ApiError {
    let too_long = std::error::Error::source(error).is_some_and(|cause| cause.is::<LengthLimitError>());
    if too_long {
        ApiError::text(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The body may have {limit} bytes at most."),
        )
    } else {
        ApiError::UnreadableBody("The body ended before it was complete.".to_owned())
    }
}

fn parse(headers: &HeaderMap, bytes: &Bytes) -> Result<Option<Value>, ApiError> {
    let content_type = match headers.get(CONTENT_TYPE).map(|value| value.to_str()) {
        None => "",
        Some(Ok(value)) => value.split_once(';').map_or(value, |(media, _)| media).trim(),
        Some(Err(_)) => return Err(unreadable("The content type isn't text.")),
    };
    let is = |media: &str| content_type.eq_ignore_ascii_case(media);
    if content_type.is_empty() {
        // Without a content type there is nothing to go by, so the bytes, if any, count for nothing.
        Ok(None)
    } else if is("application/json") {
        serde_json::from_slice(bytes)
            .map(Some)
            .map_err(|error| unreadable(&format!("The body isn't JSON: {error}.")))
    } else if is("application/x-www-form-urlencoded") {
        form_object(bytes).map(Some)
    } else if is("text/plain") {
        Ok(Some(Value::String(utf8(bytes)?.to_owned())))
    } else if is("application/octet-stream") {
        // No operation of the contract reads bytes: whatever they are, they aren't the object that is asked for.
        Ok(Some(Value::Null))
    } else {
        Err(unreadable(&format!(
            "The content type `{content_type}` isn't one that is read; send application/json."
        )))
    }
}

/// A form as an object of strings; of fields with the same name, the last counts.
fn form_object(bytes: &[u8]) -> Result<Value, ApiError> {
    let mut object = Map::new();
    for pair in form::pairs(utf8(bytes)?) {
        let (name, value) =
            pair.map_err(|name| unreadable(&format!("The form's field `{name}` isn't UTF-8 once decoded.")))?;
        object.insert(name, Value::String(value));
    }
    Ok(Value::Object(object))
}

fn utf8(bytes: &[u8]) -> Result<&str, ApiError> {
    std::str::from_utf8(bytes).map_err(|_| unreadable("The body isn't UTF-8."))
}

fn unreadable(reason: &str) -> ApiError {
    ApiError::UnreadableBody(reason.to_owned())
}
