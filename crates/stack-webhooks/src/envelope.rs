//! How the generated events come from the wire.

use serde::{
    Deserialize,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;

/// The body of every message.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    /// The event's name.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What belongs to it.
    #[serde(default)]
    pub data: Value,
}

/// Reads the data of an event; a fault is told with its place.
pub(crate) fn read<T: DeserializeOwned, E: Error>(event_type: &str, data: Value) -> Result<T, E> {
    serde_path_to_error::deserialize(data).map_err(|fault| {
        let (path, reason) = (fault.path(), fault.inner());
        E::custom(format_args!(
            "the data of `{event_type}` doesn't fit at `{path}`: {reason}"
        ))
    })
}
