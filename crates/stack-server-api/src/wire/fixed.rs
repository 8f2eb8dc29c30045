//! The headers of every answer.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY,
        VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};

use super::RequestId;
use crate::headers::{ALLOWED, EXPOSED, REQUEST_ID};

/// Sent with every answer; `x-stack-allow-restricted-user` isn't allowed, for so it is in the reference. Values are checked when this is compiled, not for every answer.
static FIXED: [(HeaderName, HeaderValue); 12] = [
    fixed(ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    fixed(ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    fixed(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
    fixed(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
    fixed(ACCESS_CONTROL_MAX_AGE, "86400"),
    fixed(VARY, ALLOWED),
    fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    fixed(HeaderName::from_static("permissions-policy"), ""),
    fixed(REFERRER_POLICY, "strict-origin-when-cross-origin"),
    fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"),
    fixed(X_FRAME_OPTIONS, "SAMEORIGIN"),
    fixed(CONTENT_SECURITY_POLICY, ""),
];

static CACHE: HeaderValue = HeaderValue::from_static("no-store, max-age=0");

const fn fixed(name: HeaderName, value: &'static str) -> (HeaderName, HeaderValue) {
    (name, HeaderValue::from_static(value))
}

/// Adds what every answer has. A `cache-control` that is there already stays.
pub(super) fn complete(headers: &mut HeaderMap, request_id: RequestId) {
    headers.reserve(FIXED.len() + 2);
    for (name, value) in &FIXED {
        headers.insert(name, value.clone());
    }
    headers.insert(REQUEST_ID, request_id.to_header());
    headers.entry(CACHE_CONTROL).or_insert_with(|| CACHE.clone());
}
