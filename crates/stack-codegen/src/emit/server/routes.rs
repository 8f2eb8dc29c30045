//! What calls the trait: per operation a static that describes it and a handler; the routers are `routers`'.

use anyhow::{Context, Result, ensure};
use heck::ToPascalCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{
    plan::{Method, Plan},
    routers, static_of, trait_of,
};
use crate::model::{Access, Api, Base, Need, Operation, Tag, Unknown, UserRule};

/// Emits the routers, the statics and the handlers of `tag`.
pub(super) fn emit(api: &Api, tag: &Tag, plans: &[Plan<'_>]) -> Result<TokenStream> {
    let trait_name = trait_of(&tag.name);
    let routers = routers::emit(plans, &trait_name);
    let operations = plans.iter().map(|plan| {
        let description = description(api, plan.operation)?;
        let handler = handler(plan, &trait_name);
        Ok(quote!(#description #handler))
    });
    let operations = operations.collect::<Result<Vec<_>>>()?;
    Ok(quote!(#routers #(#operations)*))
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
    match operation.base {
        Base::Api => {}
        Base::Versions => fields.push(quote!(base: Base::Versions)),
        Base::Root => fields.push(quote!(base: Base::Root)),
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
    if let Some(authorization) = operation.authorization {
        let authorization = format_ident!("{}", authorization.name().to_pascal_case());
        fields.push(quote!(authorization: Some(Authorization::#authorization)));
    }
    if operation.success.status != 200 {
        let status = Literal::u16_unsuffixed(operation.success.status);
        fields.push(quote!(status: #status));
    }
    if operation.has_several_answers() {
        let others = operation.success.also.iter().chain(&operation.success.redirects);
        let others = others.map(|other| Literal::u16_unsuffixed(other.status));
        fields.push(quote!(other_statuses: &[#(#others),*]));
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
    if !operation.oauth_errors.is_empty() {
        let statuses = operation
            .oauth_errors
            .iter()
            .map(|(status, _)| Literal::u16_unsuffixed(*status));
        fields.push(quote!(oauth_errors: &[#(#statuses),*]));
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
    method.answer.response(&quote!(api.#name(#arguments).await?))
}
