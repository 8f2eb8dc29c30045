//! The enum of all events, which reads and writes `{type, data}`.

use proc_macro2::TokenStream;
use quote::quote;

use super::variant;
use crate::{
    emit::types::{
        Scope,
        docs::{self, lower_first},
    },
    model::Event,
};

/// The enum, and how it comes from the wire and goes there.
pub(super) fn emit(events: &[Event], scope: &Scope<'_>) -> TokenStream {
    let variants: Vec<_> = events.iter().map(variant).collect();
    let names: Vec<_> = events.iter().map(|event| &event.name).collect();
    let data = events.iter().map(|event| scope.path(&event.data));
    let abouts = events.iter().map(|event| {
        let name = format!("`{}`", event.name);
        docs::outer(&format!(
            "{name}: {}.\n\n{}",
            lower_first(&event.summary),
            event.description
        ))
    });
    quote! {
        use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeStruct};

        use crate::{EventType, envelope};

        /// What happened in a project.
        ///
        /// On the wire it is `{"type": …, "data": …}`. Members of `data` that this version doesn't know are skipped, and an
        /// event that it doesn't know is [`Event::Unknown`], so a receiver keeps working when the server is newer.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Event {
            #(#abouts #variants(#data),)*
            /// An event that this version doesn't know, as it came.
            Unknown {
                /// Its `type`.
                event_type: String,
                /// Its `data`; `null` if it has none.
                data: serde_json::Value,
            },
        }

        impl Event {
            /// Which event it is.
            pub fn event_type(&self) -> EventType {
                match self {
                    #(Self::#variants(_) => EventType::#variants,)*
                    Self::Unknown { event_type, .. } => event_type.as_str().into(),
                }
            }
        }

        impl Serialize for Event {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut fields = serializer.serialize_struct("Event", 2)?;
                fields.serialize_field("type", &self.event_type())?;
                match self {
                    #(Self::#variants(data) => fields.serialize_field("data", data)?,)*
                    Self::Unknown { data, .. } => fields.serialize_field("data", data)?,
                }
                fields.end()
            }
        }

        impl<'de> Deserialize<'de> for Event {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let envelope::Envelope { event_type, data } = Deserialize::deserialize(deserializer)?;
                match event_type.as_str() {
                    #(#names => envelope::read(&event_type, data).map(Self::#variants),)*
                    _ => Ok(Self::Unknown { event_type, data }),
                }
            }
        }
    }
}
