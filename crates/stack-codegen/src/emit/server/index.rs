//! The file that gathers the tags.

use anyhow::Result;
use quote::quote;

use super::{FOLDER, docs, marker_of, module_of, static_of, trait_of};
use crate::{
    emit::types,
    model::{Api, Base},
    output::File,
};

/// Emits `mod.rs`.
pub(super) fn emit(api: &Api) -> Result<File> {
    let modules: Vec<_> = api.tags.iter().map(|tag| module_of(&tag.name)).collect();
    let traits: Vec<_> = api.tags.iter().map(|tag| trait_of(&tag.name)).collect();
    let has = |base| {
        api.tags
            .iter()
            .filter(move |tag| tag.operations.iter().any(|operation| operation.base == base))
    };
    let below_api = has(Base::Api).map(|tag| module_of(&tag.name));
    let below_versions = (api.tags.iter()).filter_map(|tag| {
        let module = module_of(&tag.name);
        let bases: Vec<_> = tag.operations.iter().map(|operation| operation.base).collect();
        if bases.contains(&Base::Versions) {
            Some(quote!(#module::version_routes(version)))
        } else {
            bases.contains(&Base::Api).then(|| quote!(#module::routes()))
        }
    });
    let version = if has(Base::Versions).next().is_some() {
        quote!(version)
    } else {
        quote!(_version)
    };
    let markers = api.tags.iter().map(|tag| {
        let (marker, name, doc) = (marker_of(&tag.name), &tag.name, docs::outer(&tag.description));
        quote! {
            #doc
            #[derive(Debug, Clone, Copy)]
            pub enum #marker {}

            impl super::Tag for #marker {
                const NAME: &'static str = #name;
            }
        }
    });
    let at_root = has(Base::Root).map(|tag| module_of(&tag.name));
    let operations: Vec<_> = (api.tags.iter())
        .flat_map(|tag| &tag.operations)
        .map(|operation| {
            let (module, name) = (module_of(&operation.tag), static_of(&operation.id));
            quote!(&#module::#name)
        })
        .collect();
    let tokens = quote! {
        //! One module per tag of the contract, and what gathers them.
        use std::sync::Arc;
        use axum::Router;
        use crate::{leave_out::Tag, operation::Operation};

        pub mod headers;
        #(pub mod #modules;)*

        #(pub use self::#modules::#traits;)*

        /// The whole contract: implemented by whatever implements the trait of every tag.
        pub trait Api: #(#traits)+* {}

        impl<S: #(#traits)+*> Api for S {}

        /// Types that stand for the tags, for [`leave_out!`](crate::leave_out).
        pub mod tags {
            #(#markers)*
        }

        /// The routes that stand below the newest version of the API.
        pub fn api_routes<S: Api>() -> Router<Arc<S>> {
            Router::new()#(.merge(#below_api::routes()))*
        }

        /// The routes that stand below this version of the API: those of the newest, but for the operations that the
        /// version has of its own.
        pub fn version_routes<S: Api>(#version: &str) -> Router<Arc<S>> {
            Router::new()#(.merge(#below_versions))*
        }

        /// The routes at the root of the server.
        pub fn root_routes<S: Api>() -> Router<Arc<S>> {
            Router::new()#(.merge(#at_root::root_routes()))*
        }

        /// Every operation of the contract, in its order.
        pub static OPERATIONS: &[&Operation] = &[#(#operations),*];
    };
    Ok(File {
        path: format!("{FOLDER}/mod.rs"),
        contents: types::render(tokens, "openapi/root.yaml")?,
    })
}
