//! One operation: the type that names it, what a request of it may hold, and the method that mocks it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::routes;
use crate::{
    emit::types::{Scope, bare_type, docs, field_names},
    model::{Access, Media, Need, Operation, Param, SuccessKind},
    names,
};

/// The operation's type with its route, and the methods of `When` for its arguments.
pub(super) fn items(operation: &Operation, scope: &Scope<'_>) -> TokenStream {
    let name = type_name(operation);
    let about = docs::outer(&format!(
        "{}\n\n{}",
        sentence(&operation.summary),
        sends(operation, scope)
    ));
    let (answer, status) = answer(operation, scope);
    let route = route(operation, scope);
    let arguments = arguments(operation, scope);
    let arguments = (!arguments.is_empty()).then(|| {
        quote! {
            impl When<#name> { #(#arguments)* }
        }
    });
    quote! {
        #about
        #[derive(Debug, Clone, Copy)]
        pub struct #name;

        impl Operation for #name {
            type Answer = #answer;
            type Status = #status;
            const ROUTE: Route = #route;
        }

        #arguments
    }
}

/// The method that mocks the operation.
pub(super) fn method(operation: &Operation, scope: &Scope<'_>) -> TokenStream {
    let (method, name) = (format_ident!("{}", operation.id), type_name(operation));
    let known = operation
        .errors
        .iter()
        .map(|code| format!("[`{code}`](stack_types::KnownError::{})", names::pascal(code)))
        .collect::<Vec<_>>();
    let known = if known.is_empty() {
        String::new()
    } else {
        format!("\n\nErrors of its own: {}.", known.join(", "))
    };
    let about = format!("Mocks `{}`: {}{known}", operation.id, sends(operation, scope));
    let about = docs::outer(&about);
    quote! {
        #about
        pub fn #method(&self, config: impl FnOnce(When<#name>, Then<#name>)) -> Mock<'a> {
            self.mock(config)
        }
    }
}

/// The type that names an operation.
fn type_name(operation: &Operation) -> Ident {
    format_ident!("{}", names::pascal(&operation.id))
}

fn route(operation: &Operation, scope: &Scope<'_>) -> TokenStream {
    let (id, method) = (&operation.id, operation.method.to_uppercase());
    let path = routes::path(scope.api, operation);
    let others = routes::others(scope.api, operation);
    let access = match operation.auth {
        Need::None => quote!(None),
        Need::Required | Need::Optional => {
            let access = scope.access.name();
            quote!(Some(#access))
        }
    };
    let text = matches!(operation.success.kind, SuccessKind::Text(_));
    quote! {
        Route { id: #id, method: #method, path: #path, others: &[#(#others),*], access: #access, text: #text }
    }
}

/// The type of the answer, and the name of its status.
fn answer(operation: &Operation, scope: &Scope<'_>) -> (TokenStream, TokenStream) {
    let answer = match &operation.success.kind {
        SuccessKind::Json(schema) => type_of(schema, scope.access),
        SuccessKind::Text(_) | SuccessKind::Redirect => quote!(str),
    };
    let status = match operation.success.status {
        201 => quote!(status::Created),
        202 => quote!(status::Accepted),
        _ => quote!(status::Ok),
    };
    (answer, status)
}

fn type_of(schema: &str, access: Access) -> TokenStream {
    let (access, schema) = (format_ident!("{}", access.name()), format_ident!("{schema}"));
    quote!(::stack_types::#access::#schema)
}

/// The methods for path, query and body.
fn arguments(operation: &Operation, scope: &Scope<'_>) -> Vec<TokenStream> {
    let params: Vec<_> = operation.path_params.iter().chain(&operation.query_params).collect();
    let fields = field_names(params.iter().map(|param| param.name.as_str()));
    let in_path = operation.path_params.len();
    let mut methods: Vec<_> = params
        .iter()
        .zip(fields)
        .enumerate()
        .map(|(at, (param, (field, _)))| parameter(param, &field, at < in_path, scope))
        .collect();
    if let Some(body) = &operation.body {
        let ty = type_of(&body.schema, scope.access);
        let matches = if body.media.contains(&Media::Json) {
            quote!(match_json)
        } else {
            quote!(with_form)
        };
        methods.push(quote! {
            /// Expects this body.
            pub fn body(self, body: &#ty) -> Self {
                self.#matches(body)
            }
        });
    }
    methods
}

fn parameter(param: &Param, field: &Ident, in_path: bool, scope: &Scope<'_>) -> TokenStream {
    let about = docs::outer(&format!("Expects this: {}", param.description.trim()));
    let (name, ty) = (&param.name, bare_type(&param.ty, scope));
    let matches = if in_path {
        quote!(match_path)
    } else {
        quote!(match_query)
    };
    quote! {
        #about
        pub fn #field(self, value: impl Into<#ty>) -> Self {
            self.#matches(#name, &value.into())
        }
    }
}

/// The request in one line.
fn sends(operation: &Operation, scope: &Scope<'_>) -> String {
    format!(
        "`{} {}`.",
        operation.method.to_uppercase(),
        routes::path(scope.api, operation)
    )
}

/// `text` with a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
