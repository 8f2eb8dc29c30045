//! Types of the contract, and how JSON becomes one.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Mode, Schema, Violation, check};

/// A type of the contract.
pub trait Wire: Serialize + DeserializeOwned {
    /// Its shape, with all its rules.
    const SCHEMA: &'static Schema;

    /// [`Wire::SCHEMA`] as a function, for references between schemas.
    fn schema() -> &'static Schema {
        Self::SCHEMA
    }

    /// Holds the value against every rule of the contract for requests: limits, patterns, formats, known words.
    ///
    /// # Errors
    ///
    /// All violations, in the order of the contract.
    ///
    /// # Examples
    ///
    /// ```
    /// use stack_types::{Success, schema::Wire};
    ///
    /// assert!(Success { success: true }.validate().is_ok());
    /// let violations = Success { success: false }.validate().unwrap_err();
    /// assert_eq!(violations[0].to_string(), "/success: must be true, not false");
    /// ```
    fn validate(&self) -> Result<(), Vec<Violation>> {
        let mut value = serde_json::to_value(self).map_err(|error| vec![Violation::new("", error.to_string())])?;
        check(&mut value, Self::SCHEMA, Mode::Request)
    }
}

/// Checks `value` against the schema of `T` and builds a `T` of it.
///
/// # Errors
///
/// All violations, in the order of the contract. A `T` that can't be built although the check found nothing is one too.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use stack_types::{Success, schema::{Mode, decode}};
///
/// let success: Success = decode(json!({ "success": "true" }), Mode::Request)?;
/// assert!(success.success);
/// # Ok::<(), Vec<stack_types::schema::Violation>>(())
/// ```
pub fn decode<T: Wire>(mut value: Value, mode: Mode) -> Result<T, Vec<Violation>> {
    check(&mut value, T::SCHEMA, mode)?;
    serde_json::from_value(value).map_err(|error| vec![Violation::new("", format!("can't be read: {error}"))])
}
