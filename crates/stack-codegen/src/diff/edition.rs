//! One of the two contracts, with everything that is asked of it more than once.

use indexmap::IndexMap;

use crate::{
    model::{Access, Api, Kind, NamedSchema, Operation, Type},
    views::{View, Views},
};

/// Whose schemas are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Lens {
    /// Those of a kind of access.
    Of(Access),
    /// Those of receivers of webhooks.
    Events,
    /// All of them, with all that is in them.
    Whole,
}

impl Lens {
    /// Whose Rust types are meant.
    pub const fn access(self) -> Access {
        match self {
            Self::Of(access) => access,
            Self::Events => Access::Server,
            Self::Whole => Access::Admin,
        }
    }
}

/// One of the two contracts.
pub(super) struct Edition<'a> {
    pub api: &'a Api,
    pub views: Views,
    events: View,
}

impl<'a> Edition<'a> {
    pub fn of(api: &'a Api) -> Self {
        Self {
            api,
            views: Views::of(api),
            events: View::of_events(api),
        }
    }

    pub fn operations(&self) -> impl Iterator<Item = &'a Operation> + use<'a> {
        self.api.tags.iter().flat_map(|tag| &tag.operations)
    }

    /// The operation as `access` sees it.
    pub fn seen(&self, id: &str, access: Access) -> Option<&Operation> {
        let mut operations = self.views.view(access).operations.iter();
        operations.find(|operation| operation.id == id)
    }

    /// The schemas that are seen through `lens`.
    pub fn schemas(&self, lens: Lens) -> &IndexMap<String, NamedSchema> {
        match lens {
            Lens::Of(access) => &self.views.view(access).schemas,
            Lens::Events => &self.events.schemas,
            Lens::Whole => &self.api.schemas,
        }
    }

    /// A schema that is seen through `lens`.
    pub fn named(&self, name: &str, lens: Lens) -> Option<&NamedSchema> {
        self.schemas(lens).get(name)
    }

    /// What a type is once the names of schemas are looked up; `null` fits if it fits anywhere on the way.
    pub fn resolve(&self, ty: &Type, lens: Lens) -> Type {
        let mut resolved = ty.clone();
        // The linter refuses schemas that are only names of each other; the bound holds for others.
        for _ in 0..32 {
            let Kind::Ref(name) = &resolved.kind else { break };
            let Some(named) = self.named(name, lens) else { break };
            let nullable = resolved.nullable || named.ty.nullable;
            resolved = Type {
                kind: named.ty.kind.clone(),
                nullable,
            };
        }
        resolved
    }

    /// The type with the names of those schemas replaced that are only other names in Rust too.
    pub fn without_aliases(&self, ty: &Type, lens: Lens) -> Type {
        let kind = match &ty.kind {
            Kind::Ref(name) => {
                let Some(named) = self.named(name, lens) else {
                    return ty.clone();
                };
                if matches!(
                    named.ty.kind,
                    Kind::Object(_) | Kind::Enum { .. } | Kind::Id { .. } | Kind::OneOf { .. } | Kind::UserIdOrMe
                ) {
                    return ty.clone();
                }
                let inner = self.without_aliases(&named.ty, lens);
                return Type {
                    nullable: ty.nullable || inner.nullable,
                    ..inner
                };
            }
            Kind::Array { items, min, max } => Kind::Array {
                items: Box::new(self.without_aliases(items, lens)),
                min: *min,
                max: *max,
            },
            Kind::Map(values) => Kind::Map(Box::new(self.without_aliases(values, lens))),
            other => other.clone(),
        };
        Type {
            kind,
            nullable: ty.nullable,
        }
    }
}
