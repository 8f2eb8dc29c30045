//! Logins of command line tools that somebody confirms in a browser.

use stack_types::Millis;

use super::TokenHash;

/// A login of a command line tool. Its two codes are known to callers only; the server keeps hashes.
#[derive(Debug, Clone, PartialEq)]
pub struct CliLogin {
    /// SHA-256 of the code with which the tool asks how the login stands; unique in the project.
    pub polling_code_hash: TokenHash,
    /// SHA-256 of the code with which the browser confirms the login; unique in the project.
    pub login_code_hash: TokenHash,
    /// Until when it can be confirmed and picked up.
    pub expires_at: Millis,
    /// When the tool got its refresh token.
    pub used_at: Option<Millis>,
    /// The refresh token that waits for the tool, sealed. It is wiped when the tool has got it.
    pub refresh_token: Option<String>,
    /// The refresh token of the anonymous session that the tool handed over, sealed. It is wiped when the browser has
    /// got it, or with the login's end.
    pub anonymous_refresh_token: Option<String>,
}
