//! How results are written.

mod table;
mod yaml;

use serde_json::Value;

use crate::{
    failure::Result,
    io::Io,
    spec::{Answer, Form},
};

/// A form of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// One item a line, for programs that read lists as they come.
    Jsonl,
    /// For people who read objects with depth.
    Yaml,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Jsonl, Self::Yaml];

    /// As `--output` has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Yaml => "yaml",
        }
    }

    /// The form of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The form that was asked for, or the one that suits who reads.
    pub fn choose(asked: Option<Self>, io: &Io) -> Self {
        asked.unwrap_or(if io.stdout_is_terminal { Self::Table } else { Self::Json })
    }
}

/// Writes an answer.
///
/// # Errors
///
/// If it can't be written.
pub fn write(io: &mut Io, value: &Value, answer: &Answer, format: Format, columns: &[String]) -> Result<()> {
    let text = match format {
        Format::Json => format!("{value:#}\n"),
        Format::Jsonl => lines(value, answer),
        Format::Yaml => yaml::show(value),
        Format::Table => people(value, answer, columns, io.width),
    };
    io.print(&text)
}

/// The items of a list, one a line; anything else on one line.
fn lines(value: &Value, answer: &Answer) -> String {
    match items(value, answer) {
        Some(items) => items.iter().map(|item| format!("{item}\n")).collect(),
        None => format!("{value}\n"),
    }
}

fn people(value: &Value, answer: &Answer, columns: &[String], width: usize) -> String {
    match (answer.form, value) {
        (Form::Done, _) => format!("{}\n", answer.about),
        (Form::List { .. }, _) if let Some(items) = items(value, answer) => {
            let rest = value.pointer("/pagination/next_cursor").and_then(Value::as_str);
            let more = rest
                .map(|cursor| format!("More: --cursor {cursor}, or --all\n"))
                .unwrap_or_default();
            table::list(items, answer.columns, columns, width) + &more
        }
        (_, Value::Object(_)) => table::object(value, answer.columns, width),
        (_, Value::String(text)) => format!("{text}\n"),
        (_, Value::Null) => String::new(),
        (_, other) => format!("{other:#}\n"),
    }
}

fn items<'a>(value: &'a Value, answer: &Answer) -> Option<&'a [Value]> {
    let is_list = matches!(answer.form, Form::List { .. });
    value.get("items").filter(|_| is_list)?.as_array().map(Vec::as_slice)
}
