//! What is wrong with a contract: where, by which rule, and what would be right.

use std::{cell::RefCell, fmt, ops::Range};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::{load::Sources, model::Location, rules::Rule};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that is broken.
    pub rule: Rule,
    /// Where.
    pub location: Location,
    /// What is wrong there and what would be right.
    pub message: String,
    /// Other places that belong to it, with a word on each.
    pub related: Vec<(Location, String)>,
}

impl Diagnostic {
    /// `rule` is broken at `location`.
    pub fn new(rule: Rule, location: Location, message: impl Into<String>) -> Self {
        Self {
            rule,
            location,
            message: message.into(),
            related: Vec::new(),
        }
    }

    /// Adds a place that belongs to it.
    #[must_use]
    pub fn related(mut self, location: Location, word: impl Into<String>) -> Self {
        self.related.push((location, word.into()));
        self
    }
}

/// Collects diagnostics while a contract is read.
#[derive(Debug, Default)]
pub struct Report(RefCell<Vec<Diagnostic>>);

impl Report {
    /// Adds one.
    pub fn add(&self, diagnostic: Diagnostic) {
        let mut all = self.0.borrow_mut();
        if !all.contains(&diagnostic) {
            all.push(diagnostic);
        }
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// All of them in the order of files and lines, able to show the lines of `sources`.
    pub fn into_diagnostics(self, sources: &Sources) -> Diagnostics {
        let mut all = self.0.into_inner();
        all.sort_by(|a, b| (&a.location, a.rule).cmp(&(&b.location, b.rule)));
        Diagnostics {
            all,
            sources: sources.clone(),
            folder: String::new(),
        }
    }
}

/// Everything that is wrong with a contract. Shown, it tells file, line and column of each and the line itself.
#[derive(Debug, Clone)]
pub struct Diagnostics {
    all: Vec<Diagnostic>,
    sources: Sources,
    folder: String,
}

impl Diagnostics {
    /// All of them in the order of files and lines.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Diagnostic> {
        self.all.iter()
    }

    /// Shows paths below `folder`, so that an editor finds them from where the command was started.
    #[must_use]
    pub fn below(mut self, folder: &str) -> Self {
        self.folder = format!("{}/", folder.trim_end_matches('/'));
        self
    }

    /// The text for people; with colours if `styled`.
    pub fn render(&self, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let shown = self
            .all
            .iter()
            .map(|diagnostic| renderer.render(&[self.group(diagnostic)]));
        shown.collect::<Vec<_>>().join("\n\n")
    }

    fn group<'a>(&'a self, diagnostic: &'a Diagnostic) -> Group<'a> {
        let title = Level::ERROR
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.rule.name());
        let mut group = Group::with_title(title);
        let mut places = vec![(&diagnostic.location, None)];
        places.extend(
            diagnostic
                .related
                .iter()
                .map(|(location, word)| (location, Some(word.as_str()))),
        );
        // A snippet shows one file; places of the same file share one.
        while let Some((first, _)) = places.first() {
            let file = first.file.as_str();
            let (here, others): (Vec<_>, Vec<_>) = places.into_iter().partition(|(l, _)| l.file == file);
            places = others;
            let text = self.sources.get(file).unwrap_or_default();
            let mut snippet = Snippet::source(text).path(format!("{}{file}", self.folder));
            for (location, word) in here {
                let kind = if word.is_none() {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                snippet = snippet.annotation(kind.span(token(text, location)).label(word));
            }
            group = group.element(snippet);
        }
        group
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// The bytes of the key or scalar that starts at `location`.
fn token(text: &str, location: &Location) -> Range<usize> {
    let before: usize = text
        .split_inclusive('\n')
        .take(location.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = text
        .get(before..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    let skipped: usize = line
        .chars()
        .take(location.column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    let rest = &line[skipped.min(line.len())..];
    let length = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => rest[1..].find(quote).map_or(rest.len(), |end| end + 2),
        Some('[' | '{') => 1,
        _ => {
            let ends = [": ", " #", ", ", "]", "}"]
                .into_iter()
                .filter_map(|end| rest.find(end));
            ends.min()
                .unwrap_or(rest.len())
                .min(rest.trim_end().trim_end_matches(':').len())
        }
    };
    let start = before + skipped;
    start..(start + length.max(usize::from(start < text.len())))
}
