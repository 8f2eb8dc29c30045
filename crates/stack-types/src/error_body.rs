//! Known errors as the wire has them.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::KnownError;

/// The body of an error answer. Its code stands in the header `x-stack-known-error` too.
///
/// # Examples
///
/// ```
/// use stack_types::{ErrorBody, KnownError};
///
/// let body = ErrorBody::from(&KnownError::PasswordTooShort { min_length: 8 });
/// assert_eq!(body.code, "PASSWORD_TOO_SHORT");
/// assert_eq!(body.details, Some(serde_json::json!({ "min_length": 8 })));
/// assert_eq!(KnownError::try_from(body), Ok(KnownError::PasswordTooShort { min_length: 8 }));
/// ```
// The order of the fields is the order on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ErrorBody {
    /// The code, in SCREAMING_SNAKE_CASE.
    pub code: String,
    /// What there is to know besides; absent if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// A sentence for people.
    pub error: String,
}

impl ErrorBody {
    /// The error itself, which came with `status`.
    pub fn into_known(self, status: u16) -> KnownError {
        KnownError::from_wire(status, &self.code, self.details, &self.error)
    }
}

impl From<&KnownError> for ErrorBody {
    fn from(error: &KnownError) -> Self {
        Self {
            code: error.code().to_owned(),
            details: error.details(),
            error: error.message().into_owned(),
        }
    }
}

impl From<KnownError> for ErrorBody {
    fn from(error: KnownError) -> Self {
        Self::from(&error)
    }
}

impl TryFrom<ErrorBody> for KnownError {
    /// The body itself, if its code isn't known or its details aren't those of its code.
    type Error = ErrorBody;

    fn try_from(body: ErrorBody) -> Result<Self, ErrorBody> {
        KnownError::read(&body.code, Details(body.details.as_ref())).ok_or(body)
    }
}

/// The details of an error, to be read one by one.
#[derive(Clone, Copy)]
pub(crate) struct Details<'a>(pub Option<&'a Value>);

impl Details<'_> {
    /// The detail `name`, if it has the type that is asked for; what isn't there counts as null.
    pub fn get<T: DeserializeOwned>(self, name: &str) -> Option<T> {
        let detail = self
            .0
            .and_then(|details| details.get(name))
            .cloned()
            .unwrap_or(Value::Null);
        serde_json::from_value(detail).ok()
    }
}

/// A detail as it stands in a sentence: text without quotes, everything else as JSON.
pub(crate) fn shown(detail: &impl Serialize) -> String {
    match serde_json::to_value(detail) {
        Ok(Value::String(text)) => text,
        Ok(Value::Null) | Err(_) => "(unknown)".to_owned(),
        Ok(Value::Array(items)) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Ok(other) => other.to_string(),
    }
}
