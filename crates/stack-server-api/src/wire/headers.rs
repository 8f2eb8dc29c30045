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

/// Holds the status that an answer would have, had the caller not asked for 200 (`x-stack-override-error-status`).
pub(super) const ACTUAL_STATUS: HeaderName = HeaderName::from_static("x-stack-actual-status");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-stack-request-id");

/// What browsers may send: every header under both of its names. `x-stack-allow-restricted-user` isn't among them: so it
/// is in the reference.
const ALLOWED: &str = "content-type, authorization, x-stack-project-id, x-stack-branch-id, \
     x-stack-override-error-status, x-stack-random-nonce, x-stack-client-version, \
     x-stack-disable-artificial-development-delay, x-stack-access-type, x-stack-publishable-client-key, \
     x-stack-secret-server-key, x-stack-super-secret-admin-key, x-stack-admin-access-token, x-stack-refresh-token, \
     x-stack-access-token, x-stack-allow-anonymous-user, x-hexclave-project-id, x-hexclave-branch-id, \
     x-hexclave-override-error-status, x-hexclave-random-nonce, x-hexclave-client-version, \
     x-hexclave-disable-artificial-development-delay, x-hexclave-access-type, x-hexclave-publishable-client-key, \
     x-hexclave-secret-server-key, x-hexclave-super-secret-admin-key, x-hexclave-admin-access-token, \
     x-hexclave-refresh-token, x-hexclave-access-token, x-hexclave-allow-anonymous-user, baggage, sentry-trace, \
     x-vercel-protection-bypass, ngrok-skip-browser-warning";

/// Sent with every answer. Values are checked when this is compiled, not for every answer.
static FIXED: [(HeaderName, HeaderValue); 12] = [
    fixed(ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    fixed(ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE, OPTIONS"),
    fixed(ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
    fixed(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        "content-type, x-stack-actual-status, x-stack-known-error",
    ),
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
