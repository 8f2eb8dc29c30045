//! Reads a mapping key by key, and knows afterwards which keys nobody asked for.

use std::cell::RefCell;

use crate::{
    diagnostics::{Diagnostic, Report},
    load::{Data, Entry, Mark, Node},
    rules::Rule,
};

/// A mapping that is being read. Whoever reads it asks for every key that it may have, then calls [`Self::finish`].
pub struct Fields<'a> {
    /// What it is, for messages: `the operation`, `a string schema`, ….
    noun: String,
    /// Where messages about the whole of it point to.
    mark: &'a Mark,
    entries: &'a [Entry],
    asked: RefCell<Vec<&'static str>>,
    report: &'a Report,
}

impl<'a> Fields<'a> {
    /// Reads `node`; whatever is missing is missing at `mark`, which is where its own key stands.
    pub fn of(node: &'a Node, mark: &'a Mark, noun: impl Into<String>, report: &'a Report) -> Self {
        let noun = noun.into();
        let entries = node.as_mapping().unwrap_or_else(|| {
            let message = format!("{noun} should be a mapping, not {}", node.noun());
            report.add(Diagnostic::new(Rule::WrongType, node.location(), message));
            &[]
        });
        Self {
            noun,
            mark,
            entries,
            asked: RefCell::default(),
            report,
        }
    }

    /// Where messages about the whole of it point to.
    pub const fn mark(&self) -> &'a Mark {
        self.mark
    }

    /// Adds a diagnostic about the whole of it.
    pub fn complain(&self, rule: Rule, message: impl Into<String>) {
        self.report.add(Diagnostic::new(rule, self.mark.location(), message));
    }

    /// The entry of `key`.
    pub fn entry(&self, key: &'static str) -> Option<&'a Entry> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of `key`.
    pub fn get(&self, key: &'static str) -> Option<&'a Node> {
        Some(&self.entry(key)?.value)
    }

    /// The value of `key`, which has to be there.
    pub fn required(&self, key: &'static str) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            self.complain(Rule::MissingKey, format!("{} has no `{key}`", self.noun));
        }
        node
    }

    /// The text of `key`.
    pub fn text(&self, key: &'static str) -> Option<&'a str> {
        let text = self.read(key, "text", Node::as_text)?;
        if text.trim() != text {
            let location = self.get(key)?.location();
            let message = format!("`{key}` starts or ends with blanks");
            self.report
                .add(Diagnostic::new(Rule::TrailingBlanks, location, message));
        }
        Some(text)
    }

    /// The text of `key`, which has to be there and not be empty.
    pub fn required_text(&self, key: &'static str) -> String {
        self.required(key);
        let text = self.text(key);
        if let (Some(""), Some(node)) = (text, self.get(key)) {
            let message = format!("`{key}` of {} is empty: say something", self.noun);
            self.report
                .add(Diagnostic::new(Rule::MissingKey, node.location(), message));
        }
        text.unwrap_or_default().to_owned()
    }

    /// The value of `key` among `known`, or the first of them.
    pub fn choice(&self, key: &'static str, known: &[&'static str]) -> Option<&'static str> {
        let text = self.text(key)?;
        let choice = known.iter().copied().find(|value| *value == text);
        if choice.is_none() {
            let message = format!("`{key}` can't be `{text}`: it is one of {}", listed(known));
            let node = self.get(key).map_or_else(|| self.mark.location(), Node::location);
            self.report.add(Diagnostic::new(Rule::UnknownValue, node, message));
        }
        choice
    }

    /// Whether `key` is true; it isn't if it is absent.
    pub fn flag(&self, key: &'static str) -> bool {
        self.flag_or(key, false)
    }

    /// Whether `key` is true, or `usual` if it is absent.
    pub fn flag_or(&self, key: &'static str, usual: bool) -> bool {
        let value = self.read(key, "true or false", |node| match node.data {
            Data::Boolean(value) => Some(value),
            _ => None,
        });
        value.unwrap_or(usual)
    }

    /// The number that `key` counts.
    pub fn count(&self, key: &'static str) -> Option<u64> {
        self.read(key, "a whole number from 0", |node| match node.data {
            Data::Integer(value) => u64::try_from(value).ok(),
            _ => None,
        })
    }

    /// The number of `key`.
    pub fn number(&self, key: &'static str) -> Option<f64> {
        self.read(key, "a number", |node| match node.data {
            #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
            Data::Integer(value) => Some(value as f64),
            Data::Number(value) => Some(value),
            _ => None,
        })
    }

    /// The items of `key`; none if it is absent.
    pub fn list(&self, key: &'static str) -> &'a [Node] {
        self.read(key, "a list", Node::as_list).unwrap_or_default()
    }

    /// The texts of `key` with their nodes; none if it is absent.
    pub fn texts(&self, key: &'static str) -> Vec<(&'a str, &'a Node)> {
        let items = self.list(key).iter();
        items
            .filter_map(|node| Some((self.expect(node, "text", Node::as_text)?, node)))
            .collect()
    }

    /// The entries of `key`; none if it is absent.
    pub fn mapping(&self, key: &'static str) -> &'a [Entry] {
        self.read(key, "a mapping", Node::as_mapping).unwrap_or_default()
    }

    /// Complains of every key that nobody asked for.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for entry in self.entries.iter().filter(|entry| !asked.contains(&entry.key.as_str())) {
            let near = similar::get_close_matches(entry.key.as_str(), &asked[..], 1, 0.7);
            let right = near.first().map_or_else(
                || format!("it may have {}", listed(&sorted(&asked))),
                |near| format!("is `{near}` meant?"),
            );
            let (rule, message) = match entry.key.as_str() {
                "not" | "anyOf" | "if" | "prefixItems" | "const" | "patternProperties" | "uniqueItems" => (
                    Rule::UnsupportedKeyword,
                    format!("`{}` isn't supported: no Rust type says the same", entry.key),
                ),
                "exclusiveMinimum" | "exclusiveMaximum" => (
                    Rule::ExclusiveBounds,
                    format!("write an inclusive bound instead of `{}`", entry.key),
                ),
                key => (Rule::UnknownKey, format!("{} has no key `{key}`; {right}", self.noun)),
            };
            self.report.add(Diagnostic::new(rule, entry.mark.location(), message));
        }
    }

    fn read<T>(&self, key: &'static str, wanted: &str, read: impl Fn(&'a Node) -> Option<T>) -> Option<T> {
        self.expect(self.get(key)?, wanted, read)
    }

    fn expect<T>(&self, node: &'a Node, wanted: &str, read: impl Fn(&'a Node) -> Option<T>) -> Option<T> {
        let value = read(node);
        if value.is_none() {
            let message = format!("this should be {wanted}, not {}", node.noun());
            self.report
                .add(Diagnostic::new(Rule::WrongType, node.location(), message));
        }
        value
    }
}

fn sorted<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
}

/// `` `a`, `b` and `c` ``.
pub fn listed(words: &[impl AsRef<str>]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
