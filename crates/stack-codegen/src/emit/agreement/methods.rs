//! The server's side: an implementation of the tag's trait that tells what it gets, and the table of its methods.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    emit::{
        server::{
            plan::{Method, Plan, Request},
            trait_of,
            traits::principal,
        },
        types::{Scope, schema_expr},
    },
    model::{Api, Need, SuccessKind, Tag, Type},
    names,
    views::Views,
};

/// The implementation of the trait of `tag`, and the table `METHODS`.
pub(super) fn emit(api: &Api, views: &Views, tag: &Tag, plans: &[Plan<'_>]) -> TokenStream {
    let trait_name = trait_of(&tag.name);
    let methods = plans.iter().flat_map(|plan| {
        plan.methods
            .iter()
            .map(move |method| (method, request_of(plan, method)))
    });
    let (methods, rows): (Vec<_>, Vec<_>) = methods
        .map(|(method, request)| (implementation(method), row(method, request, api, views)))
        .unzip();
    quote! {
        impl #trait_name for Recorder {
            #(#methods)*
        }

        pub(super) static METHODS: &[Method] = &[#(#rows),*];
    }
}

fn request_of<'p, 'a>(plan: &'p Plan<'a>, method: &Method<'_>) -> Option<&'p Request<'a>> {
    plan.requests.iter().find(|request| request.name() == method.request)
}

/// The method: it hands on all that it gets, and answers what it is told to.
fn implementation(method: &Method<'_>) -> TokenStream {
    let Method {
        name,
        request,
        operation,
        answer,
        ..
    } = method;
    let mut parts = Vec::new();
    if !operation.path_params.is_empty() {
        parts.push(quote!(.path(&request.path)));
    }
    if !operation.query_params.is_empty() {
        parts.push(quote!(.query(&request.query)));
    }
    match operation.refresh_token {
        Some(Need::Required) => parts.push(quote!(.refresh_token(Some(&request.refresh_token)))),
        Some(Need::Optional) => parts.push(quote!(.refresh_token(request.refresh_token.as_ref()))),
        Some(Need::None) | None => {}
    }
    if operation.body.is_some() {
        parts.push(quote!(.body(&request.body)));
    }
    let request_name = if parts.is_empty() { quote!(_) } else { quote!(request) };
    let (argument, caller) = match principal(method) {
        Some(principal) => (quote!(who: #principal,), quote!(Taken::by(who))),
        None => (quote!(), quote!(Taken::by_anyone())),
    };
    let output = &answer.output;
    let id = &operation.id;
    let told = quote!(self.tell(#id, #caller #(#parts)*));
    let answered = match answer.variants() {
        Some((choice, variants)) => {
            let arms = variants.map(|(status, variant, redirects)| {
                let holds = if redirects { quote!(redirect) } else { quote!(json) };
                quote!(#status => answer.#holds().map(#choice::#variant),)
            });
            quote! {
                let answer = #told?;
                match answer.status {
                    #(#arms)*
                    other => panic!("{other} isn't a status of the operation"),
                }
            }
        }
        None => quote!(#told?.json()),
    };
    quote! {
        async fn #name(&self, #argument #request_name: #request) -> Result<#output, ApiError> {
            #answered
        }
    }
}

/// The row of the table: who calls the method, and the schemas of what it gets and answers.
fn row(method: &Method<'_>, request: Option<&Request<'_>>, api: &Api, views: &Views) -> TokenStream {
    let operation = method.operation;
    let id = &operation.id;
    let accesses = method.accesses.iter().map(|access| {
        let access = format_ident!("{}", names::pascal(access.name()));
        quote!(Access::#access)
    });
    let scope = Scope::outside(api, views, method.accesses[0]);
    let named = |name: &str| schema_expr(&Type::reference(name), &scope);
    let stem = request.map_or("", |request| request.stem.as_str());
    let mut parts = Vec::new();
    if !operation.path_params.is_empty() {
        let ty = format_ident!("{stem}Path");
        parts.push(quote!(.path(schema::of::<#ty>())));
    }
    if !operation.query_params.is_empty() {
        let ty = format_ident!("{stem}Query");
        parts.push(quote!(.query(schema::of::<#ty>())));
    }
    if let Some(body) = &operation.body {
        let body = named(&body.schema);
        parts.push(quote!(.body(#body)));
    }
    match &operation.success.kind {
        SuccessKind::Json(name) => {
            let answer = named(name);
            parts.push(quote!(.answer(#answer)));
        }
        SuccessKind::Text(_) => parts.push(quote!(.answer(schema::text(schema::Text::new())))),
        SuccessKind::Redirect => {}
    }
    quote!(Method::of(#id, &[#(#accesses),*]) #(#parts)*)
}
