//! Parameters: where they stand, how they are written, what they are called in Rust.

use serde_json::{Map, Value};

use super::placeholders;
use crate::{
    foreign::{
        document::{below, entries, flag, items, text},
        names::{self, Names},
        schema::{Schemas, any, describe},
    },
    model::{Kind, StringRules, Type},
};

/// A parameter.
#[derive(Debug)]
pub(in crate::foreign) struct Parameter {
    pub place: Place,
    /// On the wire.
    pub name: String,
    /// The field of the request and the method of the builder; unique in the operation.
    pub field: String,
    pub description: String,
    pub required: bool,
    pub ty: Type,
    pub default: Option<Value>,
    pub style: Style,
    pub pointer: String,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::foreign) enum Place {
    Path,
    Query,
    Header,
    Cookie,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::foreign) enum Style {
    /// One text.
    Plain,
    /// A list: once per item.
    Repeated,
    /// A list: items with this between them.
    Joined(&'static str),
    /// A list or a single value: once per item.
    Either,
    /// An object or a list, with keys in brackets.
    Deep,
    /// An object: each of its properties is a parameter.
    Fields,
    /// JSON in a text.
    Json,
}

/// What the emitters call things in a request or a builder.
const TAKEN_FIELDS: &[&str] = &[
    "body",
    "client",
    "exchange",
    "header_map",
    "headers",
    "info",
    "new",
    "request",
    "response",
    "result",
    "send",
    "url",
    "value",
];

/// The parameters of an operation and of its path item.
pub(super) fn all(
    schemas: &mut Schemas<'_>,
    item: &Map<String, Value>,
    operation: &Map<String, Value>,
    item_at: &str,
    operation_at: &str,
    path: &str,
    stem: &str,
) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for (owner, at) in [(item, item_at), (operation, operation_at)] {
        for (index, written) in items(owner, "parameters").iter().enumerate() {
            let pointer = below(&below(at, "parameters"), index.to_string());
            let Some((map, pointer)) = schemas.doc.resolve(written, &pointer) else {
                continue;
            };
            let Some(parameter) = one(schemas, map, &pointer, stem) else {
                continue;
            };
            // An operation's own parameter replaces the one of its path item.
            parameters.retain(|known| (known.place, &known.name) != (parameter.place, &parameter.name));
            parameters.push(parameter);
        }
    }
    let notes = schemas.doc.notes;
    let wanted = placeholders(path);
    parameters.retain(|parameter| {
        let fits = parameter.place != Place::Path || wanted.contains(&parameter.name.as_str());
        if !fits {
            notes.left_out(
                &parameter.pointer,
                "path-parameter",
                format!("`{}` isn't in the path `{path}`", parameter.name),
            );
        }
        fits
    });
    for name in wanted {
        if !parameters
            .iter()
            .any(|known| known.place == Place::Path && known.name == name)
        {
            notes.loosened(
                operation_at,
                "path-parameter",
                format!("`{name}` of the path isn't declared; it is any text"),
            );
            parameters.push(undeclared(name, operation_at));
        }
    }
    let place = |name: &str| placeholders(path).iter().position(|known| *known == name);
    parameters.sort_by_key(|parameter| match parameter.place {
        Place::Path => (0, place(&parameter.name)),
        Place::Query => (1, None),
        Place::Header => (2, None),
        Place::Cookie => (3, None),
    });
    let mut fields = Names::without(TAKEN_FIELDS.iter().copied());
    for parameter in &mut parameters {
        let field = names::snake(&parameter.name);
        let field = if fields.is_free(&field) {
            field
        } else {
            format!("{}_{}", field.trim_end_matches('_'), word(parameter.place))
        };
        parameter.field = fields.take(&field);
    }
    parameters
}

fn undeclared(name: &str, at: &str) -> Parameter {
    Parameter {
        place: Place::Path,
        name: name.to_owned(),
        field: String::new(),
        description: String::new(),
        required: true,
        ty: text_type(),
        default: None,
        style: Style::Plain,
        pointer: at.to_owned(),
    }
}

const fn word(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
    }
}

fn text_type() -> Type {
    Type {
        kind: Kind::String(StringRules::default()),
        nullable: false,
    }
}

