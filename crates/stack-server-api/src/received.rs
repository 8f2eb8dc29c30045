//! A request after it was read and before it is a type: its parts, and what is wrong with them.

use axum::{
    RequestPartsExt,
    body::Body,
    extract::{OriginalUri, RawPathParams, rejection::RawPathParamsRejection},
};
use http::{HeaderMap, request::Parts};
use serde_json::{Map, Value};
use stack_types::{
    Secret,
    schema::{self, Mode, Violation, Wire},
};

use crate::{
    ApiError, BasicCredentials, RequestInfo, authorization, body, form,
    header::Header,
    headers::REFRESH_TOKEN,
    operation::{Operation, Unknown},
    violations::{Part, Violations},
};

/// A request as one operation takes it; every operation has a generated type for it.
pub trait Decode: Sized {
    /// Takes the parts that the operation has. `None` if one of them doesn't fit: `received` knows what is wrong then.
    fn decode(received: &mut Received) -> Option<Self>;
}

/// The parts of a request that was read, and the violations that were found so far.
#[derive(Debug)]
pub struct Received {
    operation: &'static Operation,
    parts: Parts,
    path: Map<String, Value>,
    body: Option<Value>,
    violations: Violations,
}

impl Received {
    /// Reads the body and the parameters of the path.
    ///
    /// # Errors
    ///
    /// Those of [`body::read`].
    pub(crate) async fn read(operation: &'static Operation, mut parts: Parts, body: Body) -> Result<Self, ApiError> {
        let mut violations = Violations::default();
        let mut path = Map::new();
        if operation.path.contains('{') {
            match parts.extract::<RawPathParams>().await {
                Ok(params) => path.extend(params.iter().map(|(name, value)| (name.to_owned(), value.into()))),
                Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => {
                    violations.note(Part::Path, "", "isn't UTF-8 once decoded");
                }
                Err(error) => return Err(ApiError::internal(error)),
            }
        }
        let body = body::read(&parts, body).await?;
        Ok(Self {
            operation,
            parts,
            path,
            body,
            violations,
        })
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(crate) fn violations(&mut self) -> &mut Violations {
        &mut self.violations
    }

    /// The parameters of the path.
    pub fn path<T: Wire>(&mut self) -> Option<T> {
        if self.violations.any_in(Part::Path) {
            return None;
        }
        let path = std::mem::take(&mut self.path);
        self.violations
            .keep(Part::Path, schema::decode(Value::Object(path), Mode::Request))
    }

    /// The parameters of the query; of those with the same name, the last counts.
    pub fn query<T: Wire>(&mut self) -> Option<T> {
        let query = self.query_object()?;
        self.violations
            .keep(Part::Query, schema::decode(Value::Object(query), Mode::Request))
    }

    /// Refuses every parameter, for an operation that has none, unless the contract says that they don't matter.
    pub fn no_query(&mut self) {
        if self.operation.unknown_query == Unknown::Reject
            && let Some(query) = self.query_object()
        {
            for name in query.keys() {
                self.violations
                    .note(Part::Query, name, "is not known here; this operation takes no query");
            }
        }
    }

    /// The query without the parameters that don't matter.
    fn query_object(&mut self) -> Option<Map<String, Value>> {
        let mut object = Map::new();
        let mut readable = true;
        for pair in form::pairs(self.parts.uri.query().unwrap_or_default()) {
            match pair {
                Ok((name, _)) if self.operation.ignored_query.contains(&name.as_str()) => {}
                Ok((name, value)) => {
                    object.insert(name, Value::String(value));
                }
                Err(name) => {
                    self.violations.note(Part::Query, &name, "isn't UTF-8 once decoded");
                    readable = false;
                }
            }
        }
        readable.then_some(object)
    }

    /// The body.
    pub fn body<T: Wire>(&mut self) -> Option<T> {
        match self.body.take() {
            Some(body) => self.violations.keep(Part::Body, schema::decode(body, Mode::Request)),
            None => {
                self.violations.note(
                    Part::Body,
                    "",
                    "is missing; send it with the content type application/json",
                );
                None
            }
        }
    }

    /// The body, if there is one. The outer `None` means that it doesn't fit.
    pub fn optional_body<T: Wire>(&mut self) -> Option<Option<T>> {
        match self.body.take() {
            Some(body) => self
                .violations
                .keep(Part::Body, schema::decode(body, Mode::Request))
                .map(Some),
            None => Some(None),
        }
    }

    /// The refresh token.
    pub fn refresh_token(&mut self) -> Option<Secret> {
        let token = self.optional_refresh_token();
        if token.is_none() {
            self.note_missing(&REFRESH_TOKEN);
        }
        token
    }

    /// The refresh token, if there is one.
    pub fn optional_refresh_token(&self) -> Option<Secret> {
        REFRESH_TOKEN.secret(&self.parts.headers)
    }

    /// The token of `authorization: Bearer …`, if there is one.
    pub fn bearer(&self) -> Option<Secret> {
        authorization::bearer(&self.parts.headers)
    }

    /// Name and password of `authorization: Basic …`, if they are there.
    pub fn basic(&self) -> Option<BasicCredentials> {
        authorization::basic(&self.parts.headers)
    }

    /// Where the request comes from. It takes the headers along, so it is the last that is asked for.
    pub fn info(&mut self) -> RequestInfo {
        RequestInfo::of(&self.parts.extensions, std::mem::take(&mut self.parts.headers))
    }

    fn note_missing(&mut self, header: &Header) {
        self.violations.note(Part::Headers, header.name(), "is missing");
    }

    /// The request as a type, if nothing is wrong with it.
    ///
    /// # Errors
    ///
    /// SCHEMA_ERROR with everything that is wrong.
    pub(crate) fn decode<R: Decode>(mut self) -> Result<R, ApiError> {
        match R::decode(&mut self) {
            Some(request) if self.violations.is_empty() => Ok(request),
            _ => Err(self.refuse()),
        }
    }

    fn refuse(self) -> ApiError {
        let uri = self
            .parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&self.parts.uri, |OriginalUri(uri)| uri);
        ApiError::schema(self.violations.message(self.operation.method, uri.path()))
    }
}

impl Violations {
    /// The value, or `None` after its violations are noted.
    fn keep<T>(&mut self, part: Part, decoded: Result<T, Vec<Violation>>) -> Option<T> {
        decoded.map_err(|violations| self.extend(part, violations)).ok()
    }
}
