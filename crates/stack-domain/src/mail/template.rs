//! Templates that projects write, in minijinja: compiled within walls, and rendered to what a mail says.
//!
//! Whoever writes templates may run a project, but not the server. So a template has no loader and knows no file, only
//! filters that make no text longer, and no operator that does (`source` says which); its steps, the depth of its
//! nesting and the text that it puts out are bounded. Values are escaped; `{% set subject = … %}` and
//! `{% set category = … %}` at the top say what isn't in the body.

use std::io;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, context, escape_formatter, filters,
    tests,
    value::{Serde, Value, ValueKind},
};
use serde::Serialize;
use serde_json::Map;
use stack_types::KnownError;

use super::{plain, render::one_line, settings::MAX_BODY_BYTES, source};
use crate::{
    error::DomainError,
    models::{NotificationCategory, Project},
};

/// How many steps a rendering may take at most.
const MAX_FUEL: u64 = 20_000;
/// How many bytes of a source the steps of a rendering may touch, roughly: a loop repeats what is in it.
const MAX_WORK: u64 = 512 * 1024 * 1024;
/// How deep blocks and calls may nest.
const MAX_DEPTH: usize = 50;
/// How many characters a subject has at most.
const MAX_SUBJECT: usize = 250;

/// Why a mail can't be made of a template, for whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault(pub(super) String);

impl From<Fault> for DomainError {
    fn from(fault: Fault) -> Self {
        KnownError::EmailRenderingError { error: fault.0 }.into()
    }
}

/// What becomes of variables that nobody gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// The mail isn't made.
    Refused,
    /// They are empty: for a look at a template.
    Empty,
}

/// What a mail is made of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    /// A template.
    Template(&'a str),
    /// HTML as it is.
    Html(&'a str),
}

/// Whom a mail is for, as templates know them.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reader {
    /// What people call them; empty if nobody knows.
    pub(super) display_name: String,
    /// The primary address; empty if there is none.
    pub(super) primary_email: String,
}

/// A mail, made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    /// The subject that the template set.
    pub(super) subject: Option<String>,
    /// The kind of mail that the template set.
    pub(super) category: Option<NotificationCategory>,
    pub(super) html: String,
    pub(super) text: String,
}

/// A template within its theme, compiled.
pub(super) struct Design<'a> {
    body: Compiled<'a>,
    theme: Option<Environment<'static>>,
}

enum Compiled<'a> {
    Template(Box<Environment<'static>>),
    Html(&'a str),
}

/// The one name in each environment.
const NAME: &str = "mail.html";

/// Counts what a rendering has put out.
struct Written(usize);

impl<'a> Design<'a> {
    /// Compiles a template and a theme.
    pub(super) fn compile(body: Body<'a>, theme: Option<&str>, missing: Missing) -> Result<Self, Fault> {
        let body = match body {
            Body::Template(source) => Compiled::Template(Box::new(compile("template", source, missing)?)),
            Body::Html(html) => Compiled::Html(html),
        };
        let theme = theme.map(compile_theme).transpose()?;
        Ok(Self { body, theme })
    }

    /// Makes a mail for somebody. Names that mean something already can't be taken by variables.
    pub(super) fn render(
        &self,
        project: &Project,
        reader: &Reader,
        variables: &Map<String, serde_json::Value>,
        unsubscribe_link: &str,
    ) -> Result<Made, Fault> {
        let context = context! {
            user => Serde(reader),
            project => context! {
                displayName => one_line(&project.display_name),
                logoUrl => super::render::logo(project).unwrap_or_default(),
            },
            variables => Serde(variables),
            unsubscribeLink => unsubscribe_link,
            ..Value::from(Serde(variables))
        };
        let (inner, subject, category) = match &self.body {
            Compiled::Html(html) => ((*html).to_owned(), None, None),
            Compiled::Template(environment) => {
                let (html, [subject, category]) = run("template", environment, &context, ["subject", "category"])?;
                (html, subject.map(|text| shortened(&text)), category)
            }
        };
        let category = category.as_deref().map(category_named).transpose()?;
        let html = match &self.theme {
            None => inner,
            Some(environment) => {
                let context = context! { body => Value::from_safe_string(inner), ..context };
                run("theme", environment, &context, [])?.0
            }
        };
        if html.len() > MAX_BODY_BYTES {
            return Err(too_long());
        }
        Ok(Made {
            subject,
            category,
            text: plain::text_of(&html),
            html,
        })
    }
}

/// The variables of a template beside those that every mail has, by name.
pub(super) fn own_variables(source: &str) -> Result<Vec<String>, Fault> {
    const KNOWN: [&str; 3] = ["user", "project", "unsubscribeLink"];
    let environment = compile("template", source, Missing::Empty)?;
    let template = environment
        .get_template(NAME)
        .map_err(|error| fault("template", &error))?;
    let names = template.undeclared_variables(false);
    let mut own: Vec<String> = names
        .into_iter()
        .filter(|name| !KNOWN.contains(&name.as_str()))
        .collect();
    own.sort();
    Ok(own)
}

fn category_named(name: &str) -> Result<NotificationCategory, Fault> {
    NotificationCategory::from_name(name.trim()).ok_or_else(|| {
        let names = NotificationCategory::ALL
            .map(NotificationCategory::as_str)
            .join(" and ");
        Fault(format!("The template sets `category` to {name:?}; there are {names}."))
    })
}

/// One line that isn't too long.
pub(super) fn shortened(subject: &str) -> String {
    let visible = subject.chars().map(|c| if c.is_control() { ' ' } else { c });
    let words: String = visible.collect();
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(MAX_SUBJECT).collect()
}

fn compile_theme(source: &str) -> Result<Environment<'static>, Fault> {
    let environment = compile("theme", source, Missing::Empty)?;
    let names = environment
        .get_template(NAME)
        .map(|theme| theme.undeclared_variables(false));
    if !names.is_ok_and(|names| names.contains("body")) {
        return Err(Fault(
            "The theme never shows the mail: write {{ body }} where it belongs.".to_owned(),
        ));
    }
    Ok(environment)
}