fn one(schemas: &mut Schemas<'_>, map: &Map<String, Value>, pointer: &str, stem: &str) -> Option<Parameter> {
    let notes = schemas.doc.notes;
    let Some(name) = text(map, "name").filter(|name| !name.is_empty()) else {
        notes.left_out(pointer, "parameter", "a parameter has to have a name");
        return None;
    };
    let place = match text(map, "in") {
        Some("path") => Place::Path,
        Some("query") => Place::Query,
        Some("header") => Place::Header,
        Some("cookie") => Place::Cookie,
        other => {
            notes.left_out(
                pointer,
                "parameter",
                format!("`in: {}`: there is no such place", other.unwrap_or("")),
            );
            return None;
        }
    };
    if place == Place::Header {
        if ["accept", "content-type", "authorization"].contains(&name.to_ascii_lowercase().as_str()) {
            notes.left_out(
                pointer,
                "ignored-header",
                format!(
                    "OpenAPI says that a parameter `{name}` is to be ignored; the server finds it among the raw headers"
                ),
            );
            return None;
        }
        if http_token(name).is_none() {
            notes.left_out(pointer, "parameter", format!("no header can be called `{name}`"));
            return None;
        }
    }
    let hint = format!("{stem}{}", names::pascal(name));
    let (ty, style) = match entries(map, "content").next() {
        Some((_, media)) => {
            let at = below(pointer, "content");
            (
                media
                    .get("schema")
                    .map_or_else(any, |schema| schemas.ty(schema, &at, &hint)),
                Style::Json,
            )
        }
        None => {
            let ty = map
                .get("schema")
                .map_or_else(text_type, |schema| schemas.ty(schema, &below(pointer, "schema"), &hint));
            (ty, Style::Plain)
        }
    };
    let schema = map.get("schema");
    let description = text(map, "description")
        .map(|words| words.trim().to_owned())
        .unwrap_or_else(|| schema.map(describe).unwrap_or_default());
    let mut parameter = Parameter {
        place,
        name: name.to_owned(),
        field: String::new(),
        description,
        required: place == Place::Path || flag(map, "required"),
        // A parameter that is there is never null.
        ty: Type { nullable: false, ..ty },
        default: schema.and_then(|schema| schema.get("default")).cloned(),
        style,
        pointer: pointer.to_owned(),
    };
    if parameter.style != Style::Json {
        style_of(schemas, map, &mut parameter);
    }
    Some(parameter)
}

/// `name` if it can be a header's.
fn http_token(name: &str) -> Option<&str> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    (!name.is_empty() && name.chars().all(is_token)).then_some(name)
}

/// What a shape is once all names in it are followed.
#[derive(PartialEq)]
enum Form {
    Scalar,
    List,
    Object,
    Mixed,
}

fn form(schemas: &Schemas<'_>, ty: &Type, depth: usize) -> Form {
    match &ty.kind {
        Kind::Ref(name) => match schemas.named.get(name) {
            Some(named) if depth < 16 => form(schemas, &named.ty, depth + 1),
            _ => Form::Mixed,
        },
        Kind::Array { .. } => Form::List,
        Kind::Map(_) | Kind::Object(_) => Form::Object,
        Kind::OneOf { variants, .. } => {
            let forms = variants.iter().map(|name| match schemas.named.get(name) {
                Some(named) if depth < 16 => form(schemas, &named.ty, depth + 1),
                _ => Form::Mixed,
            });
            let mut forms: Vec<_> = forms.collect();
            forms.dedup();
            if forms.len() == 1 {
                forms.swap_remove(0)
            } else {
                Form::Mixed
            }
        }
        Kind::Any => Form::Mixed,
        _ => Form::Scalar,
    }
}

fn style_of(schemas: &Schemas<'_>, map: &Map<String, Value>, parameter: &mut Parameter) {
    let in_url = matches!(parameter.place, Place::Query | Place::Cookie);
    let written = text(map, "style").unwrap_or(if in_url { "form" } else { "simple" });
    let explode = map.get("explode").and_then(Value::as_bool).unwrap_or(written == "form");
    let form = form(schemas, &parameter.ty, 0);
    let style = match (parameter.place, written, form) {
        (Place::Query, "deepObject", _) => Some(Style::Deep),
        (Place::Path, "label" | "matrix", _) => None,
        (_, _, Form::Scalar) => Some(Style::Plain),
        (Place::Query, "form", Form::List) => Some(if explode { Style::Repeated } else { Style::Joined(",") }),
        (Place::Query, "spaceDelimited", Form::List) => Some(Style::Joined(" ")),
        (Place::Query, "pipeDelimited", Form::List) => Some(Style::Joined("|")),
        (Place::Query, "form", Form::Mixed) => Some(Style::Either),
        (Place::Query, "form", Form::Object) if explode => Some(Style::Fields),
        (Place::Path | Place::Header | Place::Cookie, _, Form::List) => Some(Style::Joined(",")),
        _ => None,
    };
    match style {
        Some(style) => parameter.style = style,
        None => {
            let reason = format!(
                "`style: {written}` of this shape isn't taken apart; `{}` is its text as it stands",
                parameter.name
            );
            schemas
                .doc
                .notes
                .loosened(&parameter.pointer, "parameter-style", reason);
            parameter.ty = text_type();
            parameter.default = None;
        }
    }
}
