//! Families: codes that are never sent, but that others belong to.

use proc_macro2::TokenStream;
use quote::quote;

use super::variant;
use crate::{
    emit::types::docs,
    model::{Api, ErrorDef},
};

/// `family.rs`.
pub(super) fn emit(api: &Api) -> TokenStream {
    let families: Vec<&ErrorDef> = api.errors.iter().filter(|error| error.status.is_none()).collect();
    let variants = families.iter().map(|family| {
        let about = docs::outer(&format!("`{}`: {}", family.code, family.description.trim()));
        let variant = variant(&family.code);
        quote!(#about #variant)
    });
    let code_arms = families.iter().map(|family| {
        let (variant, code) = (variant(&family.code), &family.code);
        quote!(Self::#variant => #code)
    });
    let parent_arms: Vec<_> = families
        .iter()
        .filter_map(|family| {
            let (variant, parent) = (variant(&family.code), variant(family.parent.as_ref()?));
            Some(quote!(Self::#variant => Some(Self::#parent)))
        })
        .collect();
    let parent = match parent_arms.len() {
        0 => quote!(None),
        all if all == families.len() => quote!(match self { #(#parent_arms),* }),
        _ => quote!(match self { #(#parent_arms,)* _ => None }),
    };
    let family_arms = families.iter().filter_map(|family| {
        let members = api
            .errors
            .iter()
            .filter(|error| error.parent.as_ref() == Some(&family.code) && error.status.is_some());
        let codes: Vec<_> = members.map(|error| &error.code).collect();
        let variant = variant(&family.code);
        (!codes.is_empty()).then(|| quote!(#(#codes)|* => KnownErrorFamily::#variant))
    });
    quote! {
        use super::KnownError;

        /// A family of known errors: never sent itself, but callers can ask whether an error belongs to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum KnownErrorFamily {
            #(#variants),*
        }

        impl KnownErrorFamily {
            /// The code of the family.
            pub fn code(self) -> &'static str {
                match self {
                    #(#code_arms),*
                }
            }

            /// The family that this one is part of.
            pub fn parent(self) -> Option<Self> {
                #parent
            }
        }

        impl KnownError {
            /// The nearest family of the error. Known by its code, so errors with unreadable details have one too.
            pub fn family(&self) -> Option<KnownErrorFamily> {
                Some(match self.code() {
                    #(#family_arms,)*
                    _ => return None,
                })
            }

            /// Whether the error belongs to `family`, directly or through other families.
            pub fn is_a(&self, family: KnownErrorFamily) -> bool {
                std::iter::successors(self.family(), |family| family.parent()).any(|ancestor| ancestor == family)
            }
        }
    }
}
