//! Payloads that are the events' own.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    emit::types::{Scope, item},
    model::{Api, EVENTS},
};

/// A struct for each schema of `webhooks.yaml`; nothing if it has none.
pub(super) fn emit(api: &Api, scope: &Scope<'_>) -> TokenStream {
    let own = api.schemas.values().filter(|schema| schema.module == EVENTS);
    let items: Vec<_> = own.map(|schema| item(schema, scope)).collect();
    if items.is_empty() {
        return TokenStream::new();
    }
    quote! {
        use serde::{Deserialize, Serialize};
        use stack_types::schema;

        #(#items)*
    }
}
