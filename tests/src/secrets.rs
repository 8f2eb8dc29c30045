//! Searching for secrets where none may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::Mail;

/// What answers call their secrets.
const SECRET_KEYS: [&str; 9] = [
    "access_token",
    "refresh_token",
    "attempt_code",
    "nonce",
    "code",
    "polling_code",
    "login_code",
    "publishable_client_key",
    "secret_server_key",
];

/// Secrets that were given out or taken in, with what they are.
#[derive(Debug, Clone, Default)]
pub struct Secrets(Vec<(String, String)>);

impl Secrets {
    /// Remembers one.
    ///
    /// # Panics
    ///
    /// If it is so short that it could be found by chance.
    pub fn add(&mut self, what: &str, secret: impl AsRef<str>) {
        let secret = secret.as_ref();
        assert!(secret.len() >= 8, "the {what} is too short to be searched for");
        self.0.push((what.to_owned(), secret.to_owned()));
    }

    /// Remembers what an answer gives out: whatever the contract calls a token, a nonce or a code.
    ///
    /// # Panics
    ///
    /// As [`Secrets::add`].
    pub fn add_answer(&mut self, body: &Value) {
        match body {
            Value::Object(members) => {
                for (key, value) in members {
                    match value.as_str() {
                        Some(secret) if SECRET_KEYS.contains(&key.as_str()) && secret.len() >= 8 => {
                            self.add(key, secret)
                        }
                        _ => self.add_answer(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add_answer(item)),
            _ => {}
        }
    }

    /// Remembers what a mail holds: the code of its link, and its address.
    ///
    /// # Panics
    ///
    /// As [`Secrets::add`].
    pub fn add_mail(&mut self, mail: &Mail, address: &str) {
        self.add("address", address);
        self.add("code", mail.link_code());
        // Whoever finds these has what the mail doesn't show.
        self.add("nonce", &mail.link_code()[6..]);
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What of them stands in `bytes`: in clear or in hexadecimal digits, as a whole or as the signature of a token.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let is_in = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        let hex = |secret: &str| secret.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let stands = |secret: &str| is_in(secret.as_bytes()) || is_in(hex(secret).as_bytes());
        // Of a JWT, the signature alone is enough to give it away.
        let found = self.0.iter().filter(|(_, secret)| {
            let signature = secret.rsplit('.').next().filter(|part| part.len() >= 40);
            stands(secret) || signature.is_some_and(stands)
        });
        found.map(|(what, _)| what.as_str()).collect()
    }
}

/// Every file in and below `folder`, with its bytes.
///
/// # Panics
///
/// If one can't be read.
pub fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push((path.clone(), fs::read(&path).expect("the file is readable")));
        }
    }
    files.sort();
    files
}
