//! Sets of words become open enums.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{docs, names};
use crate::model::NamedSchema;

/// The enum of `named`, whose shape is one of `words`. What it can do comes from a macro, its table included.
pub(super) fn emit(named: &NamedSchema, words: &[String]) -> TokenStream {
    let name = format_ident!("{}", named.name);
    let about = docs::outer(&named.description);
    let variants = names::variants(words.iter().map(String::as_str));
    let docs = words.iter().map(|word| docs::outer(&format!("`{word}`.")));
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum #name {
            #(#docs #variants,)*
            /// A word that this version doesn't know, as it came.
            Unknown(String),
        }

        crate::open_enum::open_enum!(#name { #(#variants = #words),* });
    }
}
