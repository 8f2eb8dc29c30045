//! The `use` lines of a file: for those names that its items mention.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};

/// Where names come from.
const NAMES: &[(&[&str], &[&str])] = &[
    (&["std", "sync"], &["Arc"]),
    (&["axum"], &["Router", "routing"]),
    (&["axum", "extract"], &["Request", "State"]),
    (&["axum", "response"], &["Response"]),
    (&["serde"], &["Deserialize", "Serialize"]),
    (&["stack_types"], &["KnownError"]),
    (&["stack_types", "schema"], &["Schema", "Wire"]),
    (
        &["crate"],
        &[
            "Access",
            "AdminAccess",
            "ApiError",
            "Authenticate",
            "ClientAccess",
            "BasicCredentials",
            "Decode",
            "LeaveOut",
            "Principal",
            "Received",
            "Redirect",
            "RequestInfo",
            "ServerAccess",
            "call",
            "tags",
        ],
    ),
    (
        &["crate", "operation"],
        &[
            "Authorization",
            "Base",
            "Need",
            "Operation",
            "Unknown",
            "UserRule",
            "WithoutUser",
        ],
    ),
];

/// The `use` lines that `items` needs.
pub(super) fn of(items: &TokenStream) -> TokenStream {
    let mut mentioned = BTreeSet::new();
    collect(items.clone(), &mut mentioned);
    let uses = NAMES.iter().filter_map(|(module, names)| {
        let module = module.iter().map(|segment| format_ident!("{segment}"));
        let names = names
            .iter()
            .filter(|name| mentioned.contains(**name))
            .map(|name| format_ident!("{name}"));
        match names.collect::<Vec<_>>().as_slice() {
            [] => None,
            [only] => Some(quote!(use #(#module::)* #only;)),
            several => Some(quote!(use #(#module::)* {#(#several),*};)),
        }
    });
    quote!(#(#uses)*)
}

fn collect(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                into.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), into),
            _ => {}
        }
    }
}
