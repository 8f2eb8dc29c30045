//! The server crate: per tag a trait, and per operation its request, its answers, and what calls the trait.

mod answers;

use std::collections::HashSet;

use anyhow::Result;
use heck::{ToPascalCase, ToShoutySnakeCase};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{
    Target,
    print::{self, Part},
};
use crate::{
    emit::types::{Scope, bare_type, docs, field_type, property_expr, schema_expr},
    foreign::{
        names,
        operation::{Body, BodyKind, Operation, Parameter, Place, Style, Tag},
    },
    model::{Kind, Type},
    output::File,
};

/// Emits `server/src/tags/`, and how many operations it has.
pub(super) fn emit(target: &Target<'_>) -> Result<(Vec<File>, usize)> {
    let (mut files, mut modules, mut traits, mut count) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut routes = HashSet::new();
    for tag in target.tags {
        let operations: Vec<_> = tag
            .operations
            .iter()
            .filter(|operation| has_route(target, operation, &mut routes))
            .collect();
        if operations.is_empty() {
            continue;
        }
        count += operations.len();
        let module = names::snake(&tag.name);
        files.extend(of_tag(target, tag, &module, &operations)?);
        modules.push(format_ident!("{module}"));
        traits.push(trait_of(tag));
    }
    let tokens = quote! {
        //! One module per tag of the document, and what gathers them.
        use std::sync::Arc;
        use axum::Router;

        #(pub mod #modules;)*
        #(pub use self::#modules::#traits;)*

        /// The whole document: implemented by whatever implements the trait of every tag.
        pub trait Api: Send + Sync + 'static #(+ #traits)* {}

        impl<S: Send + Sync + 'static #(+ #traits)*> Api for S {}

        /// All routes.
        pub fn routes<S: Api>() -> Router<Arc<S>> {
            Router::new()#(.merge(#modules::routes()))*
        }
    };
    files.push(print::file(target, "server/src/tags/mod.rs", tokens, &[])?);
    Ok((files, count))
}

/// Whether a router can tell its requests from those of the operations before it.
fn has_route(target: &Target<'_>, operation: &Operation, routes: &mut HashSet<(String, &'static str)>) -> bool {
    let Some(route) = route(&operation.path) else {
        let reason = format!(
            "no router takes the path `{}`; the client has the operation",
            operation.path
        );
        target.notes.left_out(&operation.pointer, "server-route", reason);
        return false;
    };
    let is_new = routes.insert((route, operation.method));
    if !is_new {
        let reason =
            "its requests can't be told from those of an earlier operation by method and path; the client has both";
        target.notes.left_out(&operation.pointer, "server-route", reason);
    }
    is_new
}

/// The path for axum: every segment with a parameter is one as a whole, and they have names that never differ.
fn route(path: &str) -> Option<String> {
    let path = path.split('?').next().unwrap_or_default();
    let mut segments = Vec::new();
    for (index, segment) in path.split('/').enumerate() {
        let holes = segment.matches('{').count();
        let balanced = holes == segment.matches('}').count() && names_of(segment) == holes;
        if !balanced {
            return None;
        }
        segments.push(if holes > 0 {
            format!("{{s{index}}}")
        } else {
            segment.to_owned()
        });
    }
    Some(segments.join("/"))
}

fn names_of(segment: &str) -> usize {
    segment
        .split('{')
        .skip(1)
        .filter(|part| {
            part.split_once('}')
                .is_some_and(|(name, rest)| !name.is_empty() && !rest.contains('}'))
        })
        .count()
}

fn trait_of(tag: &Tag) -> Ident {
    format_ident!("{}Api", tag.name.to_pascal_case())
}

