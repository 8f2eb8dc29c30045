//! One operation as a command.

use std::fmt::Write;

use clap::{
    Arg, ArgAction, Command,
    builder::{PossibleValuesParser, StringValueParser, TypedValueParser, ValueParser},
};
use serde_json::Value;

use crate::{
    call::{authorization, confirm},
    spec::{Accesses, Field, Form, Operation, Shape},
    value,
};

/// The command of an operation. It is the same for all accesses: what one of them may not send is refused later, with
/// words that say so.
pub fn command(operation: &'static Operation) -> Command {
    let mut command = Command::new(operation.name)
        .about(operation.summary)
        .long_about(about(operation))
        .after_long_help(after(operation))
        .hide(operation.hidden)
        .disable_help_subcommand(true);
    for field in operation.path_params {
        command = command.arg(positional(field));
    }
    for field in operation.query {
        command = command.arg(flag(operation, field, "query", "Options"));
    }
    if let Some(form) = operation.authorization {
        command = command.arg(authorization::flag(form));
    }
    if confirm::is_needed(operation) {
        command = command.arg(confirm::flag());
    }
    if let Some(body) = operation.body {
        for field in body.fields {
            command = command.arg(flag(operation, field, "body", "Fields"));
        }
        command = command.args(body_args(body.fields));
    }
    if let Form::List { paged } = operation.answer.form {
        command = command.arg(
            Arg::new("columns")
                .long("columns")
                .value_name("KEYS")
                .value_delimiter(',')
                .help_heading("Options")
                .help("The columns of the table, for example `id,primary_email`; dots lead into objects"),
        );
        if paged {
            let all = Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .help_heading("Options");
            command = command.arg(all.help("Follow the cursor and show the items of all pages"));
        }
    }
    command
}

/// The name under which clap keeps a field's values.
pub fn id(kind: &str, field: &Field) -> String {
    format!("{kind}:{}", field.path)
}

fn about(operation: &Operation) -> String {
    let summary = operation.summary;
    let description = operation.description;
    let who = match (operation.takes_credentials, operation.user) {
        (false, _) => "Anybody may call this; no credentials are sent.".to_owned(),
        (true, user) if user.is_empty() => format!("Needs {} access.", operation.access.names()),
        (true, user) if user == operation.access => {
            format!("Needs {} access and a signed-in user.", operation.access.names())
        }
        (true, user) => {
            format!(
                "Needs {} access; {} access also a signed-in user.",
                operation.access.names(),
                user.names()
            )
        }
    };
    let mut text = format!("{summary}.");
    if !description.is_empty() {
        let _ = write!(text, "\n\n{description}");
    }
    let _ = write!(text, "\n\n{who}");
    if operation.refresh_token {
        text.push_str(" The refresh token of the session is sent too.");
    }
    text
}

fn after(operation: &Operation) -> String {
    let mut text = String::new();
    if !operation.errors.is_empty() {
        text.push_str("Errors:\n");
        for (code, when) in operation.errors {
            let _ = writeln!(text, "  {code}: {when}");
        }
        text.push('\n');
    }
    let _ = write!(text, "Sends {} {}", operation.method, operation.path);
    text
}

/// The name of a path parameter's value.
pub fn value_name_of(field: &Field) -> String {
    field.flag.to_uppercase().replace('-', "_")
}

fn positional(field: &'static Field) -> Arg {
    Arg::new(id("path", field))
        .value_name(value_name_of(field))
        .required(true)
        .value_parser(parser(field.shape))
        .help(field.about.trim_end_matches('.'))
}

fn flag(operation: &Operation, field: &'static Field, kind: &str, heading: &'static str) -> Arg {
    let arg = Arg::new(id(kind, field))
        .long(field.flag)
        .help(help(operation, field))
        .help_heading(heading);
    match field.shape {
        Shape::Boolean => arg
            .value_name("BOOL")
            .num_args(0..=1)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(["true", "false"]).map(|word| Value::Bool(word == "true")))
            .hide_possible_values(true),
        Shape::Secret => arg
            .value_name("-|@FILE|TEXT")
            .num_args(0..=1)
            .default_missing_value("-"),
        Shape::List(inner) => arg
            .value_name(value_name(*inner))
            .action(ArgAction::Append)
            .value_parser(parser(*inner)),
        shape => arg.value_name(value_name(shape)).value_parser(parser(shape)),
    }
    .allow_negative_numbers(true)
}

/// What JSON bodies can hold beyond flags.
fn body_args(fields: &'static [Field]) -> Vec<Arg> {
    let arg = |name: &'static str| Arg::new(name).long(name).help_heading("Body");
    let mut args = vec![
        arg("body").value_name("FILE").help("Start from this JSON; `-` is stdin. Fields given as flags replace its own"),
        arg("set").value_name("KEY=JSON").action(ArgAction::Append).help(
            "Set a field to any JSON, for example `server_metadata.plan='\"pro\"'`. Dots lead into objects; `/a/b` is a \
             JSON pointer, for keys with dots",
        ),
    ];
    if fields.iter().any(|field| field.nullable) {
        args.push(
            arg("null")
                .value_name("KEY")
                .action(ArgAction::Append)
                .help("Send `null` for a field, which clears it; a field that isn't given is left alone"),
        );
    }
    args
}

fn value_name(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "TEXT",
        Shape::Secret => "-|@FILE|TEXT",
        Shape::Choice(_) => "NAME",
        Shape::Integer | Shape::Number => "NUMBER",
        Shape::Instant => "MILLIS|DATE",
        Shape::Boolean => "BOOL",
        Shape::List(_) | Shape::Json(_) => "JSON|@FILE",
    }
}

fn parser(shape: Shape) -> ValueParser {
    match shape {
        Shape::Choice(words) => PossibleValuesParser::new(words).map(Value::String).into(),
        // Their text may stand for a file or a prompt, which are read later.
        Shape::Secret | Shape::Json(_) | Shape::List(_) => StringValueParser::new().map(Value::String).into(),
        shape => StringValueParser::new()
            .try_map(move |text| value::parse(shape, &text))
            .into(),
    }
}

fn help(operation: &Operation, field: &Field) -> String {
    let mut text = field.about.trim_end_matches('.').to_owned();
    match &field.shape {
        Shape::Json(hint) | Shape::List(Shape::Json(hint)) if !hint.is_empty() => {
            let _ = write!(text, " (JSON: {hint})");
        }
        _ => {}
    }
    if matches!(field.shape, Shape::List(_)) {
        text.push_str("; may be given several times");
    }
    if field.nullable {
        let _ = write!(text, "; `--null {}` clears it", field.path);
    }
    if field.required.covers(operation.access) {
        text.push_str(" [needed]");
    } else if !field.required.is_empty() {
        let _ = write!(text, " [needed with {} access]", field.required.names());
    }
    if !field.access.covers(operation.access) && field.access != Accesses::NONE {
        let _ = write!(text, " [{} access only]", field.access.names());
    }
    if !field.default.is_empty() {
        let _ = write!(text, " [default: {}]", field.default.trim_matches('"'));
    }
    text
}
