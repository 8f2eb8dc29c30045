//! The file that gathers the tags.

use anyhow::Result;
use quote::quote;

use super::{FOLDER, module_of, static_of, trait_of};
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
        use crate::operation::Operation;

        #(pub mod #modules;)*

        #(pub use self::#modules::#traits;)*

        /// The whole contract: implemented by whatever implements the trait of every tag.
        pub trait Api: #(#traits)+* {}

        impl<S: #(#traits)+*> Api for S {}

        /// The routes that stand below every version of the API.
        pub fn api_routes<S: Api>() -> Router<Arc<S>> {
            Router::new()#(.merge(#below_api::routes()))*
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
