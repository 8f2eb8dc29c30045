//! Bodies that look the same in every run.
//!
//! What differs between runs is replaced by a name, but only if it is what it should be: text that isn't a UUID or a
//! token that isn't one stays as it is, and the snapshot fails. Instants are shown by their distance from the beginning
//! of the test, to the millisecond, since its clock goes only when it is moved.

use std::{cell::RefCell, collections::HashMap};

use regex::{Captures, Regex};
use serde::Serialize;
use serde_json::{Map, Value};
use stack_types::Millis;

use crate::{CLAIMS, claims, http::BASE32};

/// Makes the bodies of one test comparable: the same id has the same name in all of them.
#[derive(Debug)]
pub struct Snapshots {
    start: Millis,
    server: String,
    ids: RefCell<HashMap<String, usize>>,
    id: Regex,
}

impl Snapshots {
    /// For bodies of the server at the URL `server`, whose clock began at `start`.
    pub(crate) fn new(start: Millis, server: &str) -> Self {
        let id = Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").expect("a pattern");
        Self {
            start,
            server: server.to_owned(),
            ids: RefCell::default(),
            id,
        }
    }

    /// The body with everything replaced that differs between runs.
    ///
    /// # Panics
    ///
    /// If it isn't JSON.
    pub fn of(&self, body: impl Serialize) -> Value {
        self.value("", serde_json::to_value(body).expect("JSON"))
    }

    fn value(&self, key: &str, value: Value) -> Value {
        match value {
            Value::Object(members) => {
                let shown = members.into_iter().map(|(key, value)| {
                    let value = self.value(&key, value);
                    (self.text(&key), value)
                });
                Value::Object(shown.collect::<Map<_, _>>())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.value(key, item)).collect()),
            Value::Number(number) if is_instant(key) => number
                .as_i64()
                .map_or(Value::Number(number), |millis| Value::String(self.instant(millis))),
            Value::String(text) => Value::String(self.secret(key, &text).unwrap_or_else(|| self.text(&text))),
            other => other,
        }
    }

    /// `[start]`, and how much later: `[start +1 h]`.
    fn instant(&self, millis: i64) -> String {
        let after = millis - self.start.get();
        if after == 0 {
            return "[start]".to_owned();
        }
        const UNITS: [(i64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1000, "s")];
        let (millis, unit) = UNITS
            .into_iter()
            .find(|(millis, _)| after % millis == 0)
            .unwrap_or((1, "ms"));
        format!("[start {:+} {unit}]", after / millis)
    }

    /// The name of a token or key, if it is one.
    fn secret(&self, key: &str, text: &str) -> Option<String> {
        match key {
            "access_token" => {
                let claims = text.starts_with("ey").then(|| claims(text))?;
                let mut names: Vec<_> = claims.as_object()?.keys().map(String::as_str).collect();
                names.sort_unstable();
                let lives_secs = claims["exp"].as_i64()? - claims["iat"].as_i64()?;
                let sub = self.text(claims["sub"].as_str()?);
                (names == CLAIMS).then(|| format!("[access token of {sub} for {lives_secs} s]"))
            }
            "refresh_token" => is_random(text).then(|| "[refresh token]".to_owned()),
            "publishable_client_key" | "secret_server_key" | "super_secret_admin_key" => {
                let (prefix, random) = text.split_once('_')?;
                let prefix_fits = matches!(prefix, "pck" | "ssk" | "sak");
                (prefix_fits && is_random(random)).then(|| format!("[{prefix}_ key]"))
            }
            "last_four" => {
                let fits = text.len() == 4 && text.chars().all(|digit| BASE32.contains(digit));
                fits.then(|| "[last four]".to_owned())
            }
            _ => None,
        }
    }

    fn text(&self, text: &str) -> String {
        let text = text.replace(&self.server, "[server]");
        let name = |found: &Captures<'_>| {
            let mut ids = self.ids.borrow_mut();
            let next = ids.len() + 1;
            format!("[id {}]", ids.entry(found[0].to_owned()).or_insert(next))
        };
        self.id.replace_all(&text, name).into_owned()
    }
}

fn is_instant(key: &str) -> bool {
    key.ends_with("_at_millis") || matches!(key, "created_at" | "last_used_at")
}

/// Whether it is 224 random bits as the API writes them.
fn is_random(text: &str) -> bool {
    text.len() == 45 && text.chars().all(|digit| BASE32.contains(digit))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(body: Value) -> Value {
        Snapshots::new(Millis(1_000_000), "http://localhost:1").of(body)
    }

    #[test]
    fn what_is_right_is_hidden_under_a_name() {
        let id = "3241a285-8329-4d69-8f3d-316e08cf140c";
        let body = json!({ "id": id, "same": format!("{id}!"), "created_at_millis": 1_000_005, "refresh_token": "a".repeat(45) });
        assert_eq!(
            shown(body),
            json!({ "id": "[id 1]", "same": "[id 1]!", "created_at_millis": "[start +5 ms]", "refresh_token": "[refresh token]" })
        );
    }

    #[test]
    fn what_is_wrong_stays() {
        let body = json!({ "id": "3241a285", "created_at_millis": "5", "refresh_token": "abc", "access_token": "abc" });
        assert_eq!(shown(body.clone()), body);
    }
}
