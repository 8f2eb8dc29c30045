//! Which type goes into which file, and the files that tie them together.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::spaced::render;
use super::{item, scope::Scope};
use crate::{
    emit::rust::{MAX_LINES, condition},
    model::{Access, Api, Kind, NamedSchema},
    output::File,
    views::{Home, Views},
};

/// The folder that is generated.
pub(crate) const ROOT: &str = "crates/stack-types/src/generated";

/// All files.
pub(super) fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut modules: BTreeMap<Option<Access>, BTreeSet<String>> = BTreeMap::new();
    for (folder, module) in places(api, views) {
        let types = types_of(folder, &module, api, views);
        let path = match folder {
            None => format!("{ROOT}/{module}"),
            Some(access) => format!("{ROOT}/{access}/{module}"),
        };
        let source = source(&module, api);
        files.extend(split(&path, &source, &types, |types| file(types, folder, api, views))?);
        modules.entry(folder).or_default().insert(module);
    }
    for access in Access::ALL {
        let own = modules.remove(&Some(access)).unwrap_or_default();
        let contents = render(access_module(access, &own, api, views), "openapi/root.yaml")?;
        files.push(File {
            path: format!("{ROOT}/{access}/mod.rs"),
            contents,
        });
    }
    let common = modules.remove(&None).unwrap_or_default();
    files.push(File {
        path: format!("{ROOT}/mod.rs"),
        contents: render(root_module(&common, api), "openapi/root.yaml")?,
    });
    files.push(File {
        path: format!("{ROOT}/all.rs"),
        contents: render(all(views), "openapi/root.yaml")?,
    });
    Ok(files)
}

/// A module in one file or, if that got too long, in as many as it takes.
fn split(
    path: &str,
    source: &str,
    types: &[&NamedSchema],
    file: impl Fn(&[&NamedSchema]) -> TokenStream,
) -> Result<Vec<File>> {
    let whole = render(file(types), source)?;
    if whole.lines().count() < MAX_LINES {
        return Ok(vec![File {
            path: format!("{path}.rs"),
            contents: whole,
        }]);
    }
    for count in 2..=types.len() {
        let parts = types.chunks(types.len().div_ceil(count));
        let parts = parts
            .map(|types| render(file(types), source))
            .collect::<Result<Vec<_>>>()?;
        if parts.iter().any(|part| part.lines().count() >= MAX_LINES) {
            continue;
        }
        let names: Vec<_> = (1..=parts.len()).map(|number| format_ident!("part_{number}")).collect();
        let index = render(quote!(#(mod #names;)* #(pub use #names::*;)*), source)?;
        let files = names.iter().zip(parts).map(|(name, contents)| File {
            path: format!("{path}/{name}.rs"),
            contents,
        });
        return Ok(files
            .chain([File {
                path: format!("{path}/mod.rs"),
                contents: index,
            }])
            .collect());
    }
    bail!("a type of {source} alone has more than {MAX_LINES} lines")
}

/// Where a type is written: at the crate's root or in the folder of an access.
type Folder = Option<Access>;

/// The folders in which `schema` is written; none if nothing leads to it.
fn folders(schema: &NamedSchema, api: &Api, views: &Views) -> BTreeSet<Folder> {
    match views.homes.get(&schema.name) {
        Some(homes) => homes
            .values()
            .map(|home| match home {
                Home::Common => None,
                Home::Of(access) => Some(*access),
            })
            .collect(),
        None if of_errors(api).contains(&schema.name) => BTreeSet::from([None]),
        None => BTreeSet::new(),
    }
}

/// The schemas that details of errors lead to.
fn of_errors(api: &Api) -> BTreeSet<String> {
    let details = api.errors.iter().flat_map(|error| error.details.values());
    let mut open: Vec<&str> = details.flat_map(|detail| detail.ty.references()).collect();
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.to_owned())
            && let Some(schema) = api.schemas.get(name)
        {
            open.extend(schema.ty.references());
        }
    }
    reached
}

/// Every file of types: its folder and its module.
fn places(api: &Api, views: &Views) -> BTreeSet<(Folder, String)> {
    let written = api.schemas.values().filter(|schema| schema.ty.kind != Kind::UserIdOrMe);
    written
        .flat_map(|schema| {
            let module = schema.module.to_snake_case();
            folders(schema, api, views)
                .into_iter()
                .map(move |folder| (folder, module.clone()))
        })
        .collect()
}

/// The schemas of one file, in the order of the contract.
fn types_of<'a>(folder: Folder, module: &str, api: &'a Api, views: &Views) -> Vec<&'a NamedSchema> {
    let here = |schema: &&NamedSchema| {
        schema.module.to_snake_case() == module && folders(schema, api, views).contains(&folder)
    };
    api.schemas.values().filter(here).collect()
}

