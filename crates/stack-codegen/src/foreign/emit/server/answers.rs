//! The answers of an operation: an enum with a variant for each that the document names.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::answer_of;
use crate::{
    emit::types::{Scope, docs, field_type},
    foreign::operation::{Answer, AnswerBody, Operation, Status, status_name},
};

/// Emits the enum, and how it is sent.
pub(super) fn emit(operation: &Operation, scope: &Scope<'_>) -> TokenStream {
    let name = answer_of(operation);
    let about = docs::outer(&format!("What `{}` answers.", operation.line()));
    let fallback = [Answer {
        status: Status::Default,
        description: "Any answer: the document names none.".to_owned(),
        body: AnswerBody::Bytes("application/octet-stream".to_owned()),
    }];
    let answers = if operation.answers.is_empty() {
        &fallback[..]
    } else {
        &operation.answers[..]
    };
    let variants = answers.iter().map(|answer| {
        let variant = format_ident!("{}", status_name(answer.status));
        let words = match answer.status {
            Status::Code(code) => format!("{code}: {}", answer.description),
            _ => answer.description.clone(),
        };
        let about = docs::outer(&words);
        let status = (!matches!(answer.status, Status::Code(_))).then(|| quote!(http::StatusCode));
        let body = match &answer.body {
            AnswerBody::None => None,
            AnswerBody::Json(ty) => Some(field_type(ty, true, scope)),
            AnswerBody::Text(_) => Some(quote!(String)),
            AnswerBody::Bytes(_) => Some(quote!(bytes::Bytes)),
        };
        let fields: Vec<_> = status.into_iter().chain(body).collect();
        if fields.is_empty() {
            quote!(#about #variant)
        } else {
            quote!(#about #variant(#(#fields),*))
        }
    });
    let arms = answers.iter().map(|answer| {
        let variant = format_ident!("{}", status_name(answer.status));
        let (status_field, status) = match answer.status {
            Status::Code(code) => {
                let code = Literal::u16_unsuffixed(code);
                (None, quote!(answer::status(#code)))
            }
            _ => (Some(quote!(status)), quote!(status)),
        };
        let (body_field, call) = match &answer.body {
            AnswerBody::None => (None, quote!(answer::empty(#status))),
            AnswerBody::Json(_) => (Some(quote!(body)), quote!(answer::json(#status, &body))),
            AnswerBody::Text(media) => (Some(quote!(body)), quote!(answer::bytes(#status, #media, body.into()))),
            AnswerBody::Bytes(media) => (Some(quote!(body)), quote!(answer::bytes(#status, #media, body))),
        };
        let fields: Vec<_> = status_field.into_iter().chain(body_field).collect();
        let pattern = if fields.is_empty() {
            quote!(Self::#variant)
        } else {
            quote!(Self::#variant(#(#fields),*))
        };
        quote!(#pattern => #call)
    });
    quote! {
        #about
        #[derive(Debug, Clone, PartialEq)]
        pub enum #name { #(#variants),* }

        impl Respond for #name {
            fn respond(self) -> Response {
                match self { #(#arms,)* }
            }
        }
    }
}
