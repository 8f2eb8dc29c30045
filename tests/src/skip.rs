//! Tests that need a program which not everybody has.

/// Says that `what` is skipped since something is missing.
///
/// # Panics
///
/// On CI (`CI=true`), where nothing may be missing.
pub fn skip(what: &str, missing: &str) {
    let is_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(!is_ci, "CI runs {what} too: {missing}");
    eprintln!("skipped {what}: {missing}");
}
