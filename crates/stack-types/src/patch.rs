//! A field of a partial update: left alone, cleared, or set.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a partial update says about one nullable field.
///
/// Use it with `#[serde(default, skip_serializing_if = "Patch::is_absent")]`, as all generated types do:
/// an absent field then stays absent on the wire, and `null` stays `null`.
///
/// # Examples
///
/// ```
/// use stack_types::Patch;
///
/// let mut name = Some("Ada".to_owned());
/// Patch::Absent.apply_to(&mut name);
/// assert_eq!(name.as_deref(), Some("Ada"));
/// Patch::Null.apply_to(&mut name);
/// assert_eq!(name, None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Patch<T> {
    /// The field isn't mentioned: keep what is there.
    #[default]
    Absent,
    /// The field is `null`: clear it.
    Null,
    /// The field has a new value.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the field isn't mentioned.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// `None` if absent, `Some(None)` if null, `Some(Some(value))` otherwise.
    pub fn into_change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// The value, if there is one; absent and null look the same.
    pub fn into_value(self) -> Option<T> {
        self.into_change().flatten()
    }

    /// A patch that borrows the value.
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(value),
        }
    }

    /// The same patch with its value converted.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(convert(value)),
        }
    }

    /// Carries the patch out on a stored field.
    pub fn apply_to(self, field: &mut Option<T>) {
        if let Some(change) = self.into_change() {
            *field = change;
        }
    }
}

impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Update {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        name: Patch<String>,
    }

    #[test]
    fn absent_null_and_value_survive_the_wire() {
        for (json, name) in [
            ("{}", Patch::Absent),
            (r#"{"name":null}"#, Patch::Null),
            (r#"{"name":"Ada"}"#, Patch::Value("Ada".to_owned())),
        ] {
            let update: Update = serde_json::from_str(json).expect("the JSON fits");
            assert_eq!(update, Update { name });
            assert_eq!(serde_json::to_string(&update).expect("it serializes"), json);
        }
    }
}
