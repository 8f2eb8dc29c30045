//! Emits the known errors: one enum with what each of them is, and the families that they belong to.
//!
//! The wire form, `ErrorBody`, is written by hand next to it.

mod family;
mod items;

use anyhow::{Context, Result, bail};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::types::{self, ROOT, Scope, field_names, render};
use crate::{
    model::{Access, Api, ErrorDef, Kind, Property},
    names,
    output::File,
    views::Views,
};

/// Emits the files below `crates/stack-types/src/generated/known_error/`.
///
/// # Errors
///
/// If something can't be expressed.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    // Whoever may do everything sees the details as a whole.
    let scope = Scope::inside(api, views, Access::Admin);
    let errors = api
        .errors
        .iter()
        .filter_map(|error| Known::of(error, &scope))
        .collect::<Vec<_>>();
    errors.iter().try_for_each(Known::keeps_secrets)?;
    let files = [
        ("mod", items::the_enum(&errors)),
        ("facts", items::facts(&errors)),
        ("message", items::message(&errors)),
        ("details", items::details(&errors)),
        ("read", items::read(&errors)),
        ("family", family::emit(api)),
    ];
    let file = |(name, tokens): (&str, TokenStream)| {
        let path = format!("{ROOT}/known_error/{name}.rs");
        let contents = render(tokens, "openapi/errors.yaml").with_context(|| path.clone())?;
        Ok(File { path, contents })
    };
    files.into_iter().map(file).collect()
}

/// An error that is sent.
struct Known<'a> {
    error: &'a ErrorDef,
    status: u16,
    variant: Ident,
    details: Vec<Detail<'a>>,
}

/// One of its details.
struct Detail<'a> {
    wire: &'a str,
    field: Ident,
    property: &'a Property,
    ty: TokenStream,
}

impl<'a> Known<'a> {
    /// `None` for families.
    fn of(error: &'a ErrorDef, scope: &Scope<'_>) -> Option<Self> {
        let ty = |property: &Property| {
            let bare = types::bare_type(&property.ty, scope);
            // Null and absent say the same of a detail.
            let optional = !property.required || scope.is_nullable(&property.ty) && !scope.is_any(&property.ty);
            if optional { quote!(Option<#bare>) } else { bare }
        };
        let fields = field_names(error.details.keys().map(String::as_str));
        let detail = |((wire, property), (field, _)): ((&'a String, &'a Property), _)| Detail {
            wire,
            field,
            property,
            ty: ty(property),
        };
        Some(Self {
            error,
            status: error.status?,
            variant: variant(&error.code),
            details: error.details.iter().zip(fields).map(detail).collect(),
        })
    }

    /// Refuses secrets in sentences: those are written to logs.
    fn keeps_secrets(&self) -> Result<()> {
        for Detail { wire, property, .. } in &self.details {
            let is_secret = matches!(&property.ty.kind, Kind::String(rules) if rules.secret);
            if is_secret && self.error.message.contains(&format!("{{{wire}}}")) {
                bail!("the message of {} shows its secret detail `{wire}`", self.error.code);
            }
        }
        Ok(())
    }

    /// A pattern without fields.
    fn bare(&self) -> TokenStream {
        let Self { variant, details, .. } = self;
        if details.is_empty() {
            quote!(Self::#variant)
        } else {
            quote!(Self::#variant { .. })
        }
    }

    /// A pattern that binds the fields of these details.
    fn binding<'b>(&'b self, bound: impl Fn(&Detail<'_>) -> bool + 'b) -> TokenStream {
        let variant = &self.variant;
        let fields: Vec<_> = self
            .details
            .iter()
            .filter(|detail| bound(detail))
            .map(|detail| &detail.field)
            .collect();
        let rest = (fields.len() < self.details.len()).then(|| quote!(..));
        if self.details.is_empty() {
            quote!(Self::#variant)
        } else {
            quote!(Self::#variant { #(#fields,)* #rest })
        }
    }
}

fn variant(code: &str) -> Ident {
    format_ident!("{}", names::pascal(code))
}
