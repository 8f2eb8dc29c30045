//! The enum of the events' names, with an example of each.

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::json;

use super::variant;
use crate::{emit::types::docs, model::Event};

/// The enum and what it can do.
pub(super) fn emit(events: &[Event]) -> Result<TokenStream> {
    let variants: Vec<_> = events.iter().map(variant).collect();
    let names: Vec<_> = events.iter().map(|event| &event.name).collect();
    let abouts = events
        .iter()
        .map(|event| docs::outer(&format!("`{}`: {}.", event.name, event.summary)));
    let examples = events
        .iter()
        .map(|event| serde_json::to_string(&json!({"type": event.name, "data": event.example})))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(quote! {
        use std::{convert::Infallible, fmt, str::FromStr};

        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        /// The name of an event, its `type` on the wire.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventType {
            #(#abouts #variants,)*
            /// A name that this version doesn't know, as it came.
            Unknown(String),
        }

        impl EventType {
            /// Every known name.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The name on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #names,)*
                    Self::Unknown(name) => name,
                }
            }

            /// The body of such an event, as an example; none for an unknown one.
            pub const fn example(&self) -> Option<&'static str> {
                match self {
                    #(Self::#variants => Some(#examples),)*
                    Self::Unknown(_) => None,
                }
            }
        }

        impl From<&str> for EventType {
            fn from(name: &str) -> Self {
                match name {
                    #(#names => Self::#variants,)*
                    _ => Self::Unknown(name.to_owned()),
                }
            }
        }

        impl FromStr for EventType {
            type Err = Infallible;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Ok(name.into())
            }
        }

        impl fmt::Display for EventType {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Serialize for EventType {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for EventType {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(String::deserialize(deserializer)?.as_str().into())
            }
        }
    })
}
