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
    let mut modules: BTreeMap<Folder, BTreeSet<String>> = BTreeMap::new();
    for ((folder, module), types) in places(api, views) {
        let path = match folder {
            Folder::Root => format!("{ROOT}/{module}"),
            Folder::From(access) => format!("{ROOT}/{}/{module}", from_folder(access)),
            Folder::Of(access) => format!("{ROOT}/{access}/{module}"),
        };
        let source = source(&module, api);
        files.extend(split(&path, &source, &types, |types| file(types, folder, api, views))?);
        modules.entry(folder).or_default().insert(module);
    }
    for access in Access::ALL {
        let own = modules.remove(&Folder::Of(access)).unwrap_or_default();
        let contents = render(access_module(access, &own, api, views), "openapi/root.yaml")?;
        files.push(File {
            path: format!("{ROOT}/{access}/mod.rs"),
            contents,
        });
    }
    let common = modules.remove(&Folder::Root).unwrap_or_default();
    let mut from = Vec::new();
    for (folder, names) in &modules {
        let Folder::From(access) = *folder else { continue };
        from.push(access);
        files.push(File {
            path: format!("{ROOT}/{}/mod.rs", from_folder(access)),
            contents: render(from_module(access, names, api), "openapi/root.yaml")?,
        });
    }
    files.push(File {
        path: format!("{ROOT}/mod.rs"),
        contents: render(root_module(&common, &from, api), "openapi/root.yaml")?,
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

/// Where a type is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Folder {
    /// At the crate's root: the same for every access that has it, the client among them, or part of an error.
    Root,
    /// As [`Folder::Root`], but of no use without this access, which is the first that has it.
    From(Access),
    /// This access has a shape of its own.
    Of(Access),
}

/// The folder of the types that are of no use without `access`.
fn from_folder(access: Access) -> String {
    format!("from_{access}")
}

/// Types and modules that aren't compiled for callers of less access. Admin may do all that server may, so its feature
/// brings the other; what clients see is always there.
fn access_condition(access: Access) -> Option<TokenStream> {
    let feature = access.name();
    (access != Access::Client).then(|| quote!(#[cfg(feature = #feature)]))
}

/// The folders in which `schema` is written; none if nothing leads to it.
fn folders(schema: &NamedSchema, of_errors: &BTreeSet<String>, views: &Views) -> BTreeSet<Folder> {
    match views.homes.get(&schema.name) {
        Some(homes) => {
            let first = homes
                .keys()
                .next()
                .copied()
                .filter(|_| !of_errors.contains(&schema.name));
            let shared = match first {
                None | Some(Access::Client) => Folder::Root,
                Some(access) => Folder::From(access),
            };
            homes
                .values()
                .map(|home| match home {
                    Home::Common => shared,
                    Home::Of(access) => Folder::Of(*access),
                })
                .collect()
        }
        None if of_errors.contains(&schema.name) => BTreeSet::from([Folder::Root]),
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

/// Every file of types, by its folder and its module: its schemas, in the order of the contract.
fn places<'a>(api: &'a Api, views: &Views) -> BTreeMap<(Folder, String), Vec<&'a NamedSchema>> {
    let of_errors = of_errors(api);
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for schema in api.schemas.values().filter(|schema| schema.ty.kind != Kind::UserIdOrMe) {
        let module = schema.module.to_snake_case();
        for folder in folders(schema, &of_errors, views) {
            places.entry((folder, module.clone())).or_default().push(schema);
        }
    }
    places
}

/// One file of types.
fn file(types: &[&NamedSchema], folder: Folder, api: &Api, views: &Views) -> TokenStream {
    let items = types.iter().map(|schema| {
        // A common type is the same for every access that has it; the first will do.
        let first = views
            .homes
            .get(&schema.name)
            .and_then(|homes| homes.keys().next().copied());
        let own = match folder {
            Folder::Of(access) => Some(access),
            Folder::Root | Folder::From(_) => first,
        };
        let scope = Scope::inside(api, views, own.unwrap_or(Access::Admin));
        item(scope.named(&schema.name).unwrap_or(schema), &scope)
    });
    let items = quote!(#(#items)*);
    let has = |test: fn(&Kind) -> bool| types.iter().any(|schema| test(&schema.ty.kind));
    let tables = has(|kind| matches!(kind, Kind::Object(_) | Kind::OneOf { .. }));
    let ids = has(|kind| matches!(kind, Kind::Id { .. }));
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
    let uses = quote!(#serde #schema);
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

/// `mod.rs` of the types that are of no use without `access`.
fn from_module(access: Access, names: &BTreeSet<String>, api: &Api) -> TokenStream {
    let about = format!(" Types that {access} access has first: of no use to anybody who may less.");
    let types = modules(names, api);
    quote!(#![doc = #about] #types)
}

/// `mod.rs` of everything; `from` are the accesses that bring types of their own to the root.
fn root_module(common: &BTreeSet<String>, from: &[Access], api: &Api) -> TokenStream {
    let accesses = Access::ALL.map(|access| {
        let (condition, module) = (access_condition(access), format_ident!("{}", access.name()));
        quote!(#condition pub mod #module;)
    });
    let from = from.iter().map(|&access| {
        let (condition, module) = (access_condition(access), format_ident!("{}", from_folder(access)));
        quote!(#condition mod #module; #condition pub use #module::*;)
    });
    let common = modules(common, api);
    let grouped = api.tags.iter().any(|tag| tag.group.is_some());
    let with_all = if grouped {
        quote!(#[cfg(all(feature = "admin", feature = "all-tags", feature = "schemars"))])
    } else {
        quote!(#[cfg(all(feature = "admin", feature = "schemars"))])
    };
    quote! {
        #(#accesses)*
        #[doc(hidden)]
        #with_all
        pub mod all;
        mod known_error;
        pub use known_error::*;
        #(#from)*
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
