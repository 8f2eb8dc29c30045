//! The request types: the parts that an operation has, already checked when a method gets them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{docs, plan::Request};
use crate::{
    emit::types::{Presence, Scope, field_name, field_type, params_expr},
    model::{Authorization, Need, Param, Unknown},
};

/// Emits a request type, the types of its path and query, and how it is decoded.
pub(super) fn emit(request: &Request<'_>, scope: &Scope<'_>) -> TokenStream {
    let operation = request.operation;
    let name = request.name();
    let mut parts = Parts::default();

    let path = match &*operation.path_params {
        [] => None,
        params => {
            let ty = format_ident!("{}Path", request.stem);
            parts.add(
                "path",
                "The parameters of the path.",
                quote!(#ty),
                &quote!(received.path()),
            );
            Some(params_struct(
                &ty,
                &format!("The path of [`{name}`]."),
                params,
                Unknown::Reject,
                scope,
            ))
        }
    };
    let query = match &*operation.query_params {
        [] => {
            parts.check(quote!(received.no_query();));
            None
        }
        params => {
            let ty = format_ident!("{}Query", request.stem);
            parts.add(
                "query",
                "The parameters of the query.",
                quote!(#ty),
                &quote!(received.query()),
            );
            Some(params_struct(
                &ty,
                &format!("The query of [`{name}`]."),
                params,
                operation.unknown_query,
                scope,
            ))
        }
    };
    match operation.refresh_token {
        Some(Need::Required) => {
            let doc = "`x-stack-refresh-token`: of the caller's session.";
            parts.add(
                "refresh_token",
                doc,
                quote!(stack_types::Secret),
                &quote!(received.refresh_token()),
            );
        }
        Some(Need::Optional) => {
            let doc = "`x-stack-refresh-token`: of the caller's session, if it is sent.";
            let ty = quote!(Option<stack_types::Secret>);
            parts.add(
                "refresh_token",
                doc,
                ty,
                &quote!(Some(received.optional_refresh_token())),
            );
        }
        Some(Need::None) | None => {}
    }
    match operation.authorization {
        Some(Authorization::Bearer) => {
            let doc = "The token of `authorization: Bearer …`, if it is sent. What follows without one is the method's to say.";
            let ty = quote!(Option<stack_types::Secret>);
            parts.add("authorization", doc, ty, &quote!(Some(received.bearer())));
        }
        Some(Authorization::Basic) => {
            let doc = "Name and password of `authorization: Basic …`, if they are sent. What follows without them is the \
                       method's to say.";
            let ty = quote!(Option<BasicCredentials>);
            parts.add("authorization", doc, ty, &quote!(Some(received.basic())));
        }
        None => {}
    }
    if let (Some(ty), Some(body)) = (&request.body, &operation.body) {
        if body.required {
            parts.add("body", "The body.", quote!(#ty), &quote!(received.body()));
        } else {
            parts.add(
                "body",
                "The body, if it is sent.",
                quote!(Option<#ty>),
                &quote!(received.optional_body()),
            );
        }
    }

    let about = docs::outer(&format!(
        "The request of `{} {}`.",
        operation.method.to_uppercase(),
        operation.path
    ));
    let Parts { fields, steps, names } = parts;
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq)]
        pub struct #name {
            #(#fields,)*
            /// Where the request comes from.
            pub info: RequestInfo,
        }

        impl Decode for #name {
            fn decode(received: &mut Received) -> Option<Self> {
                #(#steps)*
                Some(Self { #(#names: #names?,)* info: received.info() })
            }
        }

        #path
        #query
    }
}

/// Emits the type of a path or a query, with its table.
fn params_struct(name: &Ident, doc: &str, params: &[Param], unknown: Unknown, scope: &Scope<'_>) -> TokenStream {
    let doc = docs::outer(doc);
    let fields = params.iter().map(|param| {
        let doc = docs::outer(&param.description);
        let (field, rename) = field_name(&param.name);
        let rename = rename.map(|name| quote!(rename = #name));
        let attributes: Vec<_> = rename
            .into_iter()
            .chain(Presence::of(&param.ty, param.required, scope).serde(scope))
            .collect();
        let attributes = (!attributes.is_empty()).then(|| quote!(#[serde(#(#attributes),*)]));
        let ty = field_type(&param.ty, param.required, scope);
        quote!(#doc #attributes pub #field: #ty)
    });
    let table = params_expr(params, unknown, scope);
    quote! {
        #doc
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub struct #name { #(#fields),* }

        impl Wire for #name {
            const SCHEMA: &'static Schema = {
                static TABLE: Schema = #table;
                &TABLE
            };
        }
    }
}

/// The parts of a request type.
#[derive(Default)]
struct Parts {
    fields: Vec<TokenStream>,
    /// Every part is taken before the first is found wanting, so that all violations are found.
    steps: Vec<TokenStream>,
    names: Vec<Ident>,
}

impl Parts {
    fn add(&mut self, name: &str, doc: &str, ty: TokenStream, take: &TokenStream) {
        let name = format_ident!("{name}");
        let doc = docs::outer(doc);
        self.fields.push(quote!(#doc pub #name: #ty));
        self.steps.push(quote!(let #name = #take;));
        self.names.push(name);
    }

    fn check(&mut self, step: TokenStream) {
        self.steps.push(step);
    }
}
