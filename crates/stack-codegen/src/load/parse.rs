//! Builds the tree of a file from the events of the YAML parser.
//!
//! The parser's own trees keep one of two equal keys or stop at the first; here all of them are reported.

use std::{borrow::Cow, sync::Arc};

use saphyr::Scalar;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::{Data, Entry, Mark, Node};
use crate::{
    diagnostics::{Diagnostic, Report},
    rules::Rule,
};

/// The tree of the one document in `text`. `None`: there is none that could be read; the report says why.
pub fn parse(file: &str, text: &str, report: &Report) -> Option<Node> {
    let mut builder = Builder {
        file: file.into(),
        report,
        open: Vec::new(),
        root: None,
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => builder.take(event, span.start),
            Err(error) => {
                let mark = builder.mark(*error.marker());
                report.add(Diagnostic::new(Rule::YamlSyntax, mark.location(), error.info()));
                return None;
            }
        }
    }
    if builder.root.is_none() {
        let mark = Mark::new(builder.file.clone(), 1, 1);
        report.add(Diagnostic::new(Rule::YamlSyntax, mark.location(), "the file is empty"));
    }
    builder.root
}

/// A collection that isn't closed yet.
enum Open {
    List {
        mark: Mark,
        items: Vec<Node>,
    },
    Mapping {
        mark: Mark,
        entries: Vec<Entry>,
        key: Option<(String, Mark)>,
    },
}

struct Builder<'a> {
    file: Arc<str>,
    report: &'a Report,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn mark(&self, marker: Marker) -> Mark {
        Mark::new(self.file.clone(), marker.line(), marker.col() + 1)
    }

    fn take(&mut self, event: Event<'_>, start: Marker) {
        let mark = self.mark(start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_magic(&mark, anchor, tag.as_deref());
                self.scalar(text, style, mark);
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_magic(&mark, anchor, tag.as_deref());
                self.open.push(Open::List {
                    mark,
                    items: Vec::new(),
                });
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_magic(&mark, anchor, tag.as_deref());
                self.open.push(Open::Mapping {
                    mark,
                    entries: Vec::new(),
                    key: None,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List { mark, items }) => self.place(Node {
                    data: Data::List(items),
                    mark,
                }),
                Some(Open::Mapping { mark, entries, .. }) => self.place(Node {
                    data: Data::Mapping(entries),
                    mark,
                }),
                None => {}
            },
            Event::Alias(_) => {
                self.syntax(
                    &mark,
                    "an alias: write the value out, or make it a component and refer to that",
                );
                self.place(Node { data: Data::Null, mark });
            }
            Event::DocumentStart(_) if self.root.is_some() => self.syntax(&mark, "a second document in one file"),
            Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {}
        }
    }

    fn syntax(&self, mark: &Mark, message: &str) {
        self.report
            .add(Diagnostic::new(Rule::YamlSyntax, mark.location(), message));
    }

    fn refuse_magic(&self, mark: &Mark, anchor: usize, tag: Option<&Tag>) {
        if anchor > 0 {
            self.syntax(
                mark,
                "an anchor: write the value out, or make it a component and refer to that",
            );
        }
        if tag.is_some() {
            self.syntax(mark, "a YAML tag: leave it out, quotes make a value text");
        }
    }

    /// A scalar is a key if its mapping waits for one, else a value.
    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, mark: Mark) {
        if let Some(Open::Mapping {
            key: key @ None,
            entries,
            ..
        }) = self.open.last_mut()
        {
            if let Some(first) = entries.iter().find(|entry| entry.key == text) {
                let message = format!("`{text}` stands here twice; leave out one of them");
                let double = Diagnostic::new(Rule::DuplicateKey, mark.location(), message);
                self.report.add(double.related(first.mark.location(), "the first one"));
            }
            *key = Some((text.into_owned(), mark));
            return;
        }
        let data = match Scalar::parse_from_cow_and_metadata(text, style, None) {
            Some(Scalar::Null) | None => Data::Null,
            Some(Scalar::Boolean(value)) => Data::Boolean(value),
            Some(Scalar::Integer(value)) => Data::Integer(value),
            Some(Scalar::FloatingPoint(value)) => Data::Number(value.into_inner()),
            Some(Scalar::String(text)) => {
                // A block ends with a line break that nobody means.
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let text = if block {
                    text.strip_suffix('\n').unwrap_or(&text)
                } else {
                    &text
                };
                Data::Text(text.to_owned())
            }
        };
        self.place(Node { data, mark });
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            None => {
                self.root.get_or_insert(node);
            }
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                Some((key, mark)) if entries.iter().all(|entry| entry.key != key) => {
                    entries.push(Entry { key, mark, value: node });
                }
                Some(_) => {}
                None => {
                    let mark = node.mark.clone();
                    self.syntax(&mark, "a list or mapping as a key");
                    if let Some(Open::Mapping { key, .. }) = self.open.last_mut() {
                        *key = Some((String::new(), mark));
                    }
                }
            },
        }
    }
}
