//! A request before it is a type: its parts, and what is wrong with them.

use axum::{
    RequestPartsExt,
    extract::{RawPathParams, Request},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use types::{
    Multipart,
    schema::{self, Kind, Mode, Schema, Violation},
};

use crate::{Failure, Operation, Parameter, Place, Style, form, multipart, path};

/// The most bytes that a body may have; a layer around the routes may ask for less.
pub const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// A request type that is made of what was received.
pub trait Decode: Sized {
    /// Takes its parts. `None` if something is missing, which is noted.
    fn decode(received: &mut Received) -> Option<Self>;
}

/// A request that was read.
#[derive(Debug)]
pub struct Received {
    values: Vec<(Place, &'static str, Value)>,
    headers: HeaderMap,
    body: Body,
    violations: Vec<(String, Violation)>,
}

#[derive(Debug)]
enum Body {
    Bytes(Bytes),
    Multipart(Multipart),
}

impl Received {
    pub(crate) async fn read(operation: &'static Operation, request: Request) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let params = parts.extract::<RawPathParams>().await.map_err(Failure::response)?;
        let mut received = Self {
            values: Vec::new(),
            headers: parts.headers,
            body: Body::Bytes(Bytes::new()),
            violations: Vec::new(),
        };
        received.take_path(operation, &params)?;
        received.take_query(operation, parts.uri.query().unwrap_or_default());
        received.take_headers(operation);
        let bytes = axum::body::to_bytes(body, BODY_LIMIT)
            .await
            .map_err(|_| Failure::status(StatusCode::PAYLOAD_TOO_LARGE))?;
        received.body = match multipart::boundary(&received.headers) {
            None => Body::Bytes(bytes),
            Some(boundary) => match multipart::read(&bytes, &boundary) {
                Some(parts) => Body::Multipart(parts),
                None => return Err(Failure::status(StatusCode::BAD_REQUEST)),
            },
        };
        Ok(received)
    }

    pub(crate) fn into_request<R: Decode>(mut self) -> Result<R, Failure> {
        match R::decode(&mut self) {
            Some(request) if self.violations.is_empty() => Ok(request),
            _ => Err(Failure::violations(&self.violations)),
        }
    }

    /// All headers as they came.
    pub fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    /// A parameter that has to be there.
    pub fn required<T: DeserializeOwned>(&mut self, place: Place, name: &str) -> Option<T> {
        match self.optional(place, name)? {
            Some(value) => Some(value),
            None => {
                self.note(word(place), Violation::new(format!("/{name}"), "is missing"));
                None
            }
        }
    }

    /// A parameter that may be left out.
    pub fn optional<T: DeserializeOwned>(&mut self, place: Place, name: &str) -> Option<Option<T>> {
        let Some(index) = self
            .values
            .iter()
            .position(|(at, known, _)| *at == place && *known == name)
        else {
            return Some(None);
        };
        let (_, _, value) = self.values.swap_remove(index);
        match serde_json::from_value(value) {
            Ok(value) => Some(Some(value)),
            Err(error) => {
                self.note(
                    word(place),
                    Violation::new(format!("/{name}"), format!("can't be read: {error}")),
                );
                None
            }
        }
    }

    /// The body as JSON of the shape `schema`, if there is one.
    pub fn optional_json<T: DeserializeOwned>(&mut self, schema: &'static Schema) -> Option<Option<T>> {
        let bytes = self.bytes();
        if bytes.is_empty() {
            return Some(None);
        }
        match serde_json::from_slice(&bytes) {
            Ok(value) => self.typed(value, schema).map(Some),
            Err(error) => {
                self.note("body", Violation::new("", format!("isn't JSON: {error}")));
                None
            }
        }
    }

    /// The body as JSON of the shape `schema`.
    pub fn json<T: DeserializeOwned>(&mut self, schema: &'static Schema) -> Option<T> {
        let body = self.optional_json(schema)?;
        self.there(body)
    }

    /// The body as a form of the shape `schema`, if there is one.
    pub fn optional_form<T: DeserializeOwned>(&mut self, schema: &'static Schema) -> Option<Option<T>> {
        let bytes = self.bytes();
        if bytes.is_empty() {
            return Some(None);
        }
        let mut fields = Map::new();
        for (key, value) in url::form_urlencoded::parse(&bytes) {
            form::insert(&mut fields, &key, value.into_owned());
        }
        let mut value = Value::Object(fields);
        form::shape(&mut value, schema);
        self.typed(value, schema).map(Some)
    }

    /// The body as a form of the shape `schema`.
    pub fn form<T: DeserializeOwned>(&mut self, schema: &'static Schema) -> Option<T> {
        let body = self.optional_form(schema)?;
        self.there(body)
    }

    /// The body as text, if there is one.
    pub fn optional_text(&mut self) -> Option<Option<String>> {
        let bytes = self.bytes();
        match String::from_utf8(bytes.into()) {
            Ok(text) => Some((!text.is_empty()).then_some(text)),
            Err(_) => {
                self.note("body", Violation::new("", "isn't UTF-8"));
                None
            }
        }
    }

    /// The body as text; it may be empty.
    pub fn text(&mut self) -> Option<String> {
        self.optional_text().map(Option::unwrap_or_default)
    }

    /// The body as it came.
    pub fn bytes(&mut self) -> Bytes {
        match &mut self.body {
            Body::Bytes(bytes) => std::mem::take(bytes),
            Body::Multipart(_) => Bytes::new(),
        }
    }

    /// The parts of the body, if it has any.
    pub fn optional_multipart(&mut self) -> Option<Option<Multipart>> {
        match &mut self.body {
            Body::Multipart(parts) => Some(Some(std::mem::take(parts))),
            Body::Bytes(_) => Some(None),
        }
    }

    /// The parts of the body.
    pub fn multipart(&mut self) -> Option<Multipart> {
        let body = self.optional_multipart()?;
        self.there(body)
    }

    fn there<T>(&mut self, body: Option<T>) -> Option<T> {
        if body.is_none() {
            self.note("body", Violation::new("", "is missing"));
        }
        body
    }

    fn typed<T: DeserializeOwned>(&mut self, mut value: Value, schema: &Schema) -> Option<T> {
        if let Err(violations) = schema::check(&mut value, schema, Mode::Request) {
            self.violations
                .extend(violations.into_iter().map(|violation| ("body".to_owned(), violation)));
            return None;
        }
        serde_json::from_value(value)
            .map_err(|error| self.note("body", Violation::new("", format!("can't be read: {error}"))))
            .ok()
    }

    fn note(&mut self, part: &str, violation: Violation) {
        self.violations.push((part.to_owned(), violation));
    }

    /// Holds a value against the schema of its parameter, or fills in its default.
    fn keep(&mut self, parameter: &'static Parameter, value: Option<Value>) {
        let Parameter { place, property, .. } = parameter;
        let default = || property.default.and_then(|json| serde_json::from_str(json).ok());
        let Some(mut value) = value.or_else(default) else {
            return;
        };
        match schema::check(&mut value, &property.schema, Mode::Request) {
            Ok(()) => self.values.push((*place, property.name, value)),
            Err(violations) => {
                let part = format!("{} `{}`", word(*place), property.name);
                self.violations
                    .extend(violations.into_iter().map(|violation| (part.clone(), violation)));
            }
        }
    }

    fn take_path(&mut self, operation: &'static Operation, params: &RawPathParams) -> Result<(), Failure> {
        let mut found = Vec::new();
        let templates = operation.path.split('/').filter(|segment| segment.contains('{'));
        for (template, (_, segment)) in templates.zip(params) {
            found.extend(path::take(template, segment).ok_or_else(|| Failure::status(StatusCode::NOT_FOUND))?);
        }
        for parameter in in_place(operation, Place::Path) {
            let value = found
                .iter()
                .find(|(name, _)| *name == parameter.property.name)
                .map(|(_, value)| one(value, parameter));
            self.keep(parameter, value);
        }
        Ok(())
    }

    fn take_query(&mut self, operation: &'static Operation, query: &str) {
        let mut found: Map<String, Value> = Map::new();
        let named = |name: &str| in_place(operation, Place::Query).find(|parameter| parameter.property.name == name);
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let (key, value) = (key.into_owned(), value.into_owned());
            if let Some(parameter) = named(&key) {
                match parameter.style {
                    Style::Joined(_) | Style::Json => drop(found.insert(key, one(&value, parameter))),
                    _ => form::add(&mut found, &key, value),
                }
            } else if key
                .split('[')
                .next()
                .and_then(named)
                .is_some_and(|parameter| parameter.style == Style::Deep)
            {
                form::insert(&mut found, &key, value);
            } else if let Some(owner) = in_place(operation, Place::Query)
                .find(|parameter| parameter.style == Style::Fields && has_field(parameter, &key))
            {
                let fields = found
                    .entry(owner.property.name)
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(fields) = fields {
                    form::insert(fields, &key, value);
                }
            }
        }
        for parameter in in_place(operation, Place::Query) {
            let mut value = found.remove(parameter.property.name);
            if let Some(value) = &mut value
                && parameter.style != Style::Json
            {
                form::shape(value, &parameter.property.schema);
            }
            self.keep(parameter, value);
        }
    }

    fn take_headers(&mut self, operation: &'static Operation) {
        for parameter in in_place(operation, Place::Header) {
            let value = self
                .headers
                .get(parameter.property.name)
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
            self.keep(parameter, value.map(|value| one(&value, parameter)));
        }
        let cookies = self
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let cookies: Vec<(String, String)> = cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        for parameter in in_place(operation, Place::Cookie) {
            let value = cookies.iter().find(|(name, _)| name == parameter.property.name);
            self.keep(parameter, value.map(|(_, value)| one(value, parameter)));
        }
    }
}

fn in_place(operation: &'static Operation, place: Place) -> impl Iterator<Item = &'static Parameter> {
    operation
        .parameters
        .iter()
        .filter(move |parameter| parameter.place == place)
}

/// The value of one text.
fn one(text: &str, parameter: &Parameter) -> Value {
    match parameter.style {
        Style::Joined(separator) => text
            .split(separator)
            .map(|item| Value::String(item.trim().to_owned()))
            .collect(),
        Style::Json => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

fn has_field(parameter: &Parameter, key: &str) -> bool {
    match parameter.property.schema.resolved().0 {
        Kind::Object(object) => object.properties.iter().any(|property| property.name == key),
        Kind::Map(_) => true,
        _ => false,
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
