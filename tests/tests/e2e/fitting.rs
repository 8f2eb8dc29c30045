//! For every operation a request that fits, made from the contract: what has to be there and nothing else.

use regex::Regex;
use serde_json::{Map, Value, json};
use stack_codegen::{
    load::Sources,
    model::{self, Api, Kind, NamedSchema, Param, Type},
    views::{View, Views},
};
use stack_server_api::{Access, operation::Operation};

/// Of nobody.
const USER_ID: &str = "3b4c5f0e-7d0b-4a52-9f3e-0f6f4f1c2d3a";

/// Texts of which one fits every text of the contract.
const TEXTS: [&str; 10] = [
    "a",
    USER_ID,
    "ada@example.com",
    "http://localhost:3000",
    "/",
    "DE",
    "1",
    "YWRh",
    "2026-01-01T00:00:00Z",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// The contract, to make requests of.
pub struct Fitting {
    pub api: Api,
    views: Views,
    /// What paths name as `project_id`.
    project_id: String,
}

/// A request that fits.
pub struct Fit {
    /// With its parameters filled in.
    pub path: String,
    /// Empty, or from the question mark on.
    pub query: String,
    /// As JSON, if one is needed.
    pub body: Option<Value>,
}

impl Fitting {
    pub fn new(project_id: String) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi");
        let api = stack_codegen::read(&Sources::from_folder(folder.as_ref()).expect("readable")).expect("right");
        let views = Views::of(&api);
        Self { api, views, project_id }
    }

    /// A request by this access, if it may call, else by one that may.
    pub fn request(&self, operation: &Operation, access: Option<Access>) -> Fit {
        let access = access.filter(|access| operation.accesses.contains(access));
        let access = access.unwrap_or(operation.accesses[0]);
        let known = model::Access::ALL.into_iter().find(|it| it.name() == access.name());
        let view = self.views.view(known.expect("the accesses are the same"));
        let ours = view
            .operations
            .iter()
            .find(|ours| ours.id == operation.id)
            .expect("it is ours");
        let pairs = ours.query_params.iter().filter(|param| param.required);
        let pairs: Vec<_> = pairs
            .map(|param| format!("{}={}", param.name, text(param, view)))
            .collect();
        let mut path = operation.path.to_owned();
        for param in &ours.path_params {
            let value = if param.name == "project_id" {
                self.project_id.clone()
            } else if text(param, view) == "me" {
                // Where `me` is welcome, it often has a path of its own.
                USER_ID.to_owned()
            } else {
                text(param, view)
            };
            path = path.replace(&format!("{{{}}}", param.name), &value);
        }
        Fit {
            path,
            query: if pairs.is_empty() {
                String::new()
            } else {
                format!("?{}", pairs.join("&"))
            },
            body: ours
                .body
                .as_ref()
                .filter(|body| body.required)
                .map(|body| named(&view.schemas[&body.schema], view)),
        }
    }
}

fn text(param: &Param, view: &View) -> String {
    match value(&param.ty, view) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn named(schema: &NamedSchema, view: &View) -> Value {
    value(&schema.ty, view)
}

/// A value that fits.
fn value(ty: &Type, view: &View) -> Value {
    match &ty.kind {
        Kind::Ref(name) => named(&view.schemas[name], view),
        Kind::String(rules) => {
            let pattern = rules
                .pattern
                .as_deref()
                .map(|pattern| Regex::new(pattern).expect("a pattern"));
            let fits = |text: &&&str| {
                let length = text.len() as u64;
                let format = match rules.format.as_deref() {
                    Some("uuid") => text.len() == 36,
                    Some("email") => text.contains('@'),
                    Some("uri") => text.starts_with("http"),
                    Some("byte") => **text == "YWRh",
                    Some("date-time") => text.ends_with('Z'),
                    _ => true,
                };
                format
                    && rules.min_length.is_none_or(|min| length >= min)
                    && rules.max_length.is_none_or(|max| length <= max)
                    && pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
            };
            json!(
                TEXTS
                    .iter()
                    .find(fits)
                    .unwrap_or_else(|| panic!("no text fits {rules:?}"))
            )
        }
        Kind::Integer(range) | Kind::Number(range) | Kind::Instant(range) => {
            #[expect(clippy::cast_possible_truncation, reason = "bounds are whole and small")]
            let least = range.min.unwrap_or(0.0) as i64;
            json!(least)
        }
        Kind::Boolean { only } => json!(only.unwrap_or(true)),
        Kind::Array { items, min, .. } => (0..min.unwrap_or(0)).map(|_| value(items, view)).collect(),
        Kind::Map(_) => json!({}),
        Kind::Object(object) => {
            let needed = object.properties.iter().filter(|(_, property)| property.required);
            let pairs = needed.map(|(name, property)| (name.clone(), value(&property.ty, view)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Kind::Enum { values } => json!(values[0]),
        Kind::Id { uuid: true, .. } => json!(USER_ID),
        Kind::Id { uuid: false, .. } => json!(TEXTS[0]),
        Kind::UserIdOrMe => json!("me"),
        Kind::OneOf {
            variants,
            discriminator: Some(tag),
        } => {
            let (constant, variant) = tag.mapping.iter().next().expect("there is a variant");
            debug_assert!(variants.contains(variant));
            let mut object = named(&view.schemas[variant], view);
            object[&tag.property] = json!(constant);
            object
        }
        Kind::OneOf { variants, .. } => named(&view.schemas[&variants[0]], view),
        Kind::Any => Value::Null,
    }
}
