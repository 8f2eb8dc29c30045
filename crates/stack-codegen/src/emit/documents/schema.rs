//! Schemas in standard words.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    model::{Kind, NamedSchema, Object, Property, Range, SuccessKind, Type},
    views::View,
};

/// All schemas of `view`, and that of errors.
pub fn components(view: &View) -> Value {
    let answered = answered(view);
    let one = |(name, schema): (&String, &NamedSchema)| {
        (name.clone(), component(view, schema, answered.contains(name.as_str())))
    };
    let mut components: Map<_, _> = view.schemas.iter().map(one).collect();
    components.insert("ErrorBody".into(), error_body());
    Value::Object(components)
}

/// `{"$ref": …}`.
pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// The schema of a value that isn't a component.
pub fn schema(ty: &Type, description: &str, default: Option<&Value>) -> Value {
    let mut json = shape(ty);
    let words = !description.is_empty() || default.is_some() || ty.nullable;
    if let (Kind::Ref(name), true) = (&ty.kind, words) {
        // Readers ignore whatever stands next to a `$ref`.
        json = Map::from_iter([("allOf".to_owned(), json!([reference(name)]))]);
    }
    if ty.nullable {
        json.insert("nullable".into(), true.into());
    }
    if !description.is_empty() {
        json.insert("description".into(), description.into());
    }
    json.extend(default.map(|value| ("default".to_owned(), value.clone())));
    Value::Object(json)
}

/// The component of a named schema. If answers lead to it, it may get new members.
pub fn component(view: &View, named: &NamedSchema, answered: bool) -> Value {
    let mut json = shape(&named.ty);
    if let Kind::Object(Object { open: false, .. }) = named.ty.kind
        && !answered
    {
        // Requests refuse other keys; answers may get new ones.
        json.insert("additionalProperties".into(), false.into());
    }
    if named.ty.nullable {
        json.insert("nullable".into(), true.into());
    }
    json.insert("description".into(), named.description.clone().into());
    json.extend(
        named
            .example
            .as_ref()
            .map(|value| ("example".to_owned(), seen(value, &named.ty, view))),
    );
    Value::Object(json)
}

fn shape(ty: &Type) -> Map<String, Value> {
    let json = match &ty.kind {
        Kind::Ref(name) => reference(name),
        Kind::String(rules) | Kind::Id { uuid: false, rules } => {
            let mut json = Map::from_iter([("type".to_owned(), json!("string"))]);
            // A hint to tools that the text isn't for showing.
            let format = rules.format.as_deref().or(rules.secret.then_some("password"));
            json.extend(format.map(|format| ("format".to_owned(), format.into())));
            json.extend(rules.min_length.map(|min| ("minLength".to_owned(), min.into())));
            json.extend(rules.max_length.map(|max| ("maxLength".to_owned(), max.into())));
            json.extend(
                rules
                    .pattern
                    .as_ref()
                    .map(|pattern| ("pattern".to_owned(), pattern.clone().into())),
            );
            return json;
        }
        Kind::Integer(range) | Kind::Instant(range) => return number("integer", Some("int64"), range),
        Kind::Number(range) => return number("number", None, range),
        Kind::Boolean { only: None } => json!({"type": "boolean"}),
        Kind::Boolean { only: Some(only) } => json!({"type": "boolean", "enum": [only]}),
        Kind::Array { items, min, max } => {
            let mut json = Map::from_iter([("type".to_owned(), json!("array"))]);
            json.insert("items".into(), schema(items, "", None));
            json.extend(min.map(|min| ("minItems".to_owned(), min.into())));
            json.extend(max.map(|max| ("maxItems".to_owned(), max.into())));
            return json;
        }
        Kind::Map(values) => json!({"type": "object", "additionalProperties": schema(values, "", None)}),
        Kind::Object(object) => return shape_of_object(object),
        Kind::Enum { values } => json!({"type": "string", "enum": values}),
        Kind::Id { uuid: true, .. } => json!({"type": "string", "format": "uuid"}),
        Kind::UserIdOrMe => {
            json!({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "string", "enum": ["me"]}]})
        }
        Kind::OneOf {
            variants,
            discriminator,
        } => {
            let mut json = json!({"oneOf": variants.iter().map(|name| reference(name)).collect::<Vec<_>>()});
            if let Some(discriminator) = discriminator {
                let mapping = discriminator.mapping.iter();
                let mapping = mapping.map(|(value, name)| (value.clone(), reference(name)["$ref"].take()));
                json["discriminator"] = json!({
                    "propertyName": discriminator.property,
                    "mapping": mapping.collect::<Map<_, _>>(),
                });
            }
            json
        }
        Kind::Any => json!({}),
    };
    match json {
        Value::Object(json) => json,
        _ => Map::new(),
    }
}

