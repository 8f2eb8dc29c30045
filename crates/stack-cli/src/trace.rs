//! What `--verbose` shows: requests and answers without their secrets.

use std::time::Duration;

use reqwest::{Request, Response};
use serde_json::Value;

use crate::io::Io;

/// Parts of the names of fields that hold secrets.
const SECRET: &[&str] = &["password", "token", "secret", "key", "code", "private"];

/// Shows a request.
pub fn request(io: &mut Io, request: &Request) {
    io.tell(&format!("> {} {}", request.method(), request.url()));
    for (name, value) in request.headers() {
        let shown = match value.to_str() {
            Ok(text) if !value.is_sensitive() => text,
            _ => "[secret]",
        };
        io.tell(&format!("> {name}: {shown}"));
    }
    if let Some(body) = request.body().and_then(|body| body.as_bytes()) {
        let shown = match serde_json::from_slice::<Value>(body) {
            Ok(mut value) => {
                hide(&mut value);
                value.to_string()
            }
            Err(_) => format!("[{} bytes]", body.len()),
        };
        io.tell(&format!("> {shown}"));
    }
}

/// Shows the head of an answer.
pub fn response(io: &mut Io, response: &Response, took: Duration) {
    let id = response
        .headers()
        .get("x-stack-request-id")
        .and_then(|id| id.to_str().ok());
    let id = id.map(|id| format!(", request {id}")).unwrap_or_default();
    io.tell(&format!("< {} after {} ms{id}", response.status(), took.as_millis()));
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.to_ascii_lowercase();
                if value.is_string() && SECRET.iter().any(|part| key.contains(part)) {
                    *value = Value::from("[secret]");
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_however_deep() {
        let mut value =
            json!({ "email": "a@b", "list": [{ "access_token": "x", "newPassword": "y" }], "has_password": true });
        hide(&mut value);
        let hidden = json!({
            "email": "a@b", "list": [{ "access_token": "[secret]", "newPassword": "[secret]" }], "has_password": true
        });
        assert_eq!(value, hidden);
    }
}
