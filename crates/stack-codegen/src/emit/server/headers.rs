//! The table of headers: what each is called, and by which other name it may come.

use anyhow::{Result, ensure};
use heck::ToShoutySnakeCase;
use indexmap::IndexMap;
use quote::{format_ident, quote};

use super::{FOLDER, docs};
use crate::{
    emit::types,
    model::{Api, HeaderInfo, HeaderUsage},
    output::File,
};

/// Emits `headers.rs`.
///
/// # Errors
///
/// If two headers would have the same name.
pub(super) fn emit(api: &Api) -> Result<File> {
    let headers = all(api)?;
    let read: Vec<_> = headers
        .iter()
        .filter(|(_, header)| header.usage == HeaderUsage::Read)
        .collect();
    let names: Vec<_> = read.iter().map(|(name, _)| format_ident!("{name}")).collect();
    let statics = read.iter().zip(&names).map(|((_, header), name)| {
        let (doc, wire) = (docs::outer(&header.description), &header.name);
        let alias = match &header.alias {
            Some(alias) => quote!(Some(#alias)),
            None => quote!(None),
        };
        quote!(#doc pub static #name: Header = Header::new(#wire, #alias);)
    });
    let sent = headers
        .iter()
        .filter(|(_, header)| header.usage == HeaderUsage::Sent)
        .map(|(name, header)| {
            let (name, doc, wire) = (format_ident!("{name}"), docs::outer(&header.description), &header.name);
            quote!(#doc pub const #name: HeaderName = HeaderName::from_static(#wire);)
        });
    let (allowed, exposed) = (allowed(&headers), exposed(&headers));
    let tokens = quote! {
        //! The headers of the contract, with their other names.
        use http::HeaderName;
        use crate::header::Header;

        #(#statics)*

        #(#sent)*

        /// Every header that is read.
        pub static READ: &[&Header] = &[#(&#names),*];

        /// What scripts in browsers may send: each header, then each other name.
        pub(crate) const ALLOWED: &str = #allowed;

        /// What scripts in browsers may see.
        pub(crate) const EXPOSED: &str = #exposed;
    };
    Ok(File {
        path: format!("{FOLDER}/headers.rs"),
        contents: types::render(tokens, "openapi/root.yaml")?,
    })
}

/// Credentials first, then the others; by the name of their constant.
fn all(api: &Api) -> Result<IndexMap<String, HeaderInfo>> {
    let mut headers = IndexMap::new();
    let credentials = api
        .security_schemes
        .iter()
        .filter(|(_, scheme)| scheme["in"] == "header");
    let credentials = credentials.map(|(name, scheme)| {
        let text = |key: &str| scheme[key].as_str().map(str::to_owned);
        let header = HeaderInfo {
            name: text("name").unwrap_or_default(),
            alias: text("x-alias"),
            description: text("description").unwrap_or_default(),
            usage: HeaderUsage::Read,
            cors: scheme["x-cors"].as_bool().unwrap_or(true),
        };
        (name, header)
    });
    let others = api.headers.iter().map(|(name, header)| (name, header.clone()));
    for (name, header) in credentials.chain(others) {
        let constant = name.to_shouty_snake_case();
        ensure!(
            headers.insert(constant, header).is_none(),
            "two headers are called `{name}`"
        );
    }
    Ok(headers)
}

/// Names that aren't the contract's come first: every browser's script may need them.
fn allowed(headers: &IndexMap<String, HeaderInfo>) -> String {
    let from_browsers = || {
        headers
            .values()
            .filter(|header| header.cors && header.usage != HeaderUsage::Sent)
    };
    let names = ["content-type", "authorization"].into_iter();
    let names = names.chain(from_browsers().map(|header| header.name.as_str()));
    let names = names.chain(from_browsers().filter_map(|header| header.alias.as_deref()));
    names.collect::<Vec<_>>().join(", ")
}

fn exposed(headers: &IndexMap<String, HeaderInfo>) -> String {
    let sent = headers
        .values()
        .filter(|header| header.cors && header.usage == HeaderUsage::Sent);
    let names = std::iter::once("content-type").chain(sent.map(|header| header.name.as_str()));
    names.collect::<Vec<_>>().join(", ")
}