fn number(ty: &str, format: Option<&str>, range: &Range) -> Map<String, Value> {
    let mut json = Map::from_iter([("type".to_owned(), json!(ty))]);
    json.extend(format.map(|format| ("format".to_owned(), format.into())));
    json.extend(range.min.map(|min| ("minimum".to_owned(), bound(min))));
    json.extend(range.max.map(|max| ("maximum".to_owned(), bound(max))));
    json
}

/// `5` rather than `5.0`.
fn bound(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "compared with the original right after")]
    let whole = value as i64;
    #[expect(
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "asks whether nothing was lost"
    )]
    if whole as f64 == value {
        whole.into()
    } else {
        value.into()
    }
}

fn shape_of_object(object: &Object) -> Map<String, Value> {
    let mut json = Map::from_iter([("type".to_owned(), json!("object"))]);
    let required = object.properties.iter().filter(|(_, property)| property.required);
    let required: Vec<_> = required.map(|(name, _)| name.as_str()).collect();
    if !required.is_empty() {
        json.insert("required".into(), json!(required));
    }
    let properties = object
        .properties
        .iter()
        .map(|(name, property)| (name.clone(), shape_of_property(property)));
    json.insert("properties".into(), Value::Object(properties.collect()));
    if object.open {
        json.insert("additionalProperties".into(), true.into());
    }
    json
}

fn shape_of_property(property: &Property) -> Value {
    let mut json = schema(&property.ty, &property.description, property.default.as_ref());
    if property.hidden {
        json["x-internal"] = true.into();
    }
    json
}

/// The names of the schemas that answers lead to.
fn answered(view: &View) -> BTreeSet<&str> {
    let answers = view
        .operations
        .iter()
        .filter_map(|operation| match &operation.success.kind {
            SuccessKind::Json(name) => Some(name.as_str()),
            SuccessKind::Text(_) | SuccessKind::Redirect => None,
        });
    let mut open: Vec<_> = answers.collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name)
            && let Some(schema) = view.schemas.get(name)
        {
            open.extend(schema.ty.references());
        }
    }
    found
}

/// The example without what this view doesn't see.
pub(crate) fn seen(value: &Value, ty: &Type, view: &View) -> Value {
    match (&ty.kind, value) {
        (Kind::Ref(name), value) => view
            .schemas
            .get(name)
            .map_or_else(|| value.clone(), |schema| seen(value, &schema.ty, view)),
        (Kind::Array { items, .. }, Value::Array(list)) => list.iter().map(|item| seen(item, items, view)).collect(),
        (Kind::Object(object), Value::Object(entries)) => {
            let kept = entries.iter().filter_map(|(name, value)| {
                let property = object.properties.get(name)?;
                Some((name.clone(), seen(value, &property.ty, view)))
            });
            Value::Object(kept.collect())
        }
        _ => value.clone(),
    }
}

/// What every known error looks like.
fn error_body() -> Value {
    json!({
        "type": "object",
        "description": "A failure that a caller can act on.",
        "required": ["code", "error"],
        "properties": {
            "code": {"type": "string", "description": "Which error it is, in SCREAMING_SNAKE_CASE."},
            "details": {"description": "What belongs to the code; absent where there is nothing to add."},
            "error": {"type": "string", "description": "A sentence for people. It may change: branch on the code."},
        },
        "example": {"code": "USER_NOT_FOUND", "error": "There is no such user."},
    })
}
