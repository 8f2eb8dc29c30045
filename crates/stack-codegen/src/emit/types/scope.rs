//! From a shape of the model to the Rust type that stands for it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    model::{Access, Api, EVENTS, Kind, NamedSchema, Type},
    views::{Home, Views},
};

/// Where emitted code stands, and whose view it is about: what a name of the contract means there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The whole contract.
    pub api: &'a Api,
    /// Its views.
    pub views: &'a Views,
    /// Whose types are meant.
    pub access: Access,
    /// Which crate the code is part of.
    pub place: Place,
}

/// Which crate emitted code is part of, seen from `stack-types`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `stack-types` itself: paths begin with `crate::`.
    Inside,
    /// Another crate: paths begin with `::stack_types::`.
    Outside,
    /// A crate that knows the types, whatever their crate is called, as `::types`.
    Beside,
}

impl<'a> Scope<'a> {
    /// For code of another crate than `stack-types`.
    pub fn outside(api: &'a Api, views: &'a Views, access: Access) -> Self {
        Self {
            api,
            views,
            access,
            place: Place::Outside,
        }
    }

    /// For code of a crate that knows the types as `::types`.
    pub fn beside(api: &'a Api, views: &'a Views, access: Access) -> Self {
        Self {
            api,
            views,
            access,
            place: Place::Beside,
        }
    }

    /// For code of `stack-types`.
    pub fn inside(api: &'a Api, views: &'a Views, access: Access) -> Self {
        Self {
            api,
            views,
            access,
            place: Place::Inside,
        }
    }

    /// `crate` or `::stack_types`.
    pub fn root(&self) -> TokenStream {
        match self.place {
            Place::Inside => quote!(crate),
            Place::Outside => quote!(::stack_types),
            Place::Beside => quote!(::types),
        }
    }

    /// `crate::schema` as the files of `stack-types` import it, or the path to it.
    pub fn schema(&self) -> TokenStream {
        match self.place {
            Place::Inside => quote!(schema),
            Place::Outside => quote!(::stack_types::schema),
            Place::Beside => quote!(::types::schema),
        }
    }

    /// The named schema as this access sees it. Schemas that no operation leads to are seen as a whole.
    pub fn named(&self, name: &str) -> Option<&'a NamedSchema> {
        self.views
            .view(self.access)
            .schemas
            .get(name)
            .or_else(|| self.api.schemas.get(name))
    }

    /// The path to the type of a named schema, for example `crate::server::User`.
    pub fn path(&self, name: &str) -> TokenStream {
        let root = self.root();
        let ident = format_ident!("{name}");
        match self.views.home(name, self.access) {
            Some(Home::Of(access)) => {
                let module = format_ident!("{}", access.name());
                quote!(#root::#module::#ident)
            }
            None if self.is_of_events(name) => quote!(crate::#ident),
            Some(Home::Common) | None => quote!(#root::#ident),
        }
    }

    /// Whether the schema is the events' own, so that its type stands in the crate of the webhooks, which alone knows it.
    fn is_of_events(&self, name: &str) -> bool {
        self.place == Place::Outside && self.named(name).is_some_and(|named| named.module == EVENTS)
    }

    /// Whether `null` fits the shape itself or the named schema that it refers to.
    pub fn is_nullable(&self, ty: &Type) -> bool {
        match &ty.kind {
            Kind::Ref(name) => ty.nullable || self.named(name).is_some_and(|named| self.is_nullable(&named.ty)),
            _ => ty.nullable,
        }
    }

    /// Whether any JSON value fits, `null` included.
    pub fn is_any(&self, ty: &Type) -> bool {
        match &ty.kind {
            Kind::Ref(name) => self.named(name).is_some_and(|named| self.is_any(&named.ty)),
            kind => *kind == Kind::Any,
        }
    }
}

/// The Rust type of a shape that is there: `Option<…>` if `null` fits, unless it is any JSON value.
pub(crate) fn rust_type(ty: &Type, scope: &Scope<'_>) -> TokenStream {
    let bare = bare_type(ty, scope);
    if scope.is_nullable(ty) && !scope.is_any(ty) {
        quote!(Option<#bare>)
    } else {
        bare
    }
}

/// The Rust type of a shape, `null` left aside.
pub(crate) fn bare_type(ty: &Type, scope: &Scope<'_>) -> TokenStream {
    let root = scope.root();
    match &ty.kind {
        Kind::Ref(name) => scope.path(name),
        Kind::String(rules) if rules.secret => quote!(#root::Secret),
        Kind::String(rules) if rules.format.as_deref() == Some("uuid") => quote!(uuid::Uuid),
        Kind::String(_) | Kind::Enum { .. } => quote!(String),
        Kind::Integer(_) => quote!(i64),
        Kind::Number(_) => quote!(f64),
        Kind::Instant(_) => quote!(#root::Millis),
        Kind::Boolean { .. } => quote!(bool),
        Kind::Array { items, .. } => {
            let items = rust_type(items, scope);
            quote!(Vec<#items>)
        }
        Kind::Map(values) => {
            let values = rust_type(values, scope);
            quote!(std::collections::BTreeMap<String, #values>)
        }
        Kind::Id { uuid: true, .. } => quote!(uuid::Uuid),
        Kind::Id { uuid: false, .. } => quote!(String),
        Kind::UserIdOrMe => quote!(#root::UserIdOrMe),
        Kind::Any | Kind::Object(_) | Kind::OneOf { .. } => quote!(serde_json::Value),
    }
}

/// What a field may be, apart from a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Always there: `T`, or `Option<T>` if `null` fits.
    Required,
    /// Absent: `Option<T>`, with `#[serde(skip_serializing_if = "Option::is_none")]`.
    Optional,
    /// Absent or null, which differ: `Patch<T>`, with `#[serde(default, skip_serializing_if = "…Patch::is_absent")]`.
    Patch,
}

impl Presence {
    /// Of a field of the shape `ty`.
    pub fn of(ty: &Type, required: bool, scope: &Scope<'_>) -> Self {
        if required {
            Self::Required
        } else if scope.is_nullable(ty) || scope.is_any(ty) {
            Self::Patch
        } else {
            Self::Optional
        }
    }

    /// The type of a field of the shape `ty`, whose values are `bare`.
    pub fn wrap(self, bare: TokenStream, ty: &Type, scope: &Scope<'_>) -> TokenStream {
        let root = scope.root();
        match self {
            Self::Required if scope.is_nullable(ty) && !scope.is_any(ty) => quote!(Option<#bare>),
            Self::Required => bare,
            Self::Optional => quote!(Option<#bare>),
            Self::Patch => quote!(#root::Patch<#bare>),
        }
    }

    /// The arguments of the field's `#[serde(…)]`, if it needs any.
    pub fn serde(self, scope: &Scope<'_>) -> Option<TokenStream> {
        match self {
            Self::Required => None,
            Self::Optional => Some(quote!(skip_serializing_if = "Option::is_none")),
            Self::Patch => {
                let path = match scope.place {
                    Place::Inside => "crate::Patch::is_absent",
                    Place::Outside => "::stack_types::Patch::is_absent",
                    Place::Beside => "::types::Patch::is_absent",
                };
                Some(quote!(default, skip_serializing_if = #path))
            }
        }
    }
}

/// The Rust type of a field: [`rust_type`] if it is always there, `Option<T>` or `Patch<T>` otherwise (see [`Presence`]).
pub(crate) fn field_type(ty: &Type, required: bool, scope: &Scope<'_>) -> TokenStream {
    Presence::of(ty, required, scope).wrap(bare_type(ty, scope), ty, scope)
}
