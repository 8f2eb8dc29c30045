//! Reads answers.

use bytes::Bytes;
use progenitor_client::ResponseValue;
use reqwest::Response;
use serde::de::DeserializeOwned;

use crate::Error;

/// An answer whose body is JSON; an empty one counts as `null`.
pub(crate) async fn json<T: DeserializeOwned, U>(
    response: Response,
    variant: impl FnOnce(T) -> U,
) -> Result<ResponseValue<U>, Error> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(Error::Transport)?;
    let text: &[u8] = if body.is_empty() { b"null" } else { &body };
    match serde_json::from_slice(text) {
        Ok(value) => Ok(ResponseValue::new(variant(value), status, headers)),
        Err(source) => Err(Error::Decode { source, body }),
    }
}

/// An answer whose body is text.
pub(crate) async fn text<U>(response: Response, variant: impl FnOnce(String) -> U) -> Result<ResponseValue<U>, Error> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.map_err(Error::Transport)?;
    Ok(ResponseValue::new(variant(body), status, headers))
}

/// An answer whose body is whatever it is.
pub(crate) async fn bytes<U>(response: Response, variant: impl FnOnce(Bytes) -> U) -> Result<ResponseValue<U>, Error> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(Error::Transport)?;
    Ok(ResponseValue::new(variant(body), status, headers))
}

/// An answer whose body doesn't matter.
pub(crate) async fn empty<U>(response: Response, variant: impl FnOnce(()) -> U) -> Result<ResponseValue<U>, Error> {
    Ok(ResponseValue::new(
        variant(()),
        response.status(),
        response.headers().clone(),
    ))
}

/// What an answer is that isn't a documented success.
pub(crate) async fn failure<U>(response: Response) -> Result<U, Error> {
    let (status, headers) = (response.status(), Box::new(response.headers().clone()));
    let body = response.bytes().await.map_err(Error::Transport)?;
    Err(Error::Status { status, headers, body })
}
