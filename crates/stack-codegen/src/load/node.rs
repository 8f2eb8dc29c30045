//! A YAML tree whose every node knows where it stands.

use std::sync::Arc;

use serde_json::{Map, Number, Value};

use crate::model::Location;

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub data: Data,
    /// Where it starts.
    pub mark: Mark,
}

/// A place in a file.
#[derive(Debug, Clone)]
pub struct Mark {
    file: Arc<str>,
    line: usize,
    column: usize,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Data {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Number(f64),
    /// Text.
    Text(String),
    /// `[…]` or lines with dashes.
    List(Vec<Node>),
    /// `{…}` or lines with keys, in the order written.
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub mark: Mark,
    /// The value.
    pub value: Node,
}

impl Mark {
    /// A place in `file`; both numbers from 1.
    pub const fn new(file: Arc<str>, line: usize, column: usize) -> Self {
        Self { file, line, column }
    }

    /// The file, relative to the folder of `root.yaml`.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The same as the model has it.
    pub fn location(&self) -> Location {
        Location {
            file: self.file.to_string(),
            line: self.line,
            column: self.column,
        }
    }
}

impl Node {
    /// Where it starts.
    pub fn location(&self) -> Location {
        self.mark.location()
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if it is a mapping.
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.data {
            Data::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of `key`, if it is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_mapping()?.iter().find(|entry| entry.key == key)
    }

    /// The value of `key`, if it is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        Some(&self.entry(key)?.value)
    }

    /// What it is, for messages: `a list`, `text`, ….
    pub const fn noun(&self) -> &'static str {
        match self.data {
            Data::Null => "nothing",
            Data::Boolean(_) => "a boolean",
            Data::Integer(_) => "a whole number",
            Data::Number(_) => "a number",
            Data::Text(_) => "text",
            Data::List(_) => "a list",
            Data::Mapping(_) => "a mapping",
        }
    }

    /// The same as JSON. Numbers that JSON doesn't have become `null`.
    pub fn to_value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Boolean(value) => Value::Bool(*value),
            Data::Integer(value) => Value::from(*value),
            Data::Number(value) => Number::from_f64(*value).map_or(Value::Null, Value::Number),
            Data::Text(text) => Value::String(text.clone()),
            Data::List(items) => items.iter().map(Self::to_value).collect(),
            Data::Mapping(entries) => Value::Object(
                entries
                    .iter()
                    .map(|e| (e.key.clone(), e.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}
