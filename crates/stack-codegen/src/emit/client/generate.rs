//! Runs progenitor on a lowered document.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result, bail};
use openapiv3::OpenAPI;
use progenitor_impl::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use serde_json::Value;

use super::authorization;
use crate::{fixups::ERROR_BODY, model::Access};

/// What progenitor makes of `document`, with every component replaced by the type of that name in `stack-types`.
///
/// # Errors
///
/// If progenitor refuses the document; the operations that it refuses are named, since progenitor doesn't say.
pub(super) fn generate(document: Value, access: Access) -> Result<syn::File> {
    let spec: OpenAPI = serde_json::from_value(document)
        .with_context(|| format!("the document of {access} access isn't OpenAPI 3.0"))?;
    let settings = settings(&spec, access);
    let tokens = match run(&spec, &settings) {
        Ok(tokens) => tokens,
        Err(reason) => bail!(
            "progenitor refuses {} for {access} access: {reason}",
            culprits(&spec, &settings)
        ),
    };
    syn::parse2(tokens).with_context(|| format!("progenitor's output for {access} access isn't Rust"))
}

/// Empties every description of `document`: the docs of the client come from the contract, so reading and printing those
/// of the document would be a third of the work for nothing.
pub(super) fn forget_docs(document: &mut Value) {
    match document {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if matches!(name.as_str(), "description" | "summary") => text.clear(),
                    other => forget_docs(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(forget_docs),
        _ => {}
    }
}

fn settings(spec: &OpenAPI, access: Access) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Separate)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::transport::Transport));
    let names = spec.components.iter().flat_map(|components| components.schemas.keys());
    for name in names {
        let home = match name.as_str() {
            ERROR_BODY => "stack_types".to_owned(),
            authorization::TYPE => "crate".to_owned(),
            _ => format!("stack_types::{access}"),
        };
        let impls = [TypeImpl::Display, TypeImpl::FromStr].into_iter();
        settings.with_replacement(name, format!("{home}::{name}"), impls);
    }
    settings
}

/// One run. progenitor answers some documents with a panic; that is an error here.
pub(crate) fn run(spec: &OpenAPI, settings: &GenerationSettings) -> Result<proc_macro2::TokenStream, String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| Generator::new(settings).generate_tokens(spec)));
    match outcome {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => Err(panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "it panicked".to_owned())),
    }
}

/// The operations that progenitor refuses even when each is alone in its document.
fn culprits(spec: &OpenAPI, settings: &GenerationSettings) -> String {
    let mut names = Vec::new();
    for (path, method, operation) in spec.operations() {
        let mut alone = spec.clone();
        alone.paths.paths.retain(|other, _| other == path);
        for item in alone.paths.paths.values_mut() {
            if let openapiv3::ReferenceOr::Item(item) = item {
                let parameters = std::mem::take(&mut item.parameters);
                *item = openapiv3::PathItem {
                    parameters,
                    ..Default::default()
                };
                let slot = match method {
                    "get" => &mut item.get,
                    "put" => &mut item.put,
                    "post" => &mut item.post,
                    "delete" => &mut item.delete,
                    "patch" => &mut item.patch,
                    "head" => &mut item.head,
                    "options" => &mut item.options,
                    _ => &mut item.trace,
                };
                *slot = Some(operation.clone());
            }
        }
        if run(&alone, settings).is_err() {
            let name = operation
                .operation_id
                .clone()
                .unwrap_or_else(|| format!("{method} {path}"));
            names.push(format!("`{name}`"));
        }
    }
    if names.is_empty() {
        "the document".to_owned()
    } else {
        names.join(", ")
    }
}
