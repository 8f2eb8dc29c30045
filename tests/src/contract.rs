//! What the contract says of a call.

use stack_server_api::{
    OPERATIONS, VERSIONS,
    operation::{Base, Operation},
};

use crate::Answer;

/// The known errors that every operation may answer with: those of the credentials, and of a request that doesn't fit.
const OF_EVERY_CALL: [&str; 25] = [
    "BODY_PARSING_ERROR",
    "SCHEMA_ERROR",
    "PROJECT_KEY_WITHOUT_ACCESS_TYPE",
    "INVALID_ACCESS_TYPE",
    "ACCESS_TYPE_WITHOUT_PROJECT_ID",
    "ACCESS_TYPE_REQUIRED",
    "INSUFFICIENT_ACCESS_TYPE",
    "INVALID_PUBLISHABLE_CLIENT_KEY",
    "INVALID_SECRET_SERVER_KEY",
    "INVALID_SUPER_SECRET_ADMIN_KEY",
    "UNPARSABLE_ADMIN_ACCESS_TOKEN",
    "ADMIN_ACCESS_TOKEN_EXPIRED",
    "INVALID_PROJECT_FOR_ADMIN_ACCESS_TOKEN",
    "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN",
    "PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT",
    "SERVER_AUTHENTICATION_REQUIRED",
    "ADMIN_AUTHENTICATION_REQUIRED",
    "UNPARSABLE_ACCESS_TOKEN",
    "ACCESS_TOKEN_EXPIRED",
    "INVALID_PROJECT_FOR_ACCESS_TOKEN",
    "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED",
    "RESTRICTED_USER_NOT_ALLOWED",
    "CURRENT_PROJECT_NOT_FOUND",
    "BRANCH_DOES_NOT_EXIST",
    "ALL_OVERLOADS_FAILED",
];

/// The statuses without a code that every operation may answer with: the override key or the admin of a token is gone,
/// the body is too long, the server is broken, leaves the operation out or is busy.
const PLAIN_OF_EVERY_CALL: [u16; 6] = [401, 413, 429, 500, 501, 503];

/// The operation that is called by a method and a path below its base. Anything, also `{…}`, may stand for a parameter.
pub fn operation_of(method: &str, path: &str) -> Option<&'static Operation> {
    find(method, path, |_| true)
}

/// The operation that is called by a method and a whole path.
pub(crate) fn operation_at(method: &str, path: &str) -> Option<&'static Operation> {
    let Some(versioned) = path.strip_prefix("/api").filter(|rest| rest.starts_with('/')) else {
        return find(method, path, |operation| operation.base == Base::Root);
    };
    let (version, below) = versioned[1..].split_once('/').unwrap_or((&versioned[1..], ""));
    if !VERSIONS.contains(&version) {
        return find(method, path, |operation| operation.base == Base::Root);
    }
    find(method, versioned, |operation| operation.base == Base::Versions)
        .or_else(|| find(method, &format!("/{below}"), |operation| operation.base == Base::Api))
}

fn find(method: &str, path: &str, is_meant: impl Fn(&Operation) -> bool) -> Option<&'static Operation> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let candidates: Vec<_> = OPERATIONS
        .iter()
        .copied()
        .filter(|operation| operation.method == method && is_meant(operation))
        .collect();
    let exact = candidates.iter().find(|operation| operation.path == path);
    exact
        .or_else(|| candidates.iter().find(|operation| fits(operation, path)))
        .copied()
}

fn fits(operation: &Operation, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (operation.path.split('/').collect(), path.split('/').collect());
    let fits = |(template, part): (&&str, &&str)| template.starts_with('{') || template == part;
    template.len() == path.len() && template.iter().zip(&path).all(fits)
}

/// Checks that the answer is one that the contract knows of.
///
/// # Panics
///
/// If it isn't.
pub(crate) fn check(operation: &Operation, answer: &Answer) {
    let (status, code) = (answer.real_status(), answer.code());
    let is_documented = if !code.is_empty() {
        OF_EVERY_CALL.contains(&code) || operation.errors.contains(&code)
    } else if status < 400 {
        status == operation.status || operation.other_statuses.contains(&status)
    } else if is_oauth_error(answer) {
        operation.oauth_errors.contains(&status)
    } else {
        PLAIN_OF_EVERY_CALL.contains(&status) || operation.text_errors.contains(&status)
    };
    let id = operation.id;
    assert!(
        is_documented,
        "the contract doesn't know that {id} answers with {status} {code}: {}",
        answer.text()
    );
}

/// An error of the protocol itself (RFC 6749, section 5.2), which has a form of its own.
fn is_oauth_error(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("application/json") && answer.json()["error_description"].is_string()
}
