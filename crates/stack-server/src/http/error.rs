//! From what a rule says to what a caller hears: the one place of statuses that the contract doesn't name.
//!
//! | the rule says | the caller hears |
//! |---|---|
//! | an error of the contract | that error, with its status |
//! | a refusal without a code | 400, 401, 403 or 404 as plain text |
//! | too busy, or the database is | 503 with `retry-after` |
//! | too many tries | 429 with `retry-after` |
//! | anything else | a bare 500; the cause is logged |

use std::time::Duration;

use http::StatusCode;
use stack_domain::{DomainError, Refusal, ports::StorageError};
use stack_server_api::ApiError;

/// When to come back to a database that can't be reached.
const DATABASE_RETRY_AFTER: Duration = Duration::from_secs(1);

/// The answer to a request that a rule refused.
pub(super) fn api_error(error: DomainError) -> ApiError {
    match error {
        DomainError::Known(known) => ApiError::Known(known),
        DomainError::Refused { kind, message } => ApiError::text(status_of(kind), message),
        DomainError::Busy { retry_after } => busy(retry_after, "The server has too much to do. Try again in a moment."),
        DomainError::TooMany { retry_after } => {
            let secs = whole_secs(retry_after);
            ApiError::too_many(secs, format!("Too many tries. Try again in {secs} s."))
        }
        DomainError::Storage(error @ StorageError::Unavailable(_)) => {
            tracing::error!(error = ?error, "the database is unavailable");
            busy(
                DATABASE_RETRY_AFTER,
                "The database doesn't answer. Try again in a moment.",
            )
        }
        DomainError::Storage(error) => ApiError::internal(error),
        DomainError::Internal(cause) => ApiError::Internal(cause),
    }
}

const fn status_of(kind: Refusal) -> StatusCode {
    match kind {
        Refusal::BadRequest => StatusCode::BAD_REQUEST,
        Refusal::Unauthorized => StatusCode::UNAUTHORIZED,
        Refusal::Forbidden => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
    }
}

/// 503.
fn busy(retry_after: Duration, message: &'static str) -> ApiError {
    ApiError::busy(whole_secs(retry_after), message)
}

/// Callers count in whole seconds, and none would be no reason to wait.
const fn whole_secs(retry_after: Duration) -> u64 {
    let secs = retry_after.as_millis().div_ceil(1000) as u64;
    if secs == 0 { 1 } else { secs }
}

#[cfg(test)]
mod tests {
    use stack_types::KnownError;

    use super::*;

    #[test]
    fn every_kind_of_error_has_its_status() {
        let known = DomainError::from(KnownError::UserNotFound);
        let busy = DomainError::Busy {
            retry_after: Duration::from_millis(1),
        };
        let too_many = DomainError::TooMany {
            retry_after: Duration::from_millis(1001),
        };
        let unavailable = DomainError::Storage(StorageError::Unavailable("gone".into()));
        for (error, status) in [
            (known, 404),
            (DomainError::bad_request("x"), 400),
            (DomainError::unauthorized("x"), 401),
            (DomainError::forbidden("x"), 403),
            (DomainError::not_found("x"), 404),
            (busy, 503),
            (unavailable, 503),
            (too_many, 429),
            (DomainError::Storage(StorageError::ReadOnly), 500),
            (DomainError::internal("x"), 500),
        ] {
            assert_eq!(api_error(error).status().as_u16(), status);
        }
    }

    #[test]
    fn a_busy_server_asks_for_a_second_at_least() {
        let error = api_error(DomainError::Busy {
            retry_after: Duration::from_millis(1),
        });
        assert!(
            matches!(
                error,
                ApiError::Busy {
                    retry_after_secs: 1,
                    ..
                }
            ),
            "{error:?}"
        );
    }
}