fn of_tag(target: &Target<'_>, tag: &Tag, module: &str, operations: &[&Operation]) -> Result<Vec<File>> {
    let name = trait_of(tag);
    let parts = operations
        .iter()
        .map(|operation| Part::new(call(target, operation, &name), &operation.id));
    let parts = parts.collect::<Result<Vec<_>>>()?;
    let folder = format!("server/src/tags/{module}");
    let uses = quote! {
        #[allow(unused_imports, reason = "not every file needs all of it")]
        use std::sync::Arc;
        #[allow(unused_imports, reason = "as above")]
        use axum::{extract::{Request, State}, response::Response};
        #[allow(unused_imports, reason = "as above")]
        use crate::{Decode, Operation, Parameter, Place, Received, Respond, Style, answer, run, tags::#name};
    };
    let (modules, mut files) = print::files(target, &folder, "calls", &uses, parts)?;
    let gathered = print::gather(&modules);
    let about = docs::outer(&format!(
        "What a server does for the tag `{}`.\n\n{}",
        tag.name, tag.description
    ));
    let methods = operations.iter().map(|operation| method(operation));
    let mut paths: indexmap::IndexMap<String, Vec<TokenStream>> = indexmap::IndexMap::new();
    for operation in operations {
        let Some(route) = route(&operation.path) else { continue };
        let (method, handler) = (format_ident!("{}", operation.method), handler_of(operation));
        let methods = paths.entry(route).or_default();
        methods.push(if methods.is_empty() {
            quote!(routing::#method(#handler::<S>))
        } else {
            quote!(.#method(#handler::<S>))
        });
    }
    let routes = paths.iter().map(|(path, methods)| quote!(.route(#path, #(#methods)*)));
    let router = quote! {
        //! What calls the trait.
        use std::sync::Arc;
        use axum::{Router, routing};
        use super::*;

        /// The routes of this tag.
        pub fn routes<S: #name>() -> Router<Arc<S>> {
            Router::new().without_v07_checks()#(#routes)*
        }
    };
    files.push(print::file(target, &format!("{folder}/routes.rs"), router, &[])?);
    let title = format!(" The tag `{}`.", tag.name);
    let tokens = quote! {
        #![doc = #title]
        use crate::{Answer, Failure};

        mod routes;
        pub use self::routes::routes;
        #gathered

        #about
        pub trait #name: Send + Sync + 'static {
            #(#methods)*
        }
    };
    files.push(print::file(target, &format!("{folder}/mod.rs"), tokens, &[])?);
    Ok(files)
}

fn handler_of(operation: &Operation) -> Ident {
    format_ident!("handle_{}", operation.id)
}

/// The method of the trait. Its long words stand at its request, so that a trait can be read in one go.
fn method(operation: &Operation) -> TokenStream {
    let (name, request, answer) = (
        format_ident!("{}", operation.id),
        request_of(operation),
        answer_of(operation),
    );
    let title = if operation.summary.is_empty() {
        operation.line()
    } else {
        format!("{}: `{}`.", operation.summary.trim_end_matches('.'), operation.line())
    };
    let about = docs::outer(&title);
    let deprecated = operation.deprecated.then(|| {
        let about = docs::outer("\nThe document says that it is deprecated.");
        quote!(#[doc = ""] #about)
    });
    quote! {
        #about
        #deprecated
        fn #name(&self, request: #request) -> impl Future<Output = Result<Answer<#answer>, Failure>> + Send;
    }
}

fn request_of(operation: &Operation) -> Ident {
    format_ident!("{}Request", operation.stem())
}

fn answer_of(operation: &Operation) -> Ident {
    format_ident!("{}Answer", operation.stem())
}

/// Everything of one operation but its method.
fn call(target: &Target<'_>, operation: &Operation, trait_name: &Ident) -> TokenStream {
    let scope = target.beside();
    let request = request(operation, &scope);
    let answers = answers::emit(operation, &scope);
    let about = format_ident!("{}", operation.id.to_shouty_snake_case());
    let parameters = operation
        .parameters
        .iter()
        .map(|parameter| description(parameter, &scope));
    let (id, method, path) = (&operation.id, operation.method.to_uppercase(), &operation.path);
    let (handler, name) = (handler_of(operation), format_ident!("{}", operation.id));
    quote! {
        #request
        #answers

        static #about: Operation = Operation { id: #id, method: #method, path: #path, parameters: &[#(#parameters),*] };

        pub(super) async fn #handler<S: #trait_name>(State(api): State<Arc<S>>, request: Request) -> Response {
            run::run(&#about, request, |request| async move { api.#name(request).await }).await
        }
    }
}

fn request(operation: &Operation, scope: &Scope<'_>) -> TokenStream {
    let name = request_of(operation);
    let text = format!("The request of `{}`.\n\n{}", operation.line(), operation.description);
    let about = docs::outer(&text);
    let (mut fields, mut steps, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for parameter in &operation.parameters {
        let field = format_ident!("{}", parameter.field);
        let about = docs::outer(&parameter.description);
        let ty = bare_type(&parameter.ty, scope);
        let (place, wire) = (place(parameter.place), &parameter.name);
        if parameter.required {
            fields.push(quote!(#about pub #field: #ty));
            steps.push(quote!(let #field = received.required(#place, #wire);));
        } else {
            fields.push(quote!(#about pub #field: Option<#ty>));
            steps.push(quote!(let #field = received.optional(#place, #wire);));
        }
        names.push(quote!(#field: #field?));
    }
    if let Some(body) = &operation.body {
        let (ty, take) = body_of(body, scope);
        let about = docs::outer(if body.description.is_empty() {
            "The body."
        } else {
            &body.description
        });
        fields.push(quote!(#about pub body: #ty));
        steps.push(quote!(let body = #take;));
        names.push(quote!(body: body?));
    }
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name {
            #(#fields,)*
            /// All headers as they came, credentials among them.
            pub headers: http::HeaderMap,
        }

        impl Decode for #name {
            fn decode(received: &mut Received) -> Option<Self> {
                #(#steps)*
                Some(Self { #(#names,)* headers: received.headers() })
            }
        }
    }
}

/// The type of a body, and the expression that takes it.
fn body_of(body: &Body, scope: &Scope<'_>) -> (TokenStream, TokenStream) {
    let of_schema = |name: &str| {
        let ty = Type {
            kind: Kind::Ref(name.to_owned()),
            nullable: false,
        };
        let table = schema_expr(&ty, scope);
        let table = quote!({
            static BODY: ::types::schema::Schema = #table;
            &BODY
        });
        (field_type(&ty, true, scope), table)
    };
    let (ty, take) = match (&body.kind, body.required) {
        (BodyKind::Json(name), required) => {
            let (ty, table) = of_schema(name);
            (
                ty,
                if required {
                    quote!(received.json(#table))
                } else {
                    quote!(received.optional_json(#table))
                },
            )
        }
        (BodyKind::Form(name), required) => {
            let (ty, table) = of_schema(name);
            (
                ty,
                if required {
                    quote!(received.form(#table))
                } else {
                    quote!(received.optional_form(#table))
                },
            )
        }
        (BodyKind::Multipart, true) => (quote!(::types::Multipart), quote!(received.multipart())),
        (BodyKind::Multipart, false) => (quote!(::types::Multipart), quote!(received.optional_multipart())),
        (BodyKind::Text, true) => (quote!(String), quote!(received.text())),
        (BodyKind::Text, false) => (quote!(String), quote!(received.optional_text())),
        (BodyKind::Bytes, true) => (quote!(bytes::Bytes), quote!(Some(received.bytes()))),
        (BodyKind::Bytes, false) => (
            quote!(bytes::Bytes),
            quote!(Some(Some(received.bytes()).filter(|bytes| !bytes.is_empty()))),
        ),
    };
    (if body.required { ty } else { quote!(Option<#ty>) }, take)
}

fn place(place: Place) -> TokenStream {
    match place {
        Place::Path => quote!(Place::Path),
        Place::Query => quote!(Place::Query),
        Place::Header => quote!(Place::Header),
        Place::Cookie => quote!(Place::Cookie),
    }
}

fn description(parameter: &Parameter, scope: &Scope<'_>) -> TokenStream {
    let place = place(parameter.place);
    let style = style(parameter.style);
    let property = property_expr(
        &parameter.name,
        parameter.required,
        &parameter.ty,
        parameter.default.as_ref(),
        scope,
    );
    quote!(Parameter { place: #place, style: #style, property: #property })
}

/// The style in the words of both runtimes.
pub(super) fn style(style: Style) -> TokenStream {
    match style {
        Style::Plain => quote!(Style::Plain),
        Style::Repeated => quote!(Style::Repeated),
        Style::Joined(separator) => {
            let separator = separator.chars().next().unwrap_or(',');
            quote!(Style::Joined(#separator))
        }
        Style::Either => quote!(Style::Either),
        Style::Deep => quote!(Style::Deep),
        Style::Fields => quote!(Style::Fields),
        Style::Json => quote!(Style::Json),
    }
}
