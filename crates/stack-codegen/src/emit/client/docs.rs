//! Words of the contract as docs of the generated client.

use heck::{ToPascalCase, ToSnakeCase};
use syn::{Attribute, parse_quote};

use crate::{
    model::{Api, Need, Operation, Param, SuccessKind},
    names::is_keyword,
};

/// Replaces the docs among `attributes` by `text`, one attribute a line.
pub(super) fn replace(attributes: &mut Vec<Attribute>, text: &str) {
    attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    let lines = text.trim_end().lines().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    attributes.splice(0..0, lines.map(|line| parse_quote!(#[doc = #line])));
}

/// The docs of an operation's method.
pub(super) fn of_operation(api: &Api, operation: &Operation) -> String {
    let base = api.prefix(operation.base);
    let mut text = format!("{}\n\n", sentence(&operation.summary));
    if !operation.description.is_empty() {
        text.push_str(&format!("{}\n\n", operation.description.trim()));
    }
    text.push_str(&format!(
        "Sends `{} {base}{}`",
        operation.method.to_uppercase(),
        operation.path
    ));
    text.push_str(match (operation.auth, operation.refresh_token) {
        (Need::None, _) => ", without credentials.\n\n",
        (_, Some(Need::Required | Need::Optional)) => ", with the refresh token.\n\n",
        _ => ".\n\n",
    });
    let builder = operation.id.to_pascal_case();
    let parameters: Vec<_> = operation.path_params.iter().chain(&operation.query_params).collect();
    let authorization = super::authorization::about(operation);
    if !parameters.is_empty() || operation.body.is_some() || authorization.is_some() {
        text.push_str("# Arguments\n\n");
        for parameter in parameters {
            let needed = if parameter.required { " (needed)" } else { "" };
            let mut name = parameter.name.to_snake_case();
            if is_keyword(&name) {
                name.push('_');
            }
            let words = one_line(&parameter.description);
            text.push_str(&format!("- [`{name}`]({builder}::{name}){needed}: {words}\n"));
        }
        if let Some(body) = &operation.body {
            let needed = if body.required { " (needed)" } else { "" };
            text.push_str(&format!("- [`body`]({builder}::body){needed}: what is sent.\n"));
        }
        if let Some(about) = authorization {
            text.push_str(&format!("- [`authorization`]({builder}::authorization): {about}\n"));
        }
        text.push('\n');
    }
    if !operation.errors.is_empty() || !operation.text_errors.is_empty() {
        text.push_str("# Errors\n\nBesides those of every call:\n\n");
        for code in &operation.errors {
            let variant = code.to_pascal_case();
            let when = api
                .errors
                .iter()
                .find(|error| error.code == *code)
                .map(|error| one_line(&error.description));
            let when = when.unwrap_or_default();
            text.push_str(&format!(
                "- [`{variant}`](stack_types::KnownError::{variant}): {when}\n"
            ));
        }
        for (status, when) in &operation.text_errors {
            text.push_str(&format!(
                "- [plain]({}) {status}: {}\n",
                "crate::Error::Plain",
                one_line(when)
            ));
        }
    }
    text
}

/// The docs of the method that sets a parameter.
pub(super) fn of_parameter(parameter: &Param) -> String {
    sentence(parameter.description.trim())
}

/// The docs of the method that sets the body.
pub(super) fn of_body() -> String {
    "What is sent.".to_owned()
}

/// The docs of `send`.
pub(super) fn of_send(operation: &Operation) -> String {
    let gives = match &operation.success.kind {
        SuccessKind::Json(_) => "the answer",
        SuccessKind::Text(_) => "the text of the answer",
        SuccessKind::Redirect => "nothing",
    };
    format!(
        "Sends the request and gives {gives}.\n\n# Errors\n\nIf an argument is missing or doesn't fit, and as \
         [`Error`](crate::Error) says."
    )
}

/// `text` with a full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn one_line(text: &str) -> String {
    sentence(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
