//! Values to answer with, for tests that don't care which.

use serde::de::DeserializeOwned;

/// A value of a type: the contract's example, or the least that fits, where it has none.
///
/// # Examples
///
/// ```
/// use stack_client::types::server::User;
/// use stack_client_mock::Sample;
///
/// let user = User { display_name: Some("Ada".into()), ..User::sample() };
/// assert_eq!(user.display_name.as_deref(), Some("Ada"));
/// ```
pub trait Sample: DeserializeOwned {
    /// It as JSON.
    const JSON: &'static str;

    /// It.
    fn sample() -> Self {
        serde_json::from_str(Self::JSON).expect("samples fit their types")
    }
}
