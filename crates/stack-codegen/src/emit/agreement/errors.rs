//! The known errors with the schemas of their details.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    emit::types::{Scope, property_expr},
    model::{Access, Api},
    views::Views,
};

/// The table of all errors that are sent.
pub(super) fn emit(api: &Api, views: &Views) -> TokenStream {
    let scope = Scope::outside(api, views, Access::Admin);
    let errors = api.errors.iter().filter_map(|error| {
        let (code, status) = (&error.code, error.status?);
        let details = error
            .details
            .iter()
            .map(|(name, property)| property_expr(name, property.required, &property.ty, None, &scope));
        Some(quote!(Shape { code: #code, status: #status, details: schema::object(&[#(#details),*]) }))
    });
    quote! {
        #![doc = " The known errors, with the schemas of their details."]

        use super::glue::*;

        pub(crate) static ERRORS: &[Shape] = &[#(#errors),*];
    }
}
