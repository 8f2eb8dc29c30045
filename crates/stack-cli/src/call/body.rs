//! The body of a call: a file, then flags, then `--set`, then `--null`.

use clap::{ArgMatches, parser::ValueSource};
use serde_json::{Map, Value};

use super::may_send;
use crate::{
    command::operation::id,
    failure::{Failure, Result},
    io::Io,
    spec::{Access, Body, Field, Shape},
    value,
};

/// Collects it. `None`: there is nothing to send, and nothing has to be sent.
///
/// # Errors
///
/// If a value can't be read or doesn't fit, or a needed one is missing.
pub(super) fn collect(io: &mut Io, body: &Body, access: Access, matches: &ArgMatches) -> Result<Option<Value>> {
    let mut value = match matches.get_one::<String>("body") {
        Some(source) => {
            let text = io.contents(source)?;
            serde_json::from_str(&text)
                .map_err(|error| Failure::usage(format!("what `--body` gives isn't JSON: {error}")))?
        }
        None => Value::Object(Map::new()),
    };
    let mut is_given = matches.contains_id("body");
    for field in body.fields {
        let id = id("body", field);
        if matches.value_source(&id) == Some(ValueSource::CommandLine) {
            may_send(field, access)?;
            let given = flag(io, field, matches, &id)?;
            put(&mut value, &keys(field.path), given)?;
            is_given = true;
        }
    }
    for text in matches.get_many::<String>("set").into_iter().flatten() {
        let (key, json) = text
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("`--set {text}` has to be KEY=JSON")))?;
        let given = serde_json::from_str(json).map_err(|error| {
            Failure::usage(format!("`--set {key}` isn't JSON: {error}"))
                .hint(format!("A text has quotes: --set '{key}=\"text\"'"))
        })?;
        put(&mut value, &keys(key), given)?;
        is_given = true;
    }
    if let Ok(Some(nulls)) = matches.try_get_many::<String>("null") {
        for key in nulls {
            let field = body.fields.iter().find(|field| field.path == key || field.flag == key);
            if let Some(field) = field {
                may_send(field, access)?;
            }
            put(
                &mut value,
                &keys(field.map_or(key.as_str(), |field| field.path)),
                Value::Null,
            )?;
            is_given = true;
        }
    }
    if !is_given && !body.required {
        return Ok(None);
    }
    complete(io, body, access, &mut value)?;
    Ok(Some(value))
}

/// What a flag was given.
fn flag(io: &mut Io, field: &Field, matches: &ArgMatches, id: &str) -> Result<Value> {
    let texts = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
    match field.shape {
        // clap keeps what was given for it as text.
        Shape::Secret => {
            let argument = matches.get_one::<String>(id).cloned().unwrap_or_default();
            Ok(Value::String(io.secret(&argument, &words(field))?))
        }
        Shape::Json(_) => {
            let argument = matches.get_one::<Value>(id).map(texts).unwrap_or_default();
            json(io, field, &argument)
        }
        Shape::List(inner) => {
            let given: Vec<_> = matches.get_many::<Value>(id).into_iter().flatten().cloned().collect();
            let items = given.into_iter().map(|item| match inner {
                Shape::Json(_) | Shape::List(_) => json(io, field, &texts(&item)),
                Shape::Secret => Ok(Value::String(io.secret(&texts(&item), &words(field))?)),
                _ => Ok(item),
            });
            Ok(Value::Array(items.collect::<Result<_>>()?))
        }
        _ => Ok(matches.get_one::<Value>(id).cloned().unwrap_or_default()),
    }
}

/// JSON, or `@` and the file that holds it.
fn json(io: &mut Io, field: &Field, argument: &str) -> Result<Value> {
    let text = match argument.strip_prefix('@') {
        Some(file) => io.contents(file)?,
        None => argument.to_owned(),
    };
    value::parse(Shape::Json(""), &text).map_err(|error| {
        let hint = "A text needs quotes of its own: '\"text\"'. `@file` reads a file.";
        Failure::usage(format!("`--{}`: {error}", field.flag)).hint(hint)
    })
}

/// Sees that nothing is missing: a secret can be asked for, anything else has to be given.
fn complete(io: &mut Io, body: &Body, access: Access, value: &mut Value) -> Result<()> {
    let mut missing = Vec::new();
    for field in body.fields.iter().filter(|field| field.required.contains(access)) {
        let keys = keys(field.path);
        if keys.iter().try_fold(&*value, |value, key| value.get(key)).is_some() {
            continue;
        }
        if field.shape == Shape::Secret && io.stdin_is_terminal {
            let secret = io.ask_secret(&words(field))?;
            put(value, &keys, Value::String(secret))?;
        } else {
            missing.push(format!("`--{}`", field.flag));
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let verb = if missing.len() == 1 { "is" } else { "are" };
    Err(Failure::usage(format!("{} {verb} needed", missing.join(", "))).hint("`--body FILE` can give them too."))
}

fn words(field: &Field) -> String {
    field.flag.replace(['-', '.'], " ")
}

/// The keys of `a.b`, or of the JSON pointer `/a/b`.
fn keys(path: &str) -> Vec<String> {
    match path.strip_prefix('/') {
        Some(pointer) => pointer
            .split('/')
            .map(|key| key.replace("~1", "/").replace("~0", "~"))
            .collect(),
        None => path.split('.').map(str::to_owned).collect(),
    }
}

/// Puts `given` where `keys` lead; objects on the way are made.
fn put(value: &mut Value, keys: &[String], given: Value) -> Result<()> {
    let Some((key, rest)) = keys.split_first() else {
        *value = given;
        return Ok(());
    };
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => put(map.entry(key.clone()).or_insert(Value::Null), rest, given),
        Value::Array(items) => match key.parse::<usize>() {
            Ok(at) if at < items.len() => put(&mut items[at], rest, given),
            Ok(at) if at == items.len() => {
                items.push(Value::Null);
                put(&mut items[at], rest, given)
            }
            _ => Err(Failure::usage(format!(
                "`{key}` is no place in a list of {}",
                items.len()
            ))),
        },
        other => Err(Failure::usage(format!(
            "`{key}` can't be set in `{other}`, which isn't an object"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(mut value: Value, path: &str, given: Value) -> Value {
        put(&mut value, &keys(path), given).unwrap();
        value
    }

    #[test]
    fn a_value_is_put_where_its_path_leads() {
        assert_eq!(with(json!({}), "a.b", json!(1)), json!({ "a": { "b": 1 } }));
        assert_eq!(with(json!({ "a": null }), "a.b", json!(1)), json!({ "a": { "b": 1 } }));
        assert_eq!(with(json!({ "a": [1] }), "a.1", json!(2)), json!({ "a": [1, 2] }));
        assert_eq!(with(json!({}), "/a.b/c~1d", json!(1)), json!({ "a.b": { "c/d": 1 } }));
    }

    #[test]
    fn a_path_through_a_scalar_is_refused() {
        assert!(put(&mut json!({ "a": 1 }), &keys("a.b"), json!(1)).is_err());
        assert!(put(&mut json!([]), &keys("7"), json!(1)).is_err());
    }
}
