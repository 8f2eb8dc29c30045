//! Projects the contract on each kind of access, and finds out which accesses share a shape.
//!
//! A view holds what one access may call and see, nothing else: properties of others are gone, so a type that is
//! emitted from it can't leak them.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::model::{Access, Api, Kind, NamedSchema, Operation, SuccessKind, Type};

/// What one access may call and see.
#[derive(Debug, Clone)]
pub struct View {
    /// Whose view.
    pub access: Access,
    /// Operations in the order of the contract, with the parameters and the body schema of this access.
    pub operations: Vec<Operation>,
    /// Schemas that those operations reach, with the properties of this access, in the order of the contract.
    pub schemas: IndexMap<String, NamedSchema>,
}

/// Where the Rust type of a schema lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Home {
    /// Every access that has it has it in the same shape: one type at the crate's root.
    Common,
    /// The shape differs; this access is the first of those that share it, the others re-export it.
    Of(Access),
}

/// All views, and the home of each (schema, access).
#[derive(Debug, Clone)]
pub struct Views {
    /// In the order of [`Access::ALL`].
    pub views: Vec<View>,
    /// Schema name → access → home. An access without the schema has no entry.
    pub homes: IndexMap<String, IndexMap<Access, Home>>,
}

impl Views {
    /// Projects `api` on every access.
    pub fn of(api: &Api) -> Self {
        let views: Vec<_> = Access::ALL.into_iter().map(|access| View::of(api, access)).collect();
        let homes = homes(api, &views);
        Self { views, homes }
    }

    /// The view of `access`.
    pub fn view(&self, access: Access) -> &View {
        self.views
            .iter()
            .find(|view| view.access == access)
            .expect("there is a view for every access")
    }

    /// Where `schema` lives for `access`, if that access has it.
    pub fn home(&self, schema: &str, access: Access) -> Option<Home> {
        self.homes.get(schema)?.get(&access).copied()
    }
}

impl View {
    /// Projects `api` on `access`.
    pub fn of(api: &Api, access: Access) -> Self {
        let operations: Vec<_> = api
            .tags
            .iter()
            .flat_map(|tag| &tag.operations)
            .filter(|operation| operation.access.contains(&access))
            .map(|operation| project_operation(operation, access))
            .collect();
        let from = operations.iter().flat_map(references_of_operation).collect();
        let schemas = reached(api, access, from);
        Self {
            access,
            operations,
            schemas,
        }
    }

    /// What the events lead to. Receivers of webhooks are servers, so they see what server access does.
    pub fn of_events(api: &Api) -> Self {
        let access = Access::Server;
        let from = api.webhooks.iter().map(|event| event.data.as_str()).collect();
        Self {
            access,
            operations: Vec::new(),
            schemas: reached(api, access, from),
        }
    }
}

impl View {
    /// The view without operations that only redirect: what programs call.
    #[must_use]
    pub fn calls(&self) -> Self {
        let mut calls = self.clone();
        calls.operations.retain(|operation| !operation.is_navigation());
        calls
    }
}

/// The operation with nothing in it that `access` may not send. Its body has one schema, the one of this access.
fn project_operation(operation: &Operation, access: Access) -> Operation {
    let mut operation = operation.clone();
    for params in [&mut operation.path_params, &mut operation.query_params] {
        params.retain(|param| param.access.as_ref().is_none_or(|set| set.contains(&access)));
    }
    if let Some(body) = &mut operation.body {
        if let Some(schema) = body.per_access.get(&access) {
            body.schema.clone_from(schema);
        }
        body.per_access.clear();
    }
    operation
}

/// The schema without the properties that `access` doesn't see.
fn project_schema(schema: &NamedSchema, access: Access) -> NamedSchema {
    let mut schema = schema.clone();
    if let Kind::Object(object) = &mut schema.ty.kind {
        object
            .properties
            .retain(|_, property| property.access.as_ref().is_none_or(|set| set.contains(&access)));
    }
    schema
}

/// The schemas that the names `from` lead to, as `access` sees them, in the order of the contract.
fn reached(api: &Api, access: Access, from: Vec<&str>) -> IndexMap<String, NamedSchema> {
    let projected: IndexMap<_, _> = api
        .schemas
        .iter()
        .map(|(name, schema)| (name.clone(), project_schema(schema, access)))
        .collect();
    let mut open = from;
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.to_owned())
            && let Some(schema) = projected.get(name)
        {
            open.extend(schema.ty.references());
        }
    }
    projected
        .into_iter()
        .filter(|(name, _)| reached.contains(name))
        .collect()
}

/// The names of the schemas that an operation names itself.
pub fn references_of_operation(operation: &Operation) -> Vec<&str> {
    let params = operation.path_params.iter().chain(&operation.query_params);
    let params = params.chain(&operation.ignored_params);
    let mut names: Vec<&str> = params.flat_map(|param| param.ty.references()).collect();
    if let Some(body) = &operation.body {
        names.push(&body.schema);
        names.extend(body.per_access.values().map(String::as_str));
    }
    if let SuccessKind::Json(name) = &operation.success.kind {
        names.push(name);
    }
    names
}

/// The home of every schema for every access that has it.
fn homes(api: &Api, views: &[View]) -> IndexMap<String, IndexMap<Access, Home>> {
    let mut alike = Vec::new();
    for (at, left) in views.iter().enumerate() {
        for right in &views[at + 1..] {
            alike.push((left.access, right.access, alike_schemas(left, right)));
        }
    }
    let same = |name: &str, a: Access, b: Access| {
        a == b
            || alike
                .iter()
                .any(|(left, right, names)| (*left, *right) == (a, b) && names.contains(name))
    };
    let mut homes = IndexMap::new();
    for name in api.schemas.keys() {
        let having: Vec<_> = views
            .iter()
            .filter(|v| v.schemas.contains_key(name))
            .map(|v| v.access)
            .collect();
        let Some(&first) = having.first() else { continue };
        let common = having.iter().all(|access| same(name, first, *access));
        let home = |access: Access| {
            let of = having
                .iter()
                .copied()
                .find(|other| same(name, *other, access))
                .unwrap_or(access);
            (access, if common { Home::Common } else { Home::Of(of) })
        };
        homes.insert(name.clone(), having.iter().copied().map(home).collect());
    }
    homes
}

/// The names of the schemas that are the same for both, everything they refer to included.
///
/// Starts from those that are the same by themselves and strikes out whatever refers to one that isn't, until nothing
/// changes; so schemas that refer to themselves or to each other need no special care.
fn alike_schemas<'a>(left: &'a View, right: &View) -> BTreeSet<&'a str> {
    let same = left
        .schemas
        .iter()
        .filter(|(name, schema)| right.schemas.get(*name) == Some(*schema));
    let mut alike: BTreeSet<&str> = same.map(|(name, _)| name.as_str()).collect();
    loop {
        let before = alike.len();
        let kept = alike
            .iter()
            .filter(|name| left.schemas[**name].ty.references().iter().all(|to| alike.contains(to)));
        alike = kept.copied().collect();
        if alike.len() == before {
            return alike;
        }
    }
}

impl Type {
    /// The names of the schemas that this shape names itself.
    pub fn references(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Ref(name) => vec![name],
            Kind::Array { items: inner, .. } | Kind::Map(inner) => inner.references(),
            Kind::Object(object) => object.properties.values().flat_map(|p| p.ty.references()).collect(),
            Kind::OneOf { variants, .. } => variants.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
