//! The trait of a tag: one method per operation, documented from the contract.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    docs, marker_of,
    plan::{Method, Plan},
    trait_of,
};
use crate::model::{Access, Api, Need, Operation, Tag};

/// Emits the trait of `tag`.
pub(super) fn emit(api: &Api, tag: &Tag, plans: &[Plan<'_>]) -> TokenStream {
    let name = trait_of(&tag.name);
    let about = docs::outer(&format!(
        "What a server does for the tag `{}`.\n\n{}",
        tag.name, tag.description
    ));
    let message = format!("the tag `{}` isn't implemented for `{{Self}}`", tag.name);
    let note = format!(
        "implement `{name}`, or leave the tag out: `stack_server_api::leave_out!` with `{}`",
        marker_of(&tag.name)
    );
    let methods = plans
        .iter()
        .flat_map(|plan| &plan.methods)
        .map(|method| emit_method(api, method));
    quote! {
        #about
        #[diagnostic::on_unimplemented(message = #message, note = #note)]
        pub trait #name: Authenticate {
            #(#methods)*
        }
    }
}

fn emit_method(api: &Api, method: &Method<'_>) -> TokenStream {
    let Method {
        name,
        request,
        answer,
        operation,
        ..
    } = method;
    let output = &answer.output;
    let about = docs::outer(&about(api, method));
    let who = principal(method).map(|principal| quote!(who: #principal,));
    debug_assert_eq!(who.is_none(), operation.auth == Need::None);
    quote! {
        #about
        fn #name(
            &self,
            #who
            request: #request,
        ) -> impl Future<Output = Result<#output, ApiError>> + Send;
    }
}

/// The type of the caller, if the method has one.
pub(in crate::emit) fn principal(method: &Method<'_>) -> Option<TokenStream> {
    let access = match *method.accesses {
        [Access::Client] => quote!(ClientAccess),
        [Access::Admin] => quote!(AdminAccess),
        [Access::Server] | [Access::Server, Access::Admin] => quote!(ServerAccess),
        _ => quote!(Access),
    };
    let user = if method.needs_user {
        quote!(Self::User)
    } else {
        quote!(Option<Self::User>)
    };
    let principal = quote!(Principal<#access, Self::Tenant, #user>);
    match method.operation.auth {
        Need::Required => Some(principal),
        Need::Optional => Some(quote!(Option<#principal>)),
        Need::None => None,
    }
}

/// The docs of a method: what it is, who calls it, what it gives, what can go wrong.
fn about(api: &Api, method: &Method<'_>) -> String {
    let operation = method.operation;
    let mut text = format!(
        "{}: `{} {}`.\n",
        operation.summary,
        operation.method.to_uppercase(),
        operation.path
    );
    if !operation.description.is_empty() {
        text += &format!("\n{}\n", operation.description);
    }
    text += &format!("\n{} {}\n", callers(method), gives(operation));

    let known = operation
        .errors
        .iter()
        .map(|code| format!("- `{code}`: {}", error_description(api, code)));
    let plain = operation
        .text_errors
        .iter()
        .map(|(status, when)| format!("- {status} as text: {when}"));
    let oauth = operation
        .oauth_errors
        .iter()
        .map(|(status, when)| format!("- {status} as [`ApiError::oauth`]: {when}"));
    let errors: Vec<_> = known.chain(plain).chain(oauth).collect();
    if !errors.is_empty() {
        text += &format!("\n# Errors\n\n{}\n", errors.join("\n"));
    }
    text
}

/// One sentence for one answer, a list for several.
fn gives(operation: &Operation) -> String {
    let success = &operation.success;
    let redirects = |status: u16| if status < 300 { "" } else { ", a redirect" };
    if !operation.has_several_answers() {
        return format!(
            "Gives {}{}: {}",
            success.status,
            redirects(success.status),
            success.description
        );
    }
    let first = (success.status, &success.description);
    let others = success.also.iter().chain(&success.redirects);
    let all = std::iter::once(first).chain(others.map(|other| (other.status, &other.description)));
    let all: Vec<_> = all
        .map(|(status, description)| format!("- {status}{}: {description}", redirects(status)))
        .collect();
    format!("Gives one of these:\n\n{}", all.join("\n"))
}

fn callers(method: &Method<'_>) -> String {
    if method.operation.auth == Need::None {
        let text = match method.operation.authorization {
            Some(_) => "Anyone may call it; what the header `authorization` has to hold is the method's to judge.",
            None => "Anyone may call it, credentials don't matter.",
        };
        return text.to_owned();
    }
    let names: Vec<_> = method.accesses.iter().map(|access| access.name()).collect();
    let names = match &*names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    };
    match (method.operation.auth, method.needs_user) {
        (Need::Optional, _) => format!("For {names} access, and for callers without credentials."),
        (_, true) => format!("For {names} access of a signed-in user."),
        (_, false) => format!("For {names} access."),
    }
}

/// The first sentence of what the contract says of an error.
fn error_description<'a>(api: &'a Api, code: &str) -> &'a str {
    let description = api
        .errors
        .iter()
        .find(|error| error.code == code)
        .map_or("", |error| &error.description);
    description.split_inclusive(". ").next().unwrap_or_default().trim()
}
