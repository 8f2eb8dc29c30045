//! Every Rust type has the shape of its schema, for every kind of access.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stack_codegen::{
    model::{Access, EVENTS, Kind, NamedSchema, Object, Property, Type},
    views::Views,
};
use stack_types::all::ALL;

use crate::API;

/// What both sides say of an object's member: whether it is always there, whether it may be null, and its type.
type Member = (bool, Option<bool>, String);

#[test]
fn every_schema_of_every_access_has_its_type_and_no_other_exists() {
    let types: BTreeSet<_> = ALL
        .iter()
        .map(|(access, name, _)| (*access, (*name).to_owned()))
        .collect();
    let views = Views::of(&API);
    let schemas = Access::ALL.into_iter().flat_map(|access| {
        views
            .view(access)
            .schemas
            .keys()
            .map(move |name| (access.name(), name.clone()))
    });
    assert_eq!(types, schemas.collect());
}

#[test]
fn every_object_has_the_members_of_its_schema() {
    let views = Views::of(&API);
    for access in Access::ALL {
        let view = views.view(access);
        for (_, name, schema) in ALL.iter().filter(|(of, ..)| *of == access.name()) {
            let ours = &view.schemas[*name];
            let Kind::Object(object) = &ours.ty.kind else { continue };
            let expected = members_of(object);
            let schema = schema().to_value();
            let mut members = members(&schema);
            // The union writes the word that tells its variants apart; a variant that stands nowhere else hasn't it.
            if let Some(word) = discriminator_of(name)
                && let Some(member) = expected.get(word)
            {
                members.entry(word.to_owned()).or_insert_with(|| member.clone());
            }
            assert_eq!(members, expected, "{access} {name}");
        }
    }
}

#[test]
fn what_only_events_have_has_the_members_of_its_schema() {
    let types: [(&str, schemars::Schema); 4] = [
        (
            "UserDeletedData",
            schemars::schema_for!(stack_webhooks::UserDeletedData),
        ),
        (
            "UserDeletedTeam",
            schemars::schema_for!(stack_webhooks::UserDeletedTeam),
        ),
        (
            "TeamDeletedData",
            schemars::schema_for!(stack_webhooks::TeamDeletedData),
        ),
        ("TestData", schemars::schema_for!(stack_webhooks::TestData)),
    ];
    let own = API.schemas.values().filter(|schema| schema.module == EVENTS);
    let names: Vec<_> = own.map(|schema| schema.name.as_str()).collect();
    assert!(
        types.iter().map(|(name, _)| *name).eq(names.iter().copied()),
        "{names:?}"
    );
    for (name, schema) in types {
        let Kind::Object(object) = &API.schemas[name].ty.kind else {
            panic!("{name} isn't an object")
        };
        assert_eq!(members(&schema.to_value()), members_of(object), "{name}");
    }
}

#[test]
fn every_other_type_is_what_its_schema_says() {
    let views = Views::of(&API);
    for access in Access::ALL {
        let view = views.view(access);
        for (_, name, schema) in ALL.iter().filter(|(of, ..)| *of == access.name()) {
            let ours: &NamedSchema = &view.schemas[*name];
            let schema = schema().to_value();
            match &ours.ty.kind {
                Kind::Object(_) | Kind::OneOf { .. } => {}
                _ => assert_eq!(word_of(&schema, &schema), word(&ours.ty), "{access} {name}"),
            }
        }
    }
}

/// The property that tells a variant of a union from the others.
fn discriminator_of(variant: &str) -> Option<&'static str> {
    API.schemas.values().find_map(|schema| match &schema.ty.kind {
        Kind::OneOf {
            discriminator: Some(discriminator),
            ..
        } if discriminator.mapping.values().any(|name| name == variant) => Some(discriminator.property.as_str()),
        _ => None,
    })
}

/// The members as the contract has them.
fn members_of(object: &Object) -> BTreeMap<String, Member> {
    let member = |(name, property): (&String, &Property)| {
        let nullable = property
            .required
            .then_some(property.ty.nullable || is_any(&property.ty));
        (name.clone(), (property.required, nullable, word(&property.ty)))
    };
    object.properties.iter().map(member).collect()
}

fn is_any(ty: &Type) -> bool {
    matches!(named(ty).kind, Kind::Any)
}

/// What a name stands for, if it has no Rust type of its own: it is another name for the type then.
fn named(ty: &Type) -> &Type {
    let Kind::Ref(name) = &ty.kind else { return ty };
    match &API.schemas[name].ty {
        own if has_type(&own.kind) => ty,
        other => named(other),
    }
}

fn has_type(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Object(_) | Kind::OneOf { .. } | Kind::Enum { .. } | Kind::Id { .. } | Kind::UserIdOrMe
    )
}

/// The type as the contract has it, in a word. Enums are open in Rust, so they are text here.
fn word(ty: &Type) -> String {
    match &named(ty).kind {
        Kind::Ref(name) => name.clone(),
        Kind::String(_) | Kind::Enum { .. } | Kind::Id { .. } | Kind::UserIdOrMe => "string".to_owned(),
        Kind::Integer(_) | Kind::Instant(_) => "integer".to_owned(),
        Kind::Number(_) => "number".to_owned(),
        Kind::Boolean { .. } => "boolean".to_owned(),
        Kind::Array { items, .. } => format!("[{}]", word(items)),
        Kind::Map(values) => format!("{{{}}}", word(values)),
        Kind::Object(_) | Kind::OneOf { .. } => "object".to_owned(),
        Kind::Any => "any".to_owned(),
    }
}

fn members(schema: &Value) -> BTreeMap<String, Member> {
    let required: BTreeSet<_> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let member = |(name, ty): (&String, &Value)| {
        let required = required.contains(name.as_str());
        (
            name.clone(),
            (required, required.then(|| may_be_null(ty)), word_of(schema, ty)),
        )
    };
    properties.map(member).collect()
}

fn may_be_null(ty: &Value) -> bool {
    let is_null = |ty: &Value| ty["type"] == "null";
    let any =
        ty == &Value::Bool(true) || ty.get("type").is_none() && ty.get("$ref").is_none() && ty.get("anyOf").is_none();
    any || ty["type"]
        .as_array()
        .is_some_and(|types| types.contains(&"null".into()))
        || ty["anyOf"]
            .as_array()
            .is_some_and(|choices| choices.iter().any(is_null))
}

/// The type as Rust has it, in a word; names that the contract doesn't have are followed.
fn word_of(root: &Value, ty: &Value) -> String {
    if let Some(reference) = ty["$ref"].as_str() {
        let name = reference.rsplit('/').next().expect("a name");
        if API.schemas.contains_key(name) {
            return name.to_owned();
        }
        return word_of(root, &root["$defs"][name]);
    }
    if let Some(choices) = ty["anyOf"].as_array() {
        let choice = choices
            .iter()
            .find(|choice| choice["type"] != "null")
            .expect("a type besides null");
        return word_of(root, choice);
    }
    let types = match &ty["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        other => other.as_str(),
    };
    match types {
        None if ty["const"].is_string() || ty["enum"].is_array() => "string".to_owned(),
        None => "any".to_owned(),
        Some("array") => format!("[{}]", word_of(root, &ty["items"])),
        Some("object") if ty["additionalProperties"].is_object() || ty["additionalProperties"] == true => {
            format!("{{{}}}", word_of(root, &ty["additionalProperties"]))
        }
        Some(name) => name.to_owned(),
    }
}