fn compile(what: &str, source: &str, missing: Missing) -> Result<Environment<'static>, Fault> {
    source::check(what, source)?;
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(match missing {
        Missing::Refused => UndefinedBehavior::Strict,
        Missing::Empty => UndefinedBehavior::Chainable,
    });
    let length = u64::try_from(source.len()).unwrap_or(u64::MAX).max(1);
    environment.set_fuel(Some((MAX_WORK / length).min(MAX_FUEL)));
    environment.set_recursion_limit(MAX_DEPTH);
    environment.set_formatter(format);
    add_filters(&mut environment);
    environment
        .add_template_owned(NAME, source.to_owned())
        .map_err(|error| fault(what, &error))?;
    Ok(environment)
}

/// None of these makes a text longer.
fn add_filters(environment: &mut Environment<'_>) {
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("default", filters::default);
    environment.add_filter("escape", filters::escape);
    environment.add_filter("first", filters::first);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("round", filters::round);
    environment.add_filter("safe", filters::safe);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    environment.add_test("number", tests::is_number);
    environment.add_test("string", tests::is_string);
}

/// Writes a value, and counts: also what a `{% set %}` block keeps, which never reaches the mail.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None => return Ok(()),
        ValueKind::Undefined | ValueKind::Bool | ValueKind::Number | ValueKind::String => {}
        kind => {
            let why = format!("a {kind} can't be shown as it is; show what is in it");
            return Err(Error::new(ErrorKind::InvalidOperation, why));
        }
    }
    let length = value.as_str().map_or(1, str::len);
    let written = state.get_or_insert_extension_with(|| Written(0));
    written.0 = written.0.saturating_add(length);
    if written.0 > MAX_BODY_BYTES {
        return Err(Error::new(ErrorKind::WriteFailure, TOO_LONG));
    }
    escape_formatter(out, state, value)
}

const TOO_LONG: &str = "the mail gets too long";

fn too_long() -> Fault {
    Fault(format!("The mail is too long: at most {MAX_BODY_BYTES} bytes."))
}

/// Text that a rendering puts out, up to a bound.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_BODY_BYTES {
            return Err(io::Error::other(TOO_LONG));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a template; gives what it puts out, and what it has set, as plain text.
fn run<const N: usize>(
    what: &str,
    environment: &Environment<'static>,
    context: &Value,
    names: [&str; N],
) -> Result<(String, [Option<String>; N]), Fault> {
    let template = environment.get_template(NAME).map_err(|error| fault(what, &error))?;
    let mut out = Bounded(Vec::new());
    let captured = template
        .render_captured_to(context.clone(), &mut out)
        .map_err(|error| fault(what, &error))?;
    let exports = captured.state().exports();
    let set = |name: &str| {
        let value = exports
            .contains(&name)
            .then(|| captured.state().lookup(name))
            .flatten()?;
        let text = value.as_str()?;
        // What a block sets is HTML already.
        let text = if value.is_safe() {
            plain::unescaped(text)
        } else {
            text.to_owned()
        };
        Some(text).filter(|text| !text.trim().is_empty())
    };
    let set = names.map(set);
    let html = String::from_utf8(out.0).map_err(|_| Fault(format!("The {what} gives no text.")))?;
    Ok((html, set))
}

fn fault(what: &str, error: &Error) -> Fault {
    let message = match error.kind() {
        ErrorKind::OutOfFuel => format!("The {what} takes too many steps: its loops run too often."),
        ErrorKind::WriteFailure => return too_long(),
        ErrorKind::UndefinedError => format!(
            "The {what} uses a variable that isn't there{}.",
            error.detail().map(|detail| format!(": {detail}")).unwrap_or_default()
        ),
        kind => format!(
            "The {what} is wrong: {kind}{}.",
            error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default()
        ),
    };
    match error.line() {
        Some(line) => Fault(format!("{message} See its line {line}.")),
        None => Fault(message),
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod template_tests;
