//! Parameters and bodies as tables of fields.

use heck::ToKebabCase;
use indexmap::IndexMap;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::{accesses, names, one_line};
use crate::model::{AccessSet, Api, Kind, Object, Operation, Param, Property, Type};

/// How deep nested objects become flags of their own; deeper ones are JSON.
const DEPTH: usize = 3;

/// A field before it is written down.
#[derive(Clone)]
struct Field {
    path: Vec<String>,
    about: String,
    shape: TokenStream,
    required: AccessSet,
    access: AccessSet,
    nullable: bool,
    default: Option<Value>,
}

/// The path parameters of `operation`, in the order of its path.
pub(super) fn of_path(api: &Api, operation: &Operation) -> Vec<TokenStream> {
    let mut params: Vec<_> = operation.path_params.iter().collect();
    params.sort_by_key(|param| operation.path.find(&format!("{{{}}}", param.name)));
    let written = params.into_iter().map(|param| {
        let field = of_param(api, operation, param);
        write(&field, operation, &param.name.to_kebab_case())
    });
    written.collect()
}

/// The query parameters of `operation`, and their flags.
pub(super) fn of_query(api: &Api, operation: &Operation) -> (Vec<TokenStream>, Vec<String>) {
    let mut flags = Vec::new();
    let written = operation.query_params.iter().map(|param| {
        let flag = names::flag(&[&param.name], "query", &flags);
        flags.push(flag.clone());
        write(&of_param(api, operation, param), operation, &flag)
    });
    (written.collect(), flags)
}

/// The fields of the body of `operation`; `taken` are the flags of its query.
pub(super) fn of_body(api: &Api, operation: &Operation, taken: &[String]) -> Vec<TokenStream> {
    let Some(body) = &operation.body else { return Vec::new() };
    let mut by_schema: IndexMap<&str, AccessSet> = IndexMap::new();
    for access in &operation.access {
        let schema = body.per_access.get(access).unwrap_or(&body.schema);
        by_schema.entry(schema).or_default().insert(*access);
    }
    let mut fields = Fields::default();
    for (schema, access) in &by_schema {
        fields.add(api, schema, access);
    }
    let written = fields.0.values().map(|field| {
        let path: Vec<_> = field.path.iter().map(String::as_str).collect();
        write(field, operation, &names::flag(&path, "body", taken))
    });
    written.collect()
}

fn of_param(api: &Api, operation: &Operation, param: &Param) -> Field {
    let access = param.access.clone().unwrap_or_else(|| operation.access.clone());
    Field {
        path: vec![param.name.clone()],
        about: one_line(&param.description),
        shape: shape(api, &param.ty),
        required: if param.required {
            access.clone()
        } else {
            AccessSet::new()
        },
        access,
        nullable: false,
        default: param.default.clone(),
    }
}

/// Fields by their path.
#[derive(Default)]
struct Fields(IndexMap<String, Field>);

impl Fields {
    /// Adds those of a body's schema. A union has the fields of all variants, and needs what all of them need.
    fn add(&mut self, api: &Api, schema: &str, access: &AccessSet) {
        match &resolved(
            api,
            &Type {
                kind: Kind::Ref(schema.to_owned()),
                nullable: false,
            },
        )
        .kind
        {
            Kind::Object(object) => self.add_object(api, object, access, &mut vec![schema.to_owned()], &[], true),
            Kind::OneOf {
                variants,
                discriminator,
            } => {
                let objects: Vec<_> = variants.iter().filter_map(|name| object(api, name)).collect();
                for (name, variant) in variants.iter().zip(&objects) {
                    let mut merged = (*variant).clone();
                    for (key, property) in &mut merged.properties {
                        property.required &= objects
                            .iter()
                            .all(|other| other.properties.get(key).is_some_and(|property| property.required));
                    }
                    self.add_object(api, &merged, access, &mut vec![name.clone()], &[], true);
                }
                if let Some(discriminator) = discriminator
                    && let Some(field) = self.0.get_mut(&discriminator.property)
                {
                    let values = discriminator.mapping.keys();
                    field.shape = quote!(Shape::Choice(&[#(#values),*]));
                }
            }
            _ => {}
        }
    }

    fn add_object(
        &mut self,
        api: &Api,
        object: &Object,
        access: &AccessSet,
        above: &mut Vec<String>,
        path: &[String],
        parent_required: bool,
    ) {
        for (key, property) in &object.properties {
            let seen = property.access.as_ref().map(|own| own & access);
            let access = seen.unwrap_or_else(|| access.clone());
            let path: Vec<_> = path.iter().cloned().chain([key.clone()]).collect();
            let required = property.required && parent_required;
            match nested(api, &property.ty, path.len(), above) {
                Some((name, inner)) => {
                    above.push(name);
                    self.add_object(api, inner, &access, above, &path, required);
                    above.pop();
                }
                None => self.insert(api, path, property, access, required),
            }
        }
    }

    fn insert(&mut self, api: &Api, path: Vec<String>, property: &Property, access: AccessSet, required: bool) {
        let needed = if required { access.clone() } else { AccessSet::new() };
        let field = Field {
            about: one_line(&property.description),
            shape: shape(api, &property.ty),
            required: needed,
            access,
            nullable: property.ty.nullable || resolved(api, &property.ty).nullable,
            default: property.default.clone(),
            path,
        };
        let known = self.0.entry(field.path.join(".")).or_insert_with(|| field.clone());
        known.access.extend(&field.access);
        known.required.extend(&field.required);
    }
}

/// The object that `ty` names, if its fields become flags of their own.
fn nested<'a>(api: &'a Api, ty: &Type, depth: usize, above: &[String]) -> Option<(String, &'a Object)> {
    let Kind::Ref(name) = &ty.kind else { return None };
    let object = object(api, name)?;
    let fits = depth < DEPTH && !above.contains(name) && !object.open && !object.properties.is_empty();
    fits.then(|| (name.clone(), object))
}

fn object<'a>(api: &'a Api, name: &str) -> Option<&'a Object> {
    match &api.schemas.get(name)?.ty.kind {
        Kind::Object(object) => Some(object),
        Kind::Ref(other) => self::object(api, other),
        _ => None,
    }
}

