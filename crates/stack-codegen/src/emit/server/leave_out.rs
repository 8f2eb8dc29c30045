//! What answers in the place of a tag that a server leaves out.
//!
//! It is one implementation for all servers that say so, generic and thus compiled only where it is used. The routes
//! stay: credentials, access and request are looked at as ever before a caller hears that there is nothing.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    marker_of,
    plan::{Method, Plan},
    trait_of, traits,
};
use crate::model::Tag;

/// Emits the implementation for whoever leaves `tag` out.
pub(super) fn emit(tag: &Tag, plans: &[Plan<'_>]) -> TokenStream {
    let (name, marker) = (trait_of(&tag.name), marker_of(&tag.name));
    let methods = plans.iter().flat_map(|plan| &plan.methods).map(emit_method);
    quote! {
        impl<S: LeaveOut<tags::#marker>> #name for S {
            #(#methods)*
        }
    }
}

fn emit_method(method: &Method<'_>) -> TokenStream {
    let Method {
        name, request, answer, ..
    } = method;
    let (output, what) = (&answer.output, format!("`{}`", method.operation.id));
    let who = traits::principal(method).map(|principal| quote!(_: #principal,));
    quote! {
        async fn #name(&self, #who _: #request) -> Result<#output, ApiError> {
            Err(ApiError::NotBuilt(#what))
        }
    }
}
