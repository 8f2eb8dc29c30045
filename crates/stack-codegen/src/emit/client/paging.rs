//! Operations that give pages also give a stream.

use quote::format_ident;
use syn::{ImplItem, parse_quote};

use crate::{
    model::{Kind, Operation, SuccessKind},
    views::View,
};

/// A method `stream` for an operation that takes a `cursor` and answers `items` with `pagination.next_cursor`.
pub(super) fn stream(operation: &Operation, view: &View) -> Option<ImplItem> {
    operation
        .query_params
        .iter()
        .find(|parameter| parameter.name == "cursor" && !parameter.required)?;
    let SuccessKind::Json(page) = &operation.success.kind else {
        return None;
    };
    let Kind::Object(page) = &view.schemas.get(page)?.ty.kind else {
        return None;
    };
    let pagination = page
        .properties
        .get("pagination")
        .filter(|pagination| !pagination.required)?;
    let Kind::Ref(pagination) = &pagination.ty.kind else {
        return None;
    };
    let Kind::Object(pagination) = &view.schemas.get(pagination)?.ty.kind else {
        return None;
    };
    pagination
        .properties
        .get("next_cursor")
        .filter(|cursor| cursor.ty.nullable)?;
    let Kind::Array { items, .. } = &page.properties.get("items")?.ty.kind else {
        return None;
    };
    let Kind::Ref(item) = &items.kind else { return None };
    let (access, item) = (format_ident!("{}", view.access.name()), format_ident!("{item}"));
    Some(parse_quote! {
        /// Every item of this page and those after it; a page is asked for when the stream reaches it.
        ///
        /// The stream ends after the first error.
        pub fn stream(
            self,
        ) -> impl futures::Stream<Item = Result<stack_types::#access::#item, crate::Error>> + Send + Unpin + 'a {
            crate::paging::stream(self, |call, cursor| call.cursor(cursor), |call| async move {
                let page = call.send().await?.into_inner();
                Ok((page.items, page.pagination.and_then(|pagination| pagination.next_cursor)))
            })
        }
    })
}