/// `ty`, or what it names.
fn resolved<'a>(api: &'a Api, ty: &'a Type) -> std::borrow::Cow<'a, Type> {
    match &ty.kind {
        Kind::Ref(name) => match api.schemas.get(name) {
            Some(named) => {
                let inner = resolved(api, &named.ty);
                std::borrow::Cow::Owned(Type {
                    nullable: ty.nullable || inner.nullable,
                    ..inner.into_owned()
                })
            }
            None => std::borrow::Cow::Borrowed(ty),
        },
        _ => std::borrow::Cow::Borrowed(ty),
    }
}

/// The `Shape` of a type.
fn shape(api: &Api, ty: &Type) -> TokenStream {
    match &resolved(api, ty).kind {
        Kind::String(rules) if rules.secret => quote!(Shape::Secret),
        Kind::String(_) | Kind::Id { .. } | Kind::UserIdOrMe | Kind::Ref(_) => quote!(Shape::Text),
        Kind::Integer(_) => quote!(Shape::Integer),
        Kind::Number(_) => quote!(Shape::Number),
        Kind::Instant(_) => quote!(Shape::Instant),
        Kind::Boolean { .. } => quote!(Shape::Boolean),
        Kind::Enum { values } => quote!(Shape::Choice(&[#(#values),*])),
        Kind::Array { items, .. } => {
            let inner = shape(api, items);
            quote!(Shape::List(&#inner))
        }
        Kind::Map(_) => quote!(Shape::Json("an object")),
        Kind::Object(object) => {
            let hint = keys(object);
            quote!(Shape::Json(#hint))
        }
        Kind::OneOf { .. } | Kind::Any => quote!(Shape::Json("")),
    }
}

/// The keys of an object, those that may be left out with a question mark.
fn keys(object: &Object) -> String {
    let keys = object.properties.iter().filter(|(_, property)| !property.hidden);
    let keys: Vec<_> = keys
        .map(|(key, property)| {
            if property.required {
                key.clone()
            } else {
                format!("{key}?")
            }
        })
        .collect();
    if keys.is_empty() {
        "an object".to_owned()
    } else {
        format!("{{{}}}", keys.join(", "))
    }
}

fn write(field: &Field, operation: &Operation, flag: &str) -> TokenStream {
    let (path, about, shape) = (field.path.join("."), &field.about, &field.shape);
    let everybody = &operation.access;
    let mut written = quote!(field(#path, #flag, #shape, #about));
    if field.required == *everybody {
        written.extend(quote!(.required()));
    } else if !field.required.is_empty() {
        let list = accesses(&field.required);
        written.extend(quote!(.required_for(#list)));
    }
    if field.access != *everybody {
        let list = accesses(&field.access);
        written.extend(quote!(.only(#list)));
    }
    if field.nullable {
        written.extend(quote!(.nullable()));
    }
    if let Some(default) = &field.default {
        let default = default.to_string();
        written.extend(quote!(.default(#default)));
    }
    written
}
