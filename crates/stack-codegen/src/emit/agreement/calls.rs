//! The client's side: a function per operation and access that calls it with the parts that it is given.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    emit::types::field_names,
    model::{Access, Kind, Operation, Param, Tag, Type},
    names,
    views::Views,
};

/// The functions, and the table `CALLS`.
pub(super) fn emit(views: &Views, tag: &Tag) -> TokenStream {
    let mut functions = Vec::new();
    let mut rows = Vec::new();
    for view in &views.views {
        let view = view.calls();
        for operation in view.operations.iter().filter(|operation| operation.tag == tag.name) {
            let name = format_ident!("{}_as_{}", operation.id, view.access.name());
            let access = format_ident!("{}", names::pascal(view.access.name()));
            let id = &operation.id;
            functions.push(function(operation, view.access));
            rows.push(quote!(Call::of(#id, Access::#access, #name)));
        }
    }
    quote! {
        pub(super) static CALLS: &[Call] = &[#(#rows),*];

        #(#functions)*
    }
}

fn function(operation: &Operation, access: Access) -> TokenStream {
    let name = format_ident!("{}_as_{}", operation.id, access.name());
    let (stack, method) = (format_ident!("{}", access.name()), format_ident!("{}", operation.id));
    let params: Vec<_> = operation.path_params.iter().chain(&operation.query_params).collect();
    let fields = field_names(params.iter().map(|param| param.name.as_str()));
    let setter = |(param, (field, _)): (&Param, (proc_macro2::Ident, _))| {
        // progenitor has its own way with keywords.
        let field = format_ident!(
            "{}",
            field
                .to_string()
                .strip_prefix("r#")
                .map_or_else(|| field.to_string(), |word| format!("{word}_"))
        );
        (param.name.clone(), field, type_of(&param.ty, access))
    };
    let setters: Vec<_> = params.into_iter().zip(fields).map(setter).collect();
    let (path, query) = setters.split_at(operation.path_params.len());
    let path = path
        .iter()
        .map(|(name, field, ty)| quote!(.#field::<#ty>(sent.path(#name))));
    let body = operation.body.as_ref().map(|body| {
        let ty = named(&body.schema, access);
        quote!(.body::<#ty>(sent.body()))
    });
    let is_fixed = path.len() == 0 && query.is_empty() && body.is_none();
    let sent = if is_fixed {
        format_ident!("_sent")
    } else {
        format_ident!("sent")
    };
    let start = quote!(stack.#stack.#method() #(#path)* #body);
    let steps = if query.is_empty() {
        quote!(answered(#start.send()))
    } else {
        let steps = query.iter().map(|(name, field, ty)| {
            quote! {
                if let Some(value) = sent.query(#name) {
                    call = call.#field::<#ty>(value);
                }
            }
        });
        quote! {
            let mut call = #start;
            #(#steps)*
            answered(call.send())
        }
    };
    quote! {
        fn #name<'a>(stack: &'a Stacks, #sent: &mut Sent) -> Answered<'a> {
            #steps
        }
    }
}

/// The type of a parameter as the client has it: limits, formats and secrecy are the server's.
fn type_of(ty: &Type, access: Access) -> TokenStream {
    match &ty.kind {
        Kind::Ref(name) => named(name, access),
        Kind::Integer(_) | Kind::Instant(_) => quote!(i64),
        Kind::Number(_) => quote!(f64),
        Kind::Boolean { .. } => quote!(bool),
        Kind::Array { items, .. } => {
            let items = type_of(items, access);
            quote!(Vec<#items>)
        }
        _ => quote!(String),
    }
}

fn named(name: &str, access: Access) -> TokenStream {
    let (access, name) = (format_ident!("{}", access.name()), format_ident!("{name}"));
    quote!(stack_types::#access::#name)
}
