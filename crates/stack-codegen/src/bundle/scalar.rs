//! Reads texts, numbers and booleans with their rules.

use super::{
    fields::{Fields, listed},
    schema::{Place, Schemas},
};
use crate::{
    load::{Data, Node},
    model::{Kind, Range, StringRules},
    rules::Rule,
};

/// Formats that the checker of the generated code knows.
const FORMATS: &[&str] = &["byte", "date-time", "email", "hostname", "uri", "uuid"];

impl<'a> Schemas<'a> {
    pub(super) fn string(&self, fields: &Fields<'a>, place: Place) -> Kind {
        if fields.flag("x-user-id-or-me") {
            return Kind::UserIdOrMe;
        }
        if fields.entry("enum").is_some() {
            return self.string_enum(fields, place);
        }
        if fields.flag("x-id") {
            if place != Place::Named {
                fields.complain(Rule::InlineObject, "an id is a type of its own: make it a named schema");
            }
            let uuid = fields.choice("format", &["uuid"]).is_some();
            let rules = self.limits(fields);
            if uuid && rules != StringRules::default() {
                fields.complain(Rule::UnknownValue, "a UUID has no other lengths and no other pattern");
            }
            return Kind::Id { uuid, rules };
        }
        let rules = StringRules {
            format: fields.text("format").map(str::to_owned),
            secret: fields.flag("x-secret"),
            normalize: fields
                .choice("x-normalize", &["upper", "lower", "trim"])
                .map(str::to_owned),
            ..self.limits(fields)
        };
        if let (Some(format), Some(node)) = (&rules.format, fields.get("format"))
            && !FORMATS.contains(&format.as_str())
        {
            let message = format!("nothing checks the format `{format}`; there are {}", listed(FORMATS));
            self.catalog.complain(Rule::Format, node.location(), message);
        }
        Kind::String(rules)
    }

    /// Lengths and pattern.
    fn limits(&self, fields: &Fields<'a>) -> StringRules {
        let rules = StringRules {
            min_length: fields.count("minLength"),
            max_length: fields.count("maxLength"),
            pattern: fields.text("pattern").map(str::to_owned),
            ..StringRules::default()
        };
        if let (Some(pattern), Some(node)) = (&rules.pattern, fields.get("pattern"))
            && let Err(error) = regex::Regex::new(pattern)
        {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            self.catalog.complain(
                Rule::Pattern,
                node.location(),
                format!("the pattern can't be read: {reason}"),
            );
        }
        self.check_range(rules.min_length, rules.max_length, fields.get("maxLength"));
        rules
    }

    fn string_enum(&self, fields: &Fields<'a>, place: Place) -> Kind {
        let values: Vec<String> = fields
            .texts("enum")
            .into_iter()
            .map(|(value, _)| value.to_owned())
            .collect();
        if place == Place::Inline
            && values.len() != 1
            && let Some(entry) = fields.entry("enum")
        {
            let message = "an enum is a type of its own: make it a named schema and refer to it";
            self.catalog.complain(Rule::InlineEnum, entry.mark.location(), message);
        }
        if values.is_empty() {
            fields.complain(Rule::UnknownValue, "an enum has at least one value");
        }
        Kind::Enum { values }
    }

    /// The one boolean of `enum: [true]` or `enum: [false]`.
    pub(super) fn only(&self, fields: &Fields<'a>) -> Option<bool> {
        let list = fields.entry("enum")?;
        match fields.list("enum") {
            [
                Node {
                    data: Data::Boolean(value),
                    ..
                },
            ] => Some(*value),
            _ => {
                let message = "the enum of a boolean is `[true]` or `[false]`";
                self.catalog.complain(Rule::UnknownValue, list.mark.location(), message);
                None
            }
        }
    }

    pub(super) fn range(&self, fields: &Fields<'a>) -> Range {
        let range = Range {
            min: fields.number("minimum"),
            max: fields.number("maximum"),
        };
        self.check_range(range.min, range.max, fields.get("maximum"));
        range
    }

    pub(super) fn check_range<T: PartialOrd + std::fmt::Display>(
        &self,
        min: Option<T>,
        max: Option<T>,
        at: Option<&Node>,
    ) {
        if let (Some(min), Some(max), Some(node)) = (min, max, at)
            && min > max
        {
            let message = format!("nothing is at least {min} and at most {max}");
            self.catalog.complain(Rule::EmptyRange, node.location(), message);
        }
    }
}