/// One file of types.
fn file(types: &[&NamedSchema], folder: Folder, api: &Api, views: &Views) -> TokenStream {
    let items = types.iter().map(|schema| {
        // A common type is the same for every access that has it; the first will do.
        let first = views
            .homes
            .get(&schema.name)
            .and_then(|homes| homes.keys().next().copied());
        let scope = Scope::inside(api, views, folder.or(first).unwrap_or(Access::Admin));
        item(scope.named(&schema.name).unwrap_or(schema), &scope)
    });
    let items = quote!(#(#items)*);
    let has = |test: fn(&Kind) -> bool| types.iter().any(|schema| test(&schema.ty.kind));
    let tables = has(|kind| matches!(kind, Kind::Object(_) | Kind::OneOf { .. }));
    let ids = has(|kind| matches!(kind, Kind::Id { .. }));
    let json_schema = tables.then(|| {
        quote!(
            use schemars::JsonSchema;
        )
    });
    let serde = (tables || ids).then(|| {
        quote!(
            use serde::{Deserialize, Serialize};
        )
    });
    let schema = tables.then(|| {
        quote!(
            use crate::schema;
        )
    });
    let uses = quote!(#json_schema #serde #schema);
    quote!(#uses #items)
}

/// The file that a module's types come from.
fn source(module: &str, api: &Api) -> String {
    let tag = api.tags.iter().find(|tag| tag.name.to_snake_case() == module);
    format!("openapi/{}", tag.map_or("shared.yaml", |tag| &tag.file))
}

/// `mod.rs` of one access: its own types, and by name all others that it sees.
fn access_module(access: Access, own: &BTreeSet<String>, api: &Api, views: &Views) -> TokenStream {
    let about = format!(" Every type as {access} access sees it.");
    let own = modules(own, api);
    // Types of one group are there or not together.
    let mut others: BTreeMap<(Option<Access>, Option<&str>), Vec<_>> = BTreeMap::new();
    for (name, schema) in &api.schemas {
        let home = match views.home(name, access) {
            Some(Home::Common) => None,
            Some(Home::Of(home)) if home != access => Some(home),
            Some(Home::Of(_)) | None => continue,
        };
        let tag = api.tags.iter().find(|tag| tag.name == schema.module);
        let group = tag.and_then(|tag| tag.group.as_deref());
        others.entry((home, group)).or_default().push(format_ident!("{name}"));
    }
    let others = others.into_iter().map(|((home, group), names)| {
        let condition = group.map(|group| quote!(#[cfg(feature = #group)]));
        match home {
            None => quote!(#condition pub use crate::{#(#names),*};),
            Some(home) => {
                let home = format_ident!("{}", home.name());
                quote!(#condition pub use crate::#home::{#(#names),*};)
            }
        }
    });
    quote!(#![doc = #about] #own #(#others)*)
}

/// `mod.rs` of everything.
fn root_module(common: &BTreeSet<String>, api: &Api) -> TokenStream {
    let accesses = Access::ALL.map(|access| format_ident!("{}", access.name()));
    let common = modules(common, api);
    let grouped = api.tags.iter().any(|tag| tag.group.is_some());
    let with_all = grouped.then(|| quote!(#[cfg(feature = "all-tags")]));
    quote! {
        #(pub mod #accesses;)*
        #[doc(hidden)]
        #with_all
        pub mod all;
        mod known_error;
        pub use known_error::*;
        #common
    }
}

/// Modules whose types are those of the module above; each is there with the group of its tag.
fn modules(names: &BTreeSet<String>, api: &Api) -> TokenStream {
    let tag_of = |module: &str| api.tags.iter().find(|tag| tag.name.to_snake_case() == module);
    let parts = names.iter().map(|name| {
        let module = format_ident!("{name}");
        let condition = tag_of(name).and_then(|tag| condition(api, &tag.name));
        (quote!(#condition mod #module;), quote!(#condition pub use #module::*;))
    });
    let (modules, exports): (Vec<_>, Vec<_>) = parts.unzip();
    quote!(#(#modules)* #(#exports)*)
}

/// `all.rs`: every type of every access with its schema, for tests.
fn all(views: &Views) -> TokenStream {
    let entries = views.views.iter().flat_map(|view| {
        let access = view.access.name();
        let module = format_ident!("{access}");
        view.schemas.keys().map(move |name| {
            let ident = format_ident!("{name}");
            quote!((#access, #name, schema::<crate::#module::#ident>))
        })
    });
    quote! {
        #![doc = " Every type of every access, for the tests that compare them with the contract."]

        /// A kind of access, the name of a schema, and what makes the JSON Schema of its Rust type.
        pub type Entry = (&'static str, &'static str, fn() -> schemars::Schema);

        /// Every type of every access.
        pub const ALL: &[Entry] = &[#(#entries),*];

        /// The JSON Schema of what `T` writes.
        fn schema<T: schemars::JsonSchema>() -> schemars::Schema {
            schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
        }
    }
}
