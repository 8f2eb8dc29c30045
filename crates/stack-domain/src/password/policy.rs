//! Which passwords and which imported hashes are accepted.

use std::str::FromStr;

use bcrypt::HashParts;
use stack_types::Secret;

use super::MAX_BCRYPT_COST;
use crate::{
    error::{DomainError, DomainResult},
    known,
    models::PasswordHash,
};

/// The fewest characters of a password that somebody chooses for themselves.
pub const MIN_LENGTH: usize = 8;
/// The most characters of any password.
pub const MAX_LENGTH: usize = 70;

/// Checks a password that somebody chooses for themselves.
///
/// # Errors
///
/// `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`.
pub(crate) fn check_length(password: &Secret) -> DomainResult<()> {
    if password.expose().chars().count() < MIN_LENGTH {
        return Err(known::password_too_short(MIN_LENGTH));
    }
    check_not_too_long(password)
}

/// Checks a password that a server sets.
///
/// # Errors
///
/// `PASSWORD_TOO_LONG`.
pub(crate) fn check_not_too_long(password: &Secret) -> DomainResult<()> {
    if password.expose().chars().count() > MAX_LENGTH {
        return Err(known::password_too_long(MAX_LENGTH));
    }
    Ok(())
}

/// Checks a hash that is imported: bcrypt, not too dear.
///
/// # Errors
///
/// Bad request.
pub(crate) fn check_imported(hash: Secret) -> DomainResult<PasswordHash> {
    let text = hash.expose();
    let version_fits = ["$2a$", "$2b$", "$2y$"].iter().any(|version| text.starts_with(version));
    match HashParts::from_str(text) {
        Ok(parts) if version_fits && (4..=MAX_BCRYPT_COST).contains(&parts.get_cost()) => Ok(PasswordHash(hash)),
        _ => Err(DomainError::bad_request(format!(
            "The password hash must be a bcrypt hash ($2a$, $2b$ or $2y$) with a cost of at most {MAX_BCRYPT_COST}."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_to_seventy_characters_are_accepted() {
        for (length, accepted) in [(7, false), (8, true), (70, true), (71, false)] {
            assert_eq!(
                check_length(&Secret::new("ä".repeat(length))).is_ok(),
                accepted,
                "{length}"
            );
        }
    }

    #[test]
    fn only_bcrypt_of_moderate_cost_is_imported() {
        let rest = "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        for (prefix, accepted) in [
            ("$2a$10$", true),
            ("$2b$16$", true),
            ("$2y$04$", true),
            ("$2b$17$", false),
            ("$2b$03$", false),
            ("$2x$10$", false),
            ("$2$10$", false),
            ("$argon2id$", false),
            ("", false),
        ] {
            assert_eq!(
                check_imported(Secret::new(format!("{prefix}{rest}"))).is_ok(),
                accepted,
                "{prefix}"
            );
        }
        assert!(check_imported(Secret::new(format!("$2b$10${rest}x"))).is_err());
    }
}
