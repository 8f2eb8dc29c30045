//! One attempt.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue, Request, header};
use stack_domain::webhooks::{Answer, Parcel, RESPONSE_KEPT, Report};
use stack_types::Millis;

use crate::outbound::{Outbound, OutboundError};

/// What the server calls itself.
const USER_AGENT: &str = concat!("Stack-Auth-Webhooks/", env!("CARGO_PKG_VERSION"));

/// How much of an answer is read so that its connection can be used again.
const READ: usize = 16 * RESPONSE_KEPT;

/// Sends a message once.
pub(super) async fn attempt(outbound: &Outbound, parcel: Parcel, timeout: Duration, started_at: Millis) -> Report {
    let begun = Instant::now();
    let answer = match request(&parcel, started_at) {
        Ok(request) => match outbound.send_and_skim(request, timeout, READ).await {
            Ok(response) => Answer::Status {
                status: response.status().as_u16(),
                retry_after: retry_after(response.headers()),
                body: String::from_utf8_lossy(beginning(response.body())).into_owned(),
            },
            Err(OutboundError::TimedOut { .. }) => Answer::TimedOut,
            Err(error) => Answer::Failed(error.to_string()),
        },
        Err(error) => Answer::Failed(format!("the request can't be made: {error}")),
    };
    Report {
        parcel,
        started_at,
        duration: begun.elapsed(),
        answer,
    }
}

fn request(parcel: &Parcel, now: Millis) -> http::Result<Request<Vec<u8>>> {
    let mut request = Request::post(parcel.url()).body(parcel.body().as_bytes().to_vec())?;
    let headers = request.headers_mut();
    *headers = parcel.headers(now);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    Ok(request)
}

fn beginning(body: &[u8]) -> &[u8] {
    &body[..body.len().min(RESPONSE_KEPT)]
}

/// The seconds of `retry-after`; a date is as good as nothing said.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let secs = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    secs.trim().parse().ok().map(Duration::from_secs)
}
