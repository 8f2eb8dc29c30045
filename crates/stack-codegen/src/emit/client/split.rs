//! Takes progenitor's one file apart: the client, and per tag its trait, the implementation and the builders.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use heck::ToPascalCase;
use syn::{Item, ItemImpl, ItemStruct, ItemTrait, TraitItem, Type};

use crate::model::Tag;

/// progenitor's output by subject.
pub(crate) struct Parts {
    /// The struct `Client` and what is implemented for it, without traits of tags.
    pub client: Vec<Item>,
    /// Per tag with at least one operation, in the order of the contract.
    pub tags: Vec<TagPart>,
}

/// What belongs to one tag.
pub(crate) struct TagPart {
    /// The tag's name.
    pub name: String,
    /// The extension trait.
    pub extension: ItemTrait,
    /// Its implementation for the client.
    pub implementation: ItemImpl,
    /// One per operation, in the order of the trait.
    pub calls: Vec<CallPart>,
}

/// One operation.
pub(crate) struct CallPart {
    /// The operationId, which is the trait's method too.
    pub operation: String,
    /// The builder.
    pub builder: ItemStruct,
    /// Its methods.
    pub methods: ItemImpl,
}

/// Splits `file`.
///
/// # Errors
///
/// If the file isn't built as progenitor 0.15 builds it, or holds types of its own: every type has to come from
/// `stack-types`.
pub(crate) fn split(file: syn::File, tags: &[Tag]) -> Result<Parts> {
    let mut client = Vec::new();
    let mut traits = HashMap::new();
    let mut implementations = HashMap::new();
    let mut builders = Vec::new();
    for item in file.items {
        match item {
            Item::Use(_) => {}
            Item::Mod(module) if module.ident == "prelude" => {}
            Item::Mod(module) if module.ident == "types" => refuse_types(&module)?,
            Item::Mod(module) if module.ident == "builder" => {
                builders = module.content.map(|(_, items)| items).unwrap_or_default();
            }
            Item::Trait(item) => drop(traits.insert(item.ident.to_string(), item)),
            Item::Impl(item) => match extension_name(&item) {
                Some(name) => drop(implementations.insert(name, item)),
                None => client.push(Item::Impl(item)),
            },
            other => client.push(other),
        }
    }
    let mut builders = pair(builders)?;
    let mut parts = Vec::new();
    for tag in tags {
        let name = format!("Client{}Ext", tag.name.to_pascal_case());
        let Some(extension) = traits.remove(&name) else {
            continue;
        };
        let implementation = implementations
            .remove(&name)
            .with_context(|| format!("{name} isn't implemented"))?;
        let methods = extension.items.iter().filter_map(|item| match item {
            TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
            _ => None,
        });
        let calls = methods
            .map(|operation| {
                let builder = builders.remove(&operation.to_pascal_case());
                let (builder, methods) = builder.with_context(|| format!("{operation} has no builder"))?;
                Ok(CallPart {
                    operation,
                    builder,
                    methods,
                })
            })
            .collect::<Result<_>>()?;
        parts.push(TagPart {
            name: tag.name.clone(),
            extension,
            implementation,
            calls,
        });
    }
    ensure!(
        traits.is_empty(),
        "operations of tags that the contract doesn't list: {:?}",
        traits.keys()
    );
    Ok(Parts { client, tags: parts })
}

/// The name of the tag's trait, if `item` implements one.
fn extension_name(item: &ItemImpl) -> Option<String> {
    let (path, _) = item.trait_.as_ref()?;
    let name = path.segments.last()?.ident.to_string();
    (name.starts_with("Client") && name.ends_with("Ext")).then_some(name)
}

/// `types` may hold nothing but progenitor's module of conversion errors.
fn refuse_types(module: &syn::ItemMod) -> Result<()> {
    let names: Vec<_> = module
        .content
        .iter()
        .flat_map(|(_, items)| items)
        .filter_map(type_name)
        .collect();
    ensure!(
        names.is_empty(),
        "progenitor made types of its own, so these aren't named schemas: {}",
        names.join(", ")
    );
    Ok(())
}

fn type_name(item: &Item) -> Option<String> {
    match item {
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    }
}

/// Builders by name, each with its methods.
fn pair(items: Vec<Item>) -> Result<HashMap<String, (ItemStruct, ItemImpl)>> {
    let mut structs = HashMap::new();
    let mut pairs = HashMap::new();
    for item in items {
        match item {
            Item::Struct(item) => drop(structs.insert(item.ident.to_string(), item)),
            Item::Impl(item) => {
                let Type::Path(path) = &*item.self_ty else {
                    bail!("progenitor implements something for no type")
                };
                let name = path
                    .path
                    .segments
                    .last()
                    .map(|segment| segment.ident.to_string())
                    .unwrap_or_default();
                let builder = structs
                    .remove(&name)
                    .with_context(|| format!("{name} isn't a builder"))?;
                pairs.insert(name, (builder, item));
            }
            _ => {}
        }
    }
    Ok(pairs)
}
