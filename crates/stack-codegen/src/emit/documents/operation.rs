//! An operation in standard words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    promise::{For, anything},
    schema::{reference, schema},
};
use crate::{
    model::{Access, Api, Body, Media, Need, Operation, Param, SuccessKind},
    views::View,
};

/// The header of the token that says who is signed in.
const ACCESS_TOKEN: &str = "x-stack-access-token";
/// The header of the token that names a session.
const REFRESH_TOKEN: &str = "x-stack-refresh-token";

/// The operation as `view` has it, for this reader.
pub fn operation(api: &Api, view: &View, operation: &Operation, reader: For) -> Value {
    let mut json = Map::new();
    json.insert("operationId".into(), operation.id.clone().into());
    json.insert("summary".into(), operation.summary.clone().into());
    json.insert("description".into(), description(api, operation).into());
    json.insert("tags".into(), json!([operation.tag]));
    json.insert("security".into(), security(api, view.access, operation));
    let path = operation.path_params.iter().map(|param| parameter(param, "path"));
    let query = operation.query_params.iter().map(|param| parameter(param, "query"));
    let ignored = operation.ignored_params.iter().filter(|_| reader == For::Readers);
    let ignored = ignored.map(|param| parameter(param, "query"));
    let parameters: Vec<_> = path.chain(query).chain(ignored).collect();
    if !parameters.is_empty() {
        json.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = &operation.body {
        json.insert("requestBody".into(), request_body(body, reader));
    }
    json.insert("responses".into(), responses(operation, reader));
    let errors = errors(operation);
    if !errors.is_empty() {
        json.insert("x-errors".into(), errors.into());
    }
    if operation.hidden {
        json.insert("x-internal".into(), true.into());
    }
    Value::Object(json)
}

/// The codes of the errors that are particular to the operation.
fn errors(operation: &Operation) -> Vec<&str> {
    let mut codes: Vec<_> = operation.errors.iter().map(String::as_str).collect();
    if let Some(rule) = &operation.user
        && !codes.contains(&rule.error.as_str())
    {
        codes.insert(0, &rule.error);
    }
    codes
}

fn description(api: &Api, operation: &Operation) -> String {
    let codes = errors(operation);
    if codes.is_empty() {
        return operation.description.clone();
    }
    let line = |code: &str| {
        let status = api
            .errors
            .iter()
            .find(|error| error.code == code)
            .and_then(|error| error.status);
        status.map_or_else(|| format!("`{code}`"), |status| format!("`{code}` ({status})"))
    };
    let codes: Vec<_> = codes.into_iter().map(line).collect();
    format!("{}\n\nKnown errors: {}.", operation.description, codes.join(", "))
}

/// The names of all credentials that a request of `access` may carry.
pub fn credentials<'a>(api: &'a Api, access: Access, operation: &Operation) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    if operation.auth != Need::None {
        let usual = api.accesses.get(&access).into_iter().flat_map(|info| &info.security);
        names.extend(usual.map(String::as_str));
        let user = operation
            .user
            .as_ref()
            .is_some_and(|rule| rule.required_for.contains(&access));
        let token = named(api, ACCESS_TOKEN).filter(|name| user && !names.contains(name));
        names.extend(token);
    }
    let token = named(api, REFRESH_TOKEN).filter(|_| operation.refresh_token.is_some());
    let authorization = operation.authorization.and_then(|it| api.authorization_scheme(it));
    for name in token.into_iter().chain(authorization) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The name of the scheme of a header.
fn named<'a>(api: &'a Api, header: &str) -> Option<&'a str> {
    let mut schemes = api.security_schemes.iter();
    let (name, _) = schemes.find(|(_, scheme)| scheme["name"] == header)?;
    Some(name)
}

/// Alternatives, each a set of credentials that together suffice.
fn security(api: &Api, access: Access, operation: &Operation) -> Value {
    let all = credentials(api, access, operation);
    let requirement = |names: &[&str]| {
        names
            .iter()
            .map(|name| ((*name).to_owned(), json!([])))
            .collect::<Map<_, _>>()
    };
    // What may be left out: the contract can't say of `authorization` that it is needed, only the method can.
    let refresh = named(api, REFRESH_TOKEN).filter(|_| operation.refresh_token == Some(Need::Optional));
    let authorization = operation.authorization.and_then(|it| api.authorization_scheme(it));
    let may_miss = |name: &str| Some(name) == refresh || Some(name) == authorization;
    let without: Vec<_> = all.iter().copied().filter(|name| !may_miss(name)).collect();
    let mut alternatives = vec![requirement(&all)];
    if without.len() < all.len() {
        alternatives.insert(0, requirement(&without));
    }
    if operation.auth == Need::Optional {
        alternatives.insert(0, Map::new());
    }
    alternatives.dedup();
    if alternatives.iter().all(Map::is_empty) {
        return json!([]);
    }
    alternatives.into()
}

