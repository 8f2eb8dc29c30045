//! What calls the trait: per operation a static that describes it and a handler, per tag the routers.

use anyhow::{Context, Result, ensure};
use heck::ToPascalCase;
use indexmap::IndexMap;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{
    plan::{Method, Plan},
    static_of, trait_of,
};
use crate::model::{Access, Api, Base, Kind, Media, Need, Operation, SuccessKind, Tag, Unknown, UserRule};

/// Emits the routers, the statics and the handlers of `tag`.
pub(super) fn emit(api: &Api, tag: &Tag, plans: &[Plan<'_>]) -> Result<TokenStream> {
    let trait_name = trait_of(&tag.name);
    let below_api = router(plans, Base::Api, &trait_name);
    let at_root = router(plans, Base::Root, &trait_name);
    let operations = plans.iter().map(|plan| {
        let description = description(api, plan.operation)?;
        let handler = handler(plan, &trait_name);
        Ok(quote!(#description #handler))
    });
    let operations = operations.collect::<Result<Vec<_>>>()?;
    Ok(quote!(#below_api #at_root #(#operations)*))
}

/// The function that gives the routes below `base`, if there are any.
fn router(plans: &[Plan<'_>], base: Base, trait_name: &Ident) -> Option<TokenStream> {
    let mut paths: IndexMap<&str, Vec<TokenStream>> = IndexMap::new();
    for Plan { operation, .. } in plans.iter().filter(|plan| plan.operation.base == base) {
        let (method, handler) = (format_ident!("{}", operation.method), format_ident!("{}", operation.id));
        let methods = paths.entry(&operation.path).or_default();
        methods.push(if methods.is_empty() {
            quote!(routing::#method(#handler::<S>))
        } else {
            quote!(.#method(#handler::<S>))
        });
    }
    if paths.is_empty() {
        return None;
    }
    let routes = paths.iter().map(|(path, methods)| quote!(.route(#path, #(#methods)*)));
    let (name, doc) = match base {
        Base::Api => (
            format_ident!("routes"),
            " The routes of this tag that stand below every version of the API.",
        ),
        Base::Root => (
            format_ident!("root_routes"),
            " The routes of this tag at the root of the server.",
        ),
    };
    Some(quote! {
        #[doc = #doc]
        pub fn #name<S: #trait_name>() -> Router<Arc<S>> {
            Router::new()#(#routes)*
        }
    })
}

/// The static that describes `operation`: what isn't the usual.
fn description(api: &Api, operation: &Operation) -> Result<TokenStream> {
    let Operation { id, tag, path, .. } = operation;
    let name = static_of(id);
    let method = operation.method.to_uppercase();
    let mut fields = vec![
        quote!(id: #id),
        quote!(tag: #tag),
        quote!(method: #method),
        quote!(path: #path),
    ];
    if operation.base == Base::Root {
        fields.push(quote!(base: Base::Root));
    }
    if operation.access.len() < Access::ALL.len() {
        let accesses = accesses(&operation.access);
        fields.push(quote!(accesses: #accesses));
    }
    fields.extend(need(operation.auth, Need::Required).map(|need| quote!(auth: #need)));
    if let Some(rule) = &operation.user {
        let rule = user_rule(api, rule).with_context(|| format!("{id}: `x-user`"))?;
        fields.push(quote!(user: Some(#rule)));
    }
    fields.extend(
        need(operation.refresh_token.unwrap_or(Need::None), Need::None).map(|need| quote!(refresh_token: #need)),
    );
    if !operation.ignored_query.is_empty() {
        let names = &operation.ignored_query;
        fields.push(quote!(ignored_query: &[#(#names),*]));
    }
    if operation.unknown_query == Unknown::Ignore {
        fields.push(quote!(unknown_query: Unknown::Ignore));
    }
    if takes_basic_client(api, operation) {
        fields.push(quote!(basic_client: true));
    }
    if operation.success.status != 200 {
        let status = Literal::u16_unsuffixed(operation.success.status);
        fields.push(quote!(status: #status));
    }
    if let Some(cache_control) = &operation.success.cache_control {
        fields.push(quote!(cache_control: Some(#cache_control)));
    }
    if !operation.errors.is_empty() {
        let codes = &operation.errors;
        fields.push(quote!(errors: &[#(#codes),*]));
    }
    if !operation.text_errors.is_empty() {
        let statuses = operation
            .text_errors
            .iter()
            .map(|(status, _)| Literal::u16_unsuffixed(*status));
        fields.push(quote!(text_errors: &[#(#statuses),*]));
    }
    Ok(quote! {
        pub(super) static #name: Operation = Operation { #(#fields,)* ..Operation::USUAL };
    })
}

fn accesses<'a>(accesses: impl IntoIterator<Item = &'a Access>) -> TokenStream {
    let accesses = accesses.into_iter().map(|access| access_of(*access));
    quote!(&[#(#accesses),*])
}

fn access_of(access: Access) -> TokenStream {
    let variant = format_ident!("{}", access.name().to_pascal_case());
    quote!(Access::#variant)
}

fn need(need: Need, usual: Need) -> Option<TokenStream> {
    (need != usual).then(|| match need {
        Need::Required => quote!(Need::Required),
        Need::Optional => quote!(Need::Optional),
        Need::None => quote!(Need::None),
    })
}

fn user_rule(api: &Api, rule: &UserRule) -> Result<TokenStream> {
    let accesses = accesses(&rule.required_for);
    let code = &rule.error;
    let error = if code == "SCHEMA_ERROR" {
        quote!(WithoutUser::SchemaError)
    } else {
        let error = api
            .errors
            .iter()
            .find(|error| error.code == *code)
            .with_context(|| format!("no error {code}"))?;
        ensure!(
            error.details.is_empty(),
            "{code} has details, which the router can't know"
        );
        let variant = format_ident!("{}", code.to_pascal_case());
        quote!(WithoutUser::Error(|| KnownError::#variant))
    };
    Ok(quote!(UserRule { accesses: #accesses, error: #error }))
}

/// Whether the operation is one of RFC 6749, whose client may name itself in `authorization: Basic …` instead.
fn takes_basic_client(api: &Api, operation: &Operation) -> bool {
    let Some(body) = operation.body.as_ref().filter(|body| body.media.contains(&Media::Form)) else {
        return false;
    };
    match api.schemas.get(&body.schema).map(|schema| &schema.ty.kind) {
        Some(Kind::Object(object)) => ["client_id", "client_secret"]
            .iter()
            .all(|name| object.properties.contains_key(*name)),
        _ => false,
    }
}

/// The function that axum calls.
fn handler(plan: &Plan<'_>, trait_name: &Ident) -> TokenStream {
    let operation = plan.operation;
    let (name, about) = (format_ident!("{}", operation.id), static_of(&operation.id));
    let answer = match (&*plan.methods, operation.auth) {
        ([method], Need::None) => {
            let call = call_method(method, &quote!(request));
            quote! {
                let request = incoming.request().await?;
                #call
            }
        }
        ([method], auth) => {
            let admit = if auth == Need::Optional {
                quote!(admit_anyone)
            } else {
                quote!(admit)
            };
            let accept = accept(method);
            let call = call_method(method, &quote!(who, request));
            quote! {
                let (who, request) = incoming.#admit(&*api).await?.#accept()?;
                #call
            }
        }
        (methods, _) => {
            let arms = methods.iter().enumerate().map(|(index, method)| {
                let last = index + 1 == methods.len();
                let accesses = method.accesses.iter().map(|access| access_of(*access));
                let pattern = if last { quote!(_) } else { quote!(#(#accesses)|*) };
                let accept = accept(method);
                let call = call_method(method, &quote!(who, request));
                quote! {
                    #pattern => {
                        let (who, request) = call.#accept()?;
                        #call
                    }
                }
            });
            quote! {
                let call = incoming.admit(&*api).await?;
                match call.access() { #(#arms)* }
            }
        }
    };
    quote! {
        async fn #name<S: #trait_name>(State(api): State<Arc<S>>, request: Request) -> Response {
            let (reply, incoming) = call::open(&#about, request);
            let answer = async { #answer };
            answer.await.unwrap_or_else(|error| reply.error(error))
        }
    }
}

fn accept(method: &Method<'_>) -> TokenStream {
    if method.needs_user {
        quote!(accept_user)
    } else {
        quote!(accept)
    }
}

fn call_method(method: &Method<'_>, arguments: &TokenStream) -> TokenStream {
    let name = &method.name;
    match method.operation.success.kind {
        SuccessKind::Json(_) => quote!(reply.json(&api.#name(#arguments).await?)),
        SuccessKind::Text => quote!(reply.text(api.#name(#arguments).await?)),
    }
}
