//! What is wrong with a request, and how the caller hears of it.
//!
//! The one place that words rejections: a line that names method and path, then a line for each violation.

use std::fmt::Write as _;

use stack_types::schema::Violation;

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Path,
    Query,
    Headers,
    Body,
    Auth,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Auth => "auth",
        }
    }
}

/// How many violations a message lists. A body of nothing but unknown keys gets no answer of its own size.
const LISTED: usize = 100;

/// Violations in the order in which they were found, each with its part.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<(Part, Violation)>);

impl Violations {
    /// Notes that the member `name` of `part`, or the part itself if the name is empty, breaks a rule.
    pub(crate) fn note(&mut self, part: Part, name: &str, rule: impl Into<String>) {
        let violation = Violation::new("", rule);
        self.0.push((
            part,
            if name.is_empty() {
                violation
            } else {
                violation.within(name)
            },
        ));
    }

    /// Notes violations that a schema found.
    pub(crate) fn extend(&mut self, part: Part, violations: Vec<Violation>) {
        self.0.extend(violations.into_iter().map(|violation| (part, violation)));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn any_in(&self, part: Part) -> bool {
        self.0.iter().any(|(of, _)| *of == part)
    }

    /// The text of SCHEMA_ERROR.
    pub(crate) fn message(&self, method: &str, path: &str) -> String {
        let mut text = format!("{method} {path} doesn't accept this request:");
        // Writing to a string can't fail.
        for (part, Violation { pointer, message }) in self.0.iter().take(LISTED) {
            let part = part.name();
            let separator = if pointer.is_empty() { "" } else { " " };
            let _ = write!(text, "\n- {part}{separator}{pointer}: {message}");
        }
        if self.0.len() > LISTED {
            let _ = write!(text, "\n- and {} more", self.0.len() - LISTED);
        }
        text
    }
}
