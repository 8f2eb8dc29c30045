//! What a method answers: a body, a redirect, or an enum with a variant for each status if there are several.

use heck::ToPascalCase;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::docs;
use crate::model::{Success, SuccessKind, TextMedia};

/// What a method answers.
pub(in crate::emit) struct Answer {
    /// The type that it gives.
    pub(in crate::emit) output: TokenStream,
    choice: Option<Choice>,
    /// The usual call of the reply: `json`, `text`, `html` or `redirect`.
    usual: Form,
}

/// An enum of answers.
struct Choice {
    name: Ident,
    method: String,
    variants: Vec<Variant>,
}

struct Variant {
    name: Ident,
    status: u16,
    about: String,
    form: Form,
    holds: TokenStream,
}

/// How a response is made of what a method gives.
#[derive(Clone, Copy)]
enum Form {
    Json,
    Text,
    Html,
    Redirect,
}

impl Answer {
    /// The answer of the method `name`, which gives `body` if it gives a body.
    pub(in crate::emit) fn of(name: &str, success: &Success, body: TokenStream) -> Self {
        let (usual, first) = match success.kind {
            SuccessKind::Json(_) => (Form::Json, body),
            SuccessKind::Text(TextMedia::Plain) => (Form::Text, body),
            SuccessKind::Text(TextMedia::Html) => (Form::Html, body),
            SuccessKind::Redirect => (Form::Redirect, quote!(Redirect)),
        };
        let variant = |status, description: &str, form, holds: &TokenStream| Variant {
            name: format_ident!("{}", name_of(status)),
            status,
            about: format!("{status}: {description}"),
            form,
            holds: holds.clone(),
        };
        let mut variants = vec![variant(success.status, &success.description, usual, &first)];
        let also = success.also.iter();
        variants.extend(also.map(|other| variant(other.status, &other.description, usual, &first)));
        let redirects = success.redirects.iter();
        let to = quote!(Redirect);
        variants.extend(redirects.map(|other| variant(other.status, &other.description, Form::Redirect, &to)));
        if variants.len() == 1 {
            return Self {
                output: first,
                choice: None,
                usual,
            };
        }
        let choice = Choice {
            name: format_ident!("{}Answer", name.to_pascal_case()),
            method: name.to_owned(),
            variants,
        };
        let name = &choice.name;
        Self {
            output: quote!(#name),
            choice: Some(choice),
            usual,
        }
    }

    /// The enum with the status and the variant of each answer, and whether that is a redirect; `None` if there is one
    /// answer only.
    pub(in crate::emit) fn variants(&self) -> Option<(&Ident, impl Iterator<Item = (u16, &Ident, bool)>)> {
        let Choice { name, variants, .. } = self.choice.as_ref()?;
        let variants = variants.iter();
        let variants = variants.map(|of| (of.status, &of.name, matches!(of.form, Form::Redirect)));
        Some((name, variants))
    }

    /// The enum, if there is one; `method` links to the method from inside the tag's module.
    pub(super) fn declaration(&self, trait_name: &Ident) -> Option<TokenStream> {
        let Choice { name, method, variants } = self.choice.as_ref()?;
        let about = docs::outer(&format!("What [`{trait_name}::{method}`] answers."));
        let variants = variants.iter().map(|variant| {
            let Variant { name, holds, about, .. } = variant;
            let about = docs::outer(about);
            quote!(#about #name(#holds))
        });
        Some(quote! {
            #about
            #[derive(Debug, Clone, PartialEq)]
            pub enum #name { #(#variants),* }
        })
    }

    /// The response to what `call` gives.
    pub(super) fn response(&self, call: &TokenStream) -> TokenStream {
        let Some(Choice { name, variants, .. }) = &self.choice else {
            return match self.usual {
                Form::Json => quote!(reply.json(&#call)),
                Form::Text => quote!(reply.text(#call)),
                Form::Html => quote!(reply.html(#call)),
                Form::Redirect => quote!(reply.redirect(#call)),
            };
        };
        let arms = variants.iter().map(|variant| {
            let (of, status) = (&variant.name, Literal::u16_unsuffixed(variant.status));
            let response = match variant.form {
                Form::Json => quote!(reply.with_status(#status).json(&answer)),
                Form::Text => quote!(reply.with_status(#status).text(answer)),
                Form::Html => quote!(reply.with_status(#status).html(answer)),
                Form::Redirect => quote!(reply.with_status(#status).redirect(answer)),
            };
            quote!(#name::#of(answer) => #response,)
        });
        quote!(match #call { #(#arms)* })
    }
}

/// The words of RFC 9110 for a status.
fn name_of(status: u16) -> String {
    match status {
        200 => "Ok".to_owned(),
        201 => "Created".to_owned(),
        202 => "Accepted".to_owned(),
        301 => "MovedPermanently".to_owned(),
        302 => "Found".to_owned(),
        303 => "SeeOther".to_owned(),
        307 => "TemporaryRedirect".to_owned(),
        308 => "PermanentRedirect".to_owned(),
        other => format!("Status{other}"),
    }
}
