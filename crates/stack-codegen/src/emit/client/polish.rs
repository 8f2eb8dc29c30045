//! Makes progenitor's code the client's own: errors of ours, docs of the contract, no header that nobody reads.

use anyhow::{Context, Result};
use heck::ToSnakeCase;
use syn::{
    Block, Expr, ExprMethodCall, ImplItem, Item, ItemImpl, Pat, Path, Stmt, TraitItem, Type, Visibility, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{authorization, docs, paging, split::CallPart, split::TagPart};
use crate::{
    model::{Api, Kind, Operation},
    views::View,
};

/// Polishes the items around the struct `Client`: it is made by the hand-written layer only.
pub(super) fn client(items: &mut [Item], view: &View) {
    for item in items {
        Shorten.visit_item_mut(item);
        match item {
            Item::Struct(item) => docs::replace(
                &mut item.attrs,
                &format!(
                    "The calls of {} access, by tag in the traits of the modules beside it.\n\nIt is made by the \
                     builders at the crate's root.",
                    view.access
                ),
            ),
            Item::Impl(item) if item.trait_.is_none() => {
                item.items
                    .retain(|item| !matches!(item, ImplItem::Fn(method) if method.sig.ident == "new"));
                for item in &mut item.items {
                    if let ImplItem::Fn(method) = item {
                        method.vis = parse_quote!(pub(crate));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Polishes everything of one tag.
pub(super) fn tag(part: &mut TagPart, api: &Api, view: &View) -> Result<()> {
    let tag = api
        .tags
        .iter()
        .find(|tag| tag.name == part.name)
        .context("the tag is in the contract")?;
    Shorten.visit_item_trait_mut(&mut part.extension);
    Shorten.visit_item_impl_mut(&mut part.implementation);
    docs::replace(&mut part.extension.attrs, &tag.description);
    for item in &mut part.extension.items {
        let TraitItem::Fn(method) = item else { continue };
        let operation = find(view, &method.sig.ident.to_string())?;
        docs::replace(&mut method.attrs, &docs::of_operation(api, operation));
    }
    let extension = part.extension.ident.to_string();
    for call in &mut part.calls {
        let operation = find(view, &call.operation)?;
        polish_call(call, &extension, operation, view);
    }
    Ok(())
}

fn find<'a>(view: &'a View, id: &str) -> Result<&'a Operation> {
    let found = view.operations.iter().find(|operation| operation.id == id);
    found.with_context(|| format!("`{id}` is no operation of {} access", view.access))
}

fn polish_call(call: &mut CallPart, extension: &str, operation: &Operation, view: &View) {
    Shorten.visit_item_struct_mut(&mut call.builder);
    Shorten.visit_item_impl_mut(&mut call.methods);
    if operation.authorization.is_some() {
        authorization::SendIt.visit_item_impl_mut(&mut call.methods);
    }
    WithoutHeaderMap.visit_item_impl_mut(&mut call.methods);
    PlainWords.visit_item_impl_mut(&mut call.methods);
    let id = &call.operation;
    let text = format!("A call of [`{extension}::{id}`]: set its arguments, then [`send`](Self::send) it.");
    docs::replace(&mut call.builder.attrs, &text);
    call.builder
        .attrs
        .push(parse_quote!(#[must_use = "a call does nothing until it is sent"]));
    if body_may_be_left_out(operation, view) {
        BodyByDefault.visit_item_impl_mut(&mut call.methods);
    }
    for item in &mut call.methods.items {
        let ImplItem::Fn(method) = item else { continue };
        let name = method.sig.ident.to_string();
        match name.as_str() {
            "new" => method.vis = Visibility::Inherited,
            "send" => {
                method.vis = Visibility::Inherited;
                method.sig.ident = syn::Ident::new("exchange", method.sig.ident.span());
                method.attrs.clear();
            }
            "body" => docs::replace(&mut method.attrs, &docs::of_body()),
            "authorization" => docs::replace(&mut method.attrs, authorization::about(operation).unwrap_or_default()),
            _ => {
                let mut parameters = operation.path_params.iter().chain(&operation.query_params);
                // progenitor adds a `_` to what is a keyword.
                let name = name.trim_end_matches('_');
                if let Some(parameter) = parameters.find(|parameter| parameter.name.to_snake_case() == name) {
                    docs::replace(&mut method.attrs, &docs::of_parameter(parameter));
                }
            }
        }
    }
    add_send(&mut call.methods, operation);
    if let Some(stream) = paging::stream(operation, view) {
        call.methods.items.push(stream);
    }
}

/// Adds a `send` that gives the crate's own error.
fn add_send(methods: &mut ItemImpl, operation: &Operation) {
    let answer = methods.items.iter().find_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == "exchange" => answer_type(&method.sig.output),
        _ => None,
    });
    let Some(answer) = answer else { return };
    let mut send: syn::ImplItemFn = parse_quote! {
        pub async fn send(self) -> Result<#answer, crate::Error> {
            self.exchange().await.map_err(crate::Error::from)
        }
    };
    docs::replace(&mut send.attrs, &docs::of_send(operation));
    let place = methods
        .items
        .iter()
        .position(|item| matches!(item, ImplItem::Fn(f) if f.sig.ident == "exchange"));
    methods
        .items
        .insert(place.unwrap_or(methods.items.len()), ImplItem::Fn(send));
}

/// `A` of `Result<A, E>`.
fn answer_type(output: &syn::ReturnType) -> Option<Type> {
    let syn::ReturnType::Type(_, output) = output else {
        return None;
    };
    let Type::Path(result) = &**output else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &result.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(answer) => Some(answer.clone()),
        _ => None,
    }
}

/// Whether a call without `body` sends an empty object: the contract lets the body out, or it has nothing in it.
fn body_may_be_left_out(operation: &Operation, view: &View) -> bool {
    let Some(body) = &operation.body else { return false };
    let Some(schema) = view.schemas.get(&body.schema) else {
        return false;
    };
    let Kind::Object(object) = &schema.ty.kind else {
        return false;
    };
    let all_optional = object.properties.values().all(|property| !property.required);
    all_optional && (!body.required || object.properties.is_empty())
}

/// `super::Client` and `builder::X` lose their first part: each tag's trait and builders share a module.
pub(crate) struct Shorten;

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let first = path.segments.first().map(|segment| segment.ident.to_string());
        if path.segments.len() > 1 && matches!(first.as_deref(), Some("super" | "builder")) {
            path.segments = path.segments.iter().skip(1).cloned().collect();
        }
    }
}

/// Removes the map that would hold nothing but the header `api-version`, which no server of this API reads.
struct WithoutHeaderMap;

impl VisitMut for WithoutHeaderMap {
    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain(|statement| match statement {
            Stmt::Local(local) => !matches!(&local.pat, Pat::Ident(name) if name.ident == "header_map"),
            Stmt::Expr(Expr::MethodCall(call), _) => !is_header_map(&call.receiver),
            _ => true,
        });
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::MethodCall(ExprMethodCall {
            receiver, method, args, ..
        }) = expr
            && method == "headers"
            && args.iter().any(is_header_map)
        {
            *expr = (**receiver).clone();
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

fn is_header_map(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident("header_map"))
}

/// Says what is wrong with an argument in words, not in tokens.
pub(crate) struct PlainWords;

impl VisitMut for PlainWords {
    fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
        let text = literal.value();
        let missing = text
            .strip_suffix(" was not initialized")
            .map(|name| format!("`{name}` is missing"));
        let unfit = || {
            let (ty, rest) = text.strip_prefix("conversion to `")?.split_once("` for ")?;
            let name = rest.strip_suffix(" failed")?;
            let ty = ty.rsplit("::").next().unwrap_or(ty).trim();
            Some(format!("`{name}` doesn't convert to `{ty}`"))
        };
        if let Some(plain) = missing.or_else(unfit) {
            *literal = syn::LitStr::new(&plain, literal.span());
        }
    }
}

/// Starts the field `body` of a new builder with the type's default instead of an error.
pub(crate) struct BodyByDefault;

impl VisitMut for BodyByDefault {
    fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
        if matches!(&field.member, syn::Member::Named(name) if name == "body") && field.colon_token.is_some() {
            field.expr = parse_quote!(Ok(::std::default::Default::default()));
        }
    }
}
