//! What comes back, and what a table shows of it.

use heck::ToShoutySnakeCase;
use indexmap::IndexSet;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::one_line;
use crate::model::{Api, Kind, Object, Operation, SuccessKind, Type};

/// The `Answer` of an operation.
pub(super) fn of(api: &Api, operation: &Operation) -> TokenStream {
    let about = one_line(&operation.success.description);
    let form = match shown(api, operation) {
        Shown::Text => quote!(Form::Text),
        Shown::Done => quote!(Form::Done),
        Shown::Object(_) => quote!(Form::Object),
        Shown::List(_) => {
            let paged = is_paged(api, operation);
            quote!(Form::List { paged: #paged })
        }
    };
    let columns = shown(api, operation).schema().map(static_of);
    let columns = columns.map(|name| quote!(.columns(#name)));
    quote!(answer(#form, #about)#columns)
}

/// The columns of every schema that the answers of `operations` show, each once.
pub(super) fn columns<'a>(api: &'a Api, operations: impl Iterator<Item = &'a Operation>) -> TokenStream {
    let schemas: IndexSet<_> = operations
        .filter_map(|operation| shown(api, operation).schema())
        .collect();
    let statics = schemas.into_iter().map(|schema| {
        let name = static_of(schema);
        let columns = object(api, schema)
            .map(|object| columns_of(api, object))
            .unwrap_or_default();
        quote!(const #name: &[Column] = &[#(#columns),*];)
    });
    quote!(#(#statics)*)
}

/// What of an answer is shown.
enum Shown<'a> {
    Text,
    Done,
    Object(&'a str),
    List(&'a str),
}

impl<'a> Shown<'a> {
    /// The schema with the columns.
    fn schema(&self) -> Option<&'a str> {
        match self {
            Self::Text | Self::Done => None,
            Self::Object(schema) | Self::List(schema) => Some(schema),
        }
    }
}

fn shown<'a>(api: &'a Api, operation: &'a Operation) -> Shown<'a> {
    let SuccessKind::Json(name) = &operation.success.kind else {
        return Shown::Text;
    };
    let Some(object) = object(api, name) else {
        return Shown::Object(name);
    };
    let mut keys = object.properties.keys();
    if keys.next().is_some_and(|key| key == "success") && keys.next().is_none() {
        return Shown::Done;
    }
    let items = object.properties.get("items").map(|property| &property.ty.kind);
    match items {
        Some(Kind::Array { items, .. }) => match &items.kind {
            Kind::Ref(item) => Shown::List(item),
            _ => Shown::Object(name),
        },
        _ => Shown::Object(name),
    }
}

/// Whether a cursor leads from one page to the next.
fn is_paged(api: &Api, operation: &Operation) -> bool {
    let SuccessKind::Json(name) = &operation.success.kind else {
        return false;
    };
    let has_cursor = operation.query_params.iter().any(|param| param.name == "cursor");
    has_cursor && object(api, name).is_some_and(|object| object.properties.contains_key("pagination"))
}

/// Short values that aren't secret, ids first.
fn columns_of(api: &Api, object: &Object) -> Vec<TokenStream> {
    let properties = object.properties.iter().filter(|(_, property)| !property.hidden);
    let columns = properties.filter_map(|(key, property)| match &kind(api, &property.ty) {
        Kind::Instant(_) => Some(quote!(instant(#key))),
        Kind::String(rules) if rules.secret => None,
        Kind::String(_)
        | Kind::Integer(_)
        | Kind::Number(_)
        | Kind::Boolean { .. }
        | Kind::Enum { .. }
        | Kind::Id { .. }
        | Kind::UserIdOrMe => Some(quote!(column(#key))),
        _ => None,
    });
    columns.collect()
}

fn kind(api: &Api, ty: &Type) -> Kind {
    match &ty.kind {
        Kind::Ref(name) => match api.schemas.get(name) {
            Some(named) => kind(api, &named.ty),
            None => ty.kind.clone(),
        },
        other => other.clone(),
    }
}

fn object<'a>(api: &'a Api, name: &str) -> Option<&'a Object> {
    match &api.schemas.get(name)?.ty.kind {
        Kind::Object(object) => Some(object),
        Kind::Ref(other) => self::object(api, other),
        _ => None,
    }
}

fn static_of(schema: &str) -> Ident {
    format_ident!("{}_COLUMNS", schema.to_shouty_snake_case())
}
