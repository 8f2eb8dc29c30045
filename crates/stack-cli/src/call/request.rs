//! The request of a call.

use clap::ArgMatches;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{
    Method, Request, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;
use stack_client::Authorization;

use super::{authorization, body, may_send};
use crate::{
    command::operation::id,
    failure::{Failure, Result},
    io::Io,
    spec::{Access, Operation},
};

/// What of a path parameter needn't be written in hex.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A call whose arguments are collected, and which may be sent once or, with other cursors, again.
#[derive(Debug, Clone)]
pub struct Prepared {
    operation: &'static Operation,
    path: String,
    /// Names and values.
    pub query: Vec<(String, String)>,
    body: Option<Value>,
    authorization: Option<Authorization>,
}

impl Prepared {
    /// Collects the arguments.
    ///
    /// # Errors
    ///
    /// If one is missing or can't be sent with this access.
    pub fn of(io: &mut Io, operation: &'static Operation, access: Access, matches: &ArgMatches) -> Result<Self> {
        let mut path = operation.path.to_owned();
        for field in operation.path_params {
            let value = matches
                .get_one::<Value>(&id("path", field))
                .map(text)
                .unwrap_or_default();
            if ["", ".", ".."].contains(&value.as_str()) {
                return Err(Failure::usage(format!(
                    "`{value}` can't be the {}",
                    field.flag.replace('-', " ")
                )));
            }
            let encoded = utf8_percent_encode(&value, PLAIN).to_string();
            path = path.replace(&format!("{{{}}}", field.path), &encoded);
        }
        let mut query = Vec::new();
        for field in operation.query {
            match matches.get_one::<Value>(&id("query", field)) {
                Some(value) => {
                    may_send(field, access)?;
                    query.push((field.path.to_owned(), text(value)));
                }
                None if field.required.contains(access) => {
                    return Err(Failure::usage(format!("`--{}` is needed", field.flag)));
                }
                None => {}
            }
        }
        let body = match &operation.body {
            Some(body) => body::collect(io, body, access, matches)?,
            None => None,
        };
        let authorization = match operation.authorization {
            Some(form) => authorization::collect(io, form, matches)?,
            None => None,
        };
        Ok(Self {
            operation,
            path,
            query,
            body,
            authorization,
        })
    }

    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The request to the server at `base_url`.
    ///
    /// # Errors
    ///
    /// If the URL can't be one, or a header can't say what it should.
    pub fn request(&self, base_url: &str) -> Result<Request> {
        let query = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut request = new(self.operation.method, base_url, &self.path, query)?;
        if let Some(body) = &self.body {
            let is_form = self.operation.body.is_some_and(|body| body.form);
            set_body(&mut request, body, is_form);
        }
        if let Some(authorization) = &self.authorization {
            authorization
                .insert_into(request.headers_mut())
                .map_err(Failure::usage)?;
        }
        Ok(request)
    }
}

/// A request without a body.
///
/// # Errors
///
/// If the method isn't one, or the URL.
pub fn new<'a>(
    method: &str,
    base_url: &str,
    path: &str,
    query: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Request> {
    let method: Method = method
        .parse()
        .map_err(|_| Failure::usage(format!("`{method}` is no method")))?;
    let mut url: Url = format!("{base_url}{path}")
        .parse()
        .map_err(|error| Failure::usage(format!("`{base_url}{path}` is no URL: {error}")))?;
    let mut query = query.peekable();
    if query.peek().is_some() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let mut request = Request::new(method, url);
    request
        .headers_mut()
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// Gives `request` a body.
pub fn set_body(request: &mut Request, body: &Value, is_form: bool) {
    let (media_type, bytes) = if is_form {
        let mut form = Url::parse("form:").expect("a URL without anything");
        if let Some(fields) = body.as_object() {
            let pairs = fields.iter().filter(|(_, value)| !value.is_null());
            form.query_pairs_mut()
                .extend_pairs(pairs.map(|(name, value)| (name, text(value))));
        }
        (
            "application/x-www-form-urlencoded",
            form.query().unwrap_or_default().to_owned(),
        )
    } else {
        ("application/json", body.to_string())
    };
    request
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    *request.body_mut() = Some(bytes.into());
}

/// A scalar as URLs have it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
