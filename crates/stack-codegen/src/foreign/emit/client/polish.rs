//! Puts back what the lowered document couldn't say, and the document's words.

use anyhow::{Context, Result};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Attribute, ImplItem, Item, Pat, Stmt, TraitItem, Visibility, parse::Parser, parse_quote, visit_mut::VisitMut,
};

use crate::{
    emit::{
        client::{
            polish::{BodyByDefault, PlainWords, Shorten},
            split::{CallPart, TagPart},
        },
        types::{Scope, docs, field_type},
    },
    foreign::{
        emit::server::style,
        operation::{Answer, AnswerBody, BodyKind, Operation, Place, Status, Tag, placeholders, status_name},
    },
};

/// Polishes the items around the struct `Client`.
pub(super) fn client(items: &mut [Item]) {
    for item in items {
        Shorten.visit_item_mut(item);
    }
}

/// Polishes the trait of a tag.
pub(super) fn tag(part: &mut TagPart, tag: &Tag) {
    Shorten.visit_item_trait_mut(&mut part.extension);
    Shorten.visit_item_impl_mut(&mut part.implementation);
    set_docs(&mut part.extension.attrs, &tag.description);
    for item in &mut part.extension.items {
        let TraitItem::Fn(method) = item else { continue };
        if let Some(operation) = tag.operations.iter().find(|operation| method.sig.ident == operation.id) {
            set_docs(&mut method.attrs, &title(operation));
        }
    }
}

fn title(operation: &Operation) -> String {
    let words = operation.summary.trim_end_matches('.');
    let title = if words.is_empty() {
        format!("`{}`.", operation.line())
    } else {
        format!("{words}: `{}`.", operation.line())
    };
    if operation.deprecated {
        format!("{title}\n\nThe document says that it is deprecated.")
    } else {
        title
    }
}

/// Polishes a builder; gives what else belongs to it.
pub(super) fn call(
    call: &mut CallPart,
    operation: &Operation,
    extension: &Ident,
    scope: &Scope<'_>,
) -> Result<Vec<Item>> {
    Shorten.visit_item_struct_mut(&mut call.builder);
    Shorten.visit_item_impl_mut(&mut call.methods);
    PlainWords.visit_item_impl_mut(&mut call.methods);
    if operation.body.as_ref().is_some_and(|body| !body.required) {
        BodyByDefault.visit_item_impl_mut(&mut call.methods);
    }
    let about = format!(
        "A call of [`{extension}::{}`](super::{extension}::{}): set its arguments, then [`send`](Self::send) it.\n\n{}",
        operation.id, operation.id, operation.description
    );
    set_docs(&mut call.builder.attrs, &about);
    call.builder
        .attrs
        .push(parse_quote!(#[must_use = "a call does nothing until it is sent"]));
    let answers = Answers::of(operation, scope);
    for item in &mut call.methods.items {
        let ImplItem::Fn(method) = item else { continue };
        match method.sig.ident.to_string().as_str() {
            "new" => method.vis = parse_quote!(pub(super)),
            "send" => {
                method.vis = Visibility::Inherited;
                method.sig.ident = format_ident!("exchange");
                method.sig.output = parse_quote!(-> Result<reqwest::Response, Error<()>>);
                method.attrs.clear();
                method.block.stmts = exchange(std::mem::take(&mut method.block.stmts), operation, answers.accept)?;
            }
            "body" => set_docs(&mut method.attrs, "What is sent."),
            name => {
                if let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.field == name) {
                    set_docs(&mut method.attrs, &parameter.description);
                }
            }
        }
    }
    let (output, read) = (&answers.output, &answers.read);
    let mut send: syn::ImplItemFn = syn::parse2(quote! {
        pub async fn send(self) -> Result<ResponseValue<#output>, crate::Error> {
            let response = self.exchange().await?;
            match response.status().as_u16() {
                #(#read)*
                _ => answer::failure(response).await,
            }
        }
    })?;
    set_docs(&mut send.attrs, &answers.docs);
    call.methods.items.push(ImplItem::Fn(send));
    Ok(answers.items)
}