fn parameter(param: &Param, place: &str) -> Value {
    let mut json = Map::new();
    json.insert("name".into(), param.name.clone().into());
    json.insert("in".into(), place.into());
    json.insert("required".into(), param.required.into());
    json.insert("description".into(), param.description.clone().into());
    json.insert("schema".into(), schema(&param.ty, "", param.default.as_ref()));
    Value::Object(json)
}

fn request_body(body: &Body, reader: For) -> Value {
    let content = |media: &Media| {
        let name = match media {
            Media::Json => "application/json",
            Media::Form => "application/x-www-form-urlencoded",
        };
        let schema = if body.opaque && reader == For::Readers {
            anything(*media)
        } else {
            reference(&body.schema)
        };
        (name.to_owned(), json!({"schema": schema}))
    };
    json!({"required": body.required, "content": body.media.iter().map(content).collect::<Map<_, _>>()})
}

fn responses(operation: &Operation, reader: For) -> Value {
    let success = &operation.success;
    let mut responses = Map::new();
    let mut redirects = Vec::new();
    let body = match &success.kind {
        SuccessKind::Json(_) if success.opaque && reader == For::Readers => {
            Some(json!({"application/json": {"schema": anything(Media::Json)}}))
        }
        SuccessKind::Json(name) => Some(json!({"application/json": {"schema": reference(name)}})),
        SuccessKind::Text(media) => Some(json!({media.name(): {"schema": {"type": "string"}}})),
        SuccessKind::Redirect => None,
    };
    match body {
        Some(content) => {
            let mut answer = json!({"description": success.description, "content": content});
            if let Some(value) = &success.cache_control {
                let schema = json!({"type": "string", "enum": [value]});
                let header = json!({"description": "How long it may be kept.", "schema": schema});
                answer["headers"] = json!({"cache-control": header});
            }
            responses.insert(success.status.to_string(), answer.clone());
            for other in &success.also {
                answer["description"] = other.description.clone().into();
                responses.insert(other.status.to_string(), answer.clone());
            }
        }
        None => redirects.push((success.status, &success.description)),
    }
    redirects.extend(success.redirects.iter().map(|other| (other.status, &other.description)));
    for (status, description) in redirects {
        let location = json!({"description": "Where to go.", "schema": {"type": "string", "format": "uri"}});
        let redirect = json!({"description": description, "headers": {"location": location}});
        responses.insert(status.to_string(), redirect);
    }
    for (status, answer) in plain_errors(operation) {
        responses.insert(status.to_string(), answer);
    }
    responses.insert("4XX".into(), json!({"$ref": "#/components/responses/KnownError"}));
    Value::Object(responses)
}

/// The errors without a code, by status; each of these may also be a known one, as every 4xx may.
fn plain_errors(operation: &Operation) -> BTreeMap<u16, Value> {
    let mut answers: BTreeMap<u16, (Vec<&str>, Map<String, Value>)> = BTreeMap::new();
    for (status, when) in &operation.oauth_errors {
        let (whens, content) = answers.entry(*status).or_default();
        whens.push(when);
        let either = json!({"anyOf": [oauth_error(), reference("ErrorBody")]});
        content.insert("application/json".into(), json!({"schema": either}));
    }
    for (status, when) in &operation.text_errors {
        let (whens, content) = answers.entry(*status).or_default();
        whens.push(when);
        content.insert("text/plain".into(), json!({"schema": {"type": "string"}}));
        content
            .entry("application/json")
            .or_insert_with(|| json!({"schema": reference("ErrorBody")}));
    }
    let answer = |(whens, content): (Vec<&str>, Map<String, Value>)| {
        let description = format!("{} Otherwise a known error, if one has this status.", whens.join(" "));
        json!({"description": description, "content": content})
    };
    answers
        .into_iter()
        .map(|(status, said)| (status, answer(said)))
        .collect()
}

/// The body of RFC 6749, section 5.2.
fn oauth_error() -> Value {
    json!({
        "type": "object",
        "description": "An error of the OAuth 2.0 protocol (RFC 6749, section 5.2).",
        "required": ["error"],
        "properties": {
            "error": {"type": "string", "description": "The code of the protocol, for example `invalid_request`."},
            "error_description": {"type": "string", "description": "A sentence for the developer."},
        },
    })
}

/// The answer to all failures that a caller can act on.
pub fn known_error() -> Value {
    json!({
        "description": "A known error. Its status depends on its code.",
        "headers": {
            "x-stack-known-error": {"description": "The code again.", "schema": {"type": "string"}},
        },
        "content": {"application/json": {"schema": reference("ErrorBody")}},
    })
}
