//! An operation in standard words.

use serde_json::{Map, Value, json};

use super::schema::{reference, schema};
use crate::{
    model::{Access, Api, Body, Media, Need, Operation, Param, SuccessKind},
    views::View,
};

/// The header of the token that says who is signed in.
const ACCESS_TOKEN: &str = "x-stack-access-token";
/// The header of the token that names a session.
const REFRESH_TOKEN: &str = "x-stack-refresh-token";

/// The operation as `view` has it.
pub fn operation(api: &Api, view: &View, operation: &Operation) -> Value {
    let mut json = Map::new();
    json.insert("operationId".into(), operation.id.clone().into());
    json.insert("summary".into(), operation.summary.clone().into());
    json.insert("description".into(), description(api, operation).into());
    json.insert("tags".into(), json!([operation.tag]));
    json.insert("security".into(), security(api, view.access, operation));
    let path = operation.path_params.iter().map(|param| parameter(param, "path"));
    let query = operation.query_params.iter().map(|param| parameter(param, "query"));
    let parameters: Vec<_> = path.chain(query).collect();
    if !parameters.is_empty() {
        json.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = &operation.body {
        json.insert("requestBody".into(), request_body(body));
    }
    json.insert("responses".into(), responses(operation));
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
    if operation.auth == Need::None {
        return named(api, REFRESH_TOKEN)
            .filter(|_| operation.refresh_token.is_some())
            .into_iter()
            .collect();
    }
    let mut names: Vec<&str> = api
        .accesses
        .get(&access)
        .into_iter()
        .flat_map(|info| &info.security)
        .map(String::as_str)
        .collect();
    let user = operation
        .user
        .as_ref()
        .is_some_and(|rule| rule.required_for.contains(&access));
    let tokens = [(ACCESS_TOKEN, user), (REFRESH_TOKEN, operation.refresh_token.is_some())];
    for (header, _) in tokens.into_iter().filter(|(_, read)| *read) {
        names.extend(named(api, header).filter(|name| !names.contains(name)));
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
    let refresh = named(api, REFRESH_TOKEN).filter(|_| operation.refresh_token == Some(Need::Optional));
    let without: Vec<_> = all.iter().copied().filter(|name| Some(*name) != refresh).collect();
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

fn request_body(body: &Body) -> Value {
    let content = |media: &Media| {
        let name = match media {
            Media::Json => "application/json",
            Media::Form => "application/x-www-form-urlencoded",
        };
        (name.to_owned(), json!({"schema": reference(&body.schema)}))
    };
    json!({"required": body.required, "content": body.media.iter().map(content).collect::<Map<_, _>>()})
}

fn responses(operation: &Operation) -> Value {
    let success = &operation.success;
    let (media, body) = match &success.kind {
        SuccessKind::Json(name) => ("application/json", reference(name)),
        SuccessKind::Text => ("text/plain", json!({"type": "string"})),
    };
    let mut responses = Map::new();
    let mut answer = json!({"description": success.description, "content": {media: {"schema": body}}});
    if let Some(value) = &success.cache_control {
        let schema = json!({"type": "string", "enum": [value]});
        answer["headers"] = json!({"cache-control": {"description": "How long it may be kept.", "schema": schema}});
    }
    responses.insert(success.status.to_string(), answer);
    for (status, when) in &operation.text_errors {
        let text = json!({
            "description": format!("{when} Otherwise a known error, if one has this status."),
            "content": {
                "text/plain": {"schema": {"type": "string"}},
                "application/json": {"schema": reference("ErrorBody")},
            },
        });
        responses.insert(status.to_string(), text);
    }
    responses.insert("4XX".into(), json!({"$ref": "#/components/responses/KnownError"}));
    Value::Object(responses)
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