/// Replaces the docs among `attributes`.
fn set_docs(attributes: &mut Vec<Attribute>, text: &str) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    let lines = Attribute::parse_outer.parse2(docs::outer(text)).unwrap_or_default();
    attributes.splice(0..0, lines);
}

/// The statements of `exchange`: progenitor's as far as they take the arguments out of the builder, then ours.
fn exchange(statements: Vec<Stmt>, operation: &Operation, accept: &str) -> Result<Vec<Stmt>> {
    let is_url = |statement: &Stmt| matches!(statement, Stmt::Local(local) if matches!(&local.pat, Pat::Ident(name) if name.ident == "url"));
    let url = statements
        .iter()
        .position(is_url)
        .context("progenitor puts an URL together")?;
    let mut kept = statements;
    kept.truncate(url);
    let method = format_ident!("{}", operation.method.to_uppercase());
    let url = url_of(operation);
    let parameters = operation.parameters.iter().filter_map(|parameter| {
        let (field, wire, style) = (
            format_ident!("{}", parameter.field),
            &parameter.name,
            style(parameter.style),
        );
        match parameter.place {
            Place::Path => None,
            Place::Query => Some(quote!(call.query(#wire, #style, &#field)?;)),
            Place::Header => Some(quote!(call.header(#wire, #style, &#field)?;)),
            Place::Cookie => Some(quote!(call.cookie(#wire, #style, &#field)?;)),
        }
    });
    let body = operation.body.as_ref().map(|body| {
        let media = &body.media;
        let (set, by) = match body.kind {
            BodyKind::Json(_) => (quote!(json), quote!(&body)),
            BodyKind::Form(_) => (quote!(form), quote!(&body)),
            BodyKind::Multipart => (quote!(multipart), quote!(&body)),
            BodyKind::Text => (quote!(text), quote!(&body)),
            BodyKind::Bytes => (quote!(bytes), quote!(body)),
        };
        if body.required {
            quote!(call.#set(#media, #by)?;)
        } else {
            quote!(if let Some(body) = body { call.#set(#media, #by)?; })
        }
    });
    let id = &operation.id;
    let ours: syn::Block = syn::parse2(quote!({
        #[allow(unused_mut)]
        let mut call = Call::new(reqwest::Method::#method, #url, #accept);
        #(#parameters)*
        #body
        let mut request = call.build(&client.client)?;
        let info = OperationInfo { operation_id: #id };
        client.pre(&mut request, &info).await?;
        let result = client.exec(request, &info).await;
        client.post(&result, &info).await?;
        Ok(result?)
    }))?;
    kept.extend(ours.stmts);
    Ok(kept)
}

/// The expression that gives the URL.
fn url_of(operation: &Operation) -> TokenStream {
    let mut template = "{}".to_owned();
    let mut arguments = Vec::new();
    let known = placeholders(&operation.path);
    let mut rest = operation.path.as_str();
    while let Some(start) = rest.find('{') {
        let literal = &rest[..start];
        template.push_str(&escaped(literal));
        let hole = rest[start + 1..]
            .split_once('}')
            .filter(|(name, _)| known.contains(name));
        let parameter = hole.and_then(|(name, _)| operation.at(Place::Path).find(|parameter| parameter.name == name));
        match (hole, parameter) {
            (Some((_, after)), Some(parameter)) => {
                let (field, style) = (format_ident!("{}", parameter.field), style(parameter.style));
                template.push_str("{}");
                arguments.push(quote!(encode::segment(&#field, #style)?));
                rest = after;
            }
            _ => {
                template.push_str("%7B");
                rest = &rest[start + 1..];
            }
        }
    }
    template.push_str(&escaped(rest));
    quote!(format!(#template, client.baseurl, #(#arguments),*))
}

/// `text` as it stands in a URL, and between braces in a format string.
fn escaped(text: &str) -> String {
    text.replace('}', "%7D").replace(' ', "%20")
}

/// What `send` gives.
struct Answers {
    output: TokenStream,
    /// Arms by status.
    read: Vec<TokenStream>,
    docs: String,
    accept: &'static str,
    /// The enum of several answers.
    items: Vec<Item>,
}

impl Answers {
    fn of(operation: &Operation, scope: &Scope<'_>) -> Self {
        let successes = successes(operation);
        let body = |answer: &Answer| match &answer.body {
            AnswerBody::None => (quote!(()), quote!(empty)),
            AnswerBody::Json(ty) => (field_type(ty, true, scope), quote!(json)),
            AnswerBody::Text(_) => (quote!(String), quote!(text)),
            AnswerBody::Bytes(_) => (quote!(bytes::Bytes), quote!(bytes)),
        };
        let accept = if successes
            .iter()
            .any(|answer| matches!(answer.body, AnswerBody::Json(_)))
        {
            "application/json"
        } else {
            "*/*"
        };
        let docs = docs_of_send(operation);
        match &successes[..] {
            [] => Self {
                output: quote!(bytes::Bytes),
                read: vec![quote!(200..=299 => answer::bytes(response, |body| body).await,)],
                docs,
                accept,
                items: Vec::new(),
            },
            [only] => {
                let (output, read) = body(only);
                let pattern = pattern(only.status);
                Self {
                    output,
                    read: vec![quote!(#pattern => answer::#read(response, |body| body).await,)],
                    docs,
                    accept,
                    items: Vec::new(),
                }
            }
            several => {
                let name = format_ident!("{}Answer", operation.stem());
                let (mut variants, mut arms) = (Vec::new(), Vec::new());
                for answer in several {
                    let (ty, read) = body(answer);
                    let variant = format_ident!("{}", status_name(answer.status));
                    let about = docs::outer(&answer.description);
                    let pattern = pattern(answer.status);
                    if answer.body == AnswerBody::None {
                        variants.push(quote!(#about #variant));
                        arms.push(quote!(#pattern => answer::#read(response, |()| #name::#variant).await,));
                    } else {
                        variants.push(quote!(#about #variant(#ty)));
                        arms.push(quote!(#pattern => answer::#read(response, #name::#variant).await,));
                    }
                }
                let about = docs::outer(&format!("The successes of `{}`.", operation.line()));
                let item = parse_quote! {
                    #about
                    #[derive(Debug, Clone, PartialEq)]
                    pub enum #name { #(#variants),* }
                };
                Self {
                    output: quote!(#name),
                    read: arms,
                    docs,
                    accept,
                    items: vec![item],
                }
            }
        }
    }
}

/// The answers that `send` gives; all others are its errors.
fn successes(operation: &Operation) -> Vec<&Answer> {
    let fitting = |test: fn(Status) -> bool| {
        operation
            .answers
            .iter()
            .filter(|answer| test(answer.status))
            .collect::<Vec<_>>()
    };
    let successes = fitting(Status::is_success);
    if !successes.is_empty() {
        return successes;
    }
    let otherwise = fitting(|status| status == Status::Default);
    if !otherwise.is_empty() {
        return otherwise;
    }
    fitting(|status| matches!(status, Status::Code(100..=399) | Status::Range(1 | 3)))
}

fn pattern(status: Status) -> TokenStream {
    match status {
        Status::Code(code) => {
            let code = proc_macro2::Literal::u16_unsuffixed(code);
            quote!(#code)
        }
        Status::Range(first) => {
            let (low, high) = (
                proc_macro2::Literal::u16_unsuffixed(first * 100),
                proc_macro2::Literal::u16_unsuffixed(first * 100 + 99),
            );
            quote!(#low..=#high)
        }
        Status::Default => quote!(200..=299),
    }
}

fn docs_of_send(operation: &Operation) -> String {
    let mut text = "Sends the request and gives the answer.\n\n# Errors\n\nIf an argument is missing or doesn't fit, and as [`Error`](crate::Error) says.".to_owned();
    let failures = operation
        .answers
        .iter()
        .filter(|answer| !answer.status.is_success() && answer.status != Status::Default);
    for answer in failures {
        let words = answer.description.split_whitespace().collect::<Vec<_>>().join(" ");
        match answer.status {
            Status::Code(code) => text += &format!("\n- {code}: {words}"),
            Status::Range(first) => text += &format!("\n- {first}XX: {words}"),
            Status::Default => {}
        }
    }
    text
}
