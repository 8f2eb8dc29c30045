//! The routers of a tag: paths and methods to handlers.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::plan::Plan;
use crate::model::{Base, Operation};

/// Emits the functions that give the routes of a tag: below the API, below versions of it, at the root.
pub(super) fn emit(plans: &[Plan<'_>], trait_name: &Ident) -> TokenStream {
    let of = |base| {
        plans
            .iter()
            .map(|plan| plan.operation)
            .filter(move |it| it.base == base)
    };
    let below_api = function(
        "routes",
        "The routes of this tag that stand below every version of the API.",
        &of(Base::Api).map(|it| (it.path.as_str(), it)).collect::<Vec<_>>(),
        trait_name,
    );
    let at_root = function(
        "root_routes",
        "The routes of this tag at the root of the server.",
        &of(Base::Root).map(|it| (it.path.as_str(), it)).collect::<Vec<_>>(),
        trait_name,
    );
    let versions = versions(plans, trait_name);
    quote!(#below_api #versions #at_root)
}

/// The function for the versions that have operations of their own, which take the place of the newest of their path.
fn versions(plans: &[Plan<'_>], trait_name: &Ident) -> Option<TokenStream> {
    let operations = plans.iter().map(|plan| plan.operation);
    let versions: BTreeSet<_> = operations.clone().filter_map(|it| Some(it.version()?.0)).collect();
    if versions.is_empty() {
        return None;
    }
    let arms = versions.iter().map(|version| {
        let own = operations
            .clone()
            .filter_map(|it| it.version().filter(|(of, _)| of == version).map(|(_, path)| (path, it)));
        let own: Vec<_> = own.collect();
        let newest = operations.clone().filter(|it| it.base == Base::Api);
        let kept = newest.filter(|it| {
            own.iter()
                .all(|(path, other)| (*path, &other.method) != (it.path.as_str(), &it.method))
        });
        let all: Vec<_> = kept
            .map(|it| (it.path.as_str(), it))
            .chain(own.iter().copied())
            .collect();
        let router = router(&all);
        quote!(#version => #router,)
    });
    let newest = if operations.clone().any(|it| it.base == Base::Api) {
        quote!(routes())
    } else {
        quote!(Router::new())
    };
    Some(quote! {
        /// The routes of this tag below one version of the API.
        pub fn version_routes<S: #trait_name>(version: &str) -> Router<Arc<S>> {
            match version { #(#arms)* _ => #newest }
        }
    })
}

fn function(name: &str, doc: &str, routes: &[(&str, &Operation)], trait_name: &Ident) -> Option<TokenStream> {
    if routes.is_empty() {
        return None;
    }
    let (name, doc, router) = (format_ident!("{name}"), format!(" {doc}"), router(routes));
    Some(quote! {
        #[doc = #doc]
        pub fn #name<S: #trait_name>() -> Router<Arc<S>> {
            #router
        }
    })
}

/// A router with these operations, each at its path.
fn router(routes: &[(&str, &Operation)]) -> TokenStream {
    let mut paths: IndexMap<&str, Vec<TokenStream>> = IndexMap::new();
    for (path, operation) in routes {
        let (method, handler) = (format_ident!("{}", operation.method), format_ident!("{}", operation.id));
        let methods = paths.entry(path).or_default();
        methods.push(if methods.is_empty() {
            quote!(routing::#method(#handler::<S>))
        } else {
            quote!(.#method(#handler::<S>))
        });
    }
    let routes = paths.iter().map(|(path, methods)| quote!(.route(#path, #(#methods)*)));
    quote!(Router::new()#(#routes)*)
}
