//! Whether examples and defaults fit their schema.

use super::Linter;
use crate::{
    bundle::{Value, listed},
    load::{Data, Node},
    model::{Kind, Object, Range, StringRules, Type},
    rules::Rule,
};

/// More references in a row than any sensible schema has.
const MOST_HOPS: usize = 8;

impl Linter<'_> {
    pub(super) fn check_value(&self, value: &Value<'_>) {
        for (node, message) in self.misfits(value.node, value.ty, 0) {
            self.complain(
                Rule::ValueMismatch,
                &node.location(),
                format!("the {} doesn't fit: {message}", value.noun),
            );
        }
    }

    /// What doesn't fit and why; nothing if all fits. `hops` counts the references since the last step into the value,
    /// so that schemas which are nothing but each other come to an end.
    fn misfits<'n>(&self, node: &'n Node, ty: &Type, hops: usize) -> Vec<(&'n Node, String)> {
        if hops > MOST_HOPS {
            return Vec::new();
        }
        if matches!(node.data, Data::Null) && (ty.nullable || matches!(ty.kind, Kind::Any)) {
            return Vec::new();
        }
        let wanted = |wanted: &str| vec![(node, format!("this should be {wanted}, not {}", node.noun()))];
        let because = |message: Option<String>| message.map(|message| (node, message)).into_iter().collect();
        match (&ty.kind, &node.data) {
            (Kind::Any, _) => Vec::new(),
            (Kind::Ref(name), _) => match self.api.schemas.get(name) {
                Some(schema) => self.misfits(node, &schema.ty, hops + 1),
                None => Vec::new(),
            },
            (Kind::String(rules) | Kind::Id { uuid: false, rules }, Data::Text(text)) => {
                because(misfit_of_text(text, rules))
            }
            (Kind::Id { uuid: true, .. } | Kind::UserIdOrMe, Data::Text(text)) => {
                let me = matches!(ty.kind, Kind::UserIdOrMe) && text == "me";
                because((!me && !is_uuid(text)).then(|| format!("`{text}` isn't a UUID")))
            }
            (Kind::Enum { values }, Data::Text(text)) => {
                because((!values.contains(text)).then(|| format!("`{text}` isn't one of {}", listed(values))))
            }
            (Kind::String(_) | Kind::Id { .. } | Kind::UserIdOrMe | Kind::Enum { .. }, _) => wanted("text"),
            #[expect(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
            (Kind::Integer(range) | Kind::Instant(range) | Kind::Number(range), Data::Integer(value)) => {
                because(misfit_of_number(*value as f64, range))
            }
            (Kind::Number(range), Data::Number(value)) => because(misfit_of_number(*value, range)),
            (Kind::Integer(_) | Kind::Instant(_), _) => wanted("a whole number"),
            (Kind::Number(_), _) => wanted("a number"),
            (Kind::Boolean { only: Some(only) }, Data::Boolean(value)) => {
                because((only != value).then(|| format!("this can only be {only}")))
            }
            (Kind::Boolean { .. }, Data::Boolean(_)) => Vec::new(),
            (Kind::Boolean { .. }, _) => wanted("true or false"),
            (Kind::Array { items, min, max }, Data::List(list)) => {
                let length = list.len() as u64;
                let count = min.is_some_and(|min| length < min) || max.is_some_and(|max| length > max);
                let mut all: Vec<_> = because(count.then(|| format!("a list of {length} isn't allowed here")));
                all.extend(list.iter().flat_map(|item| self.misfits(item, items, 0)));
                all
            }
            (Kind::Array { .. }, _) => wanted("a list"),
            (Kind::Map(values), Data::Mapping(entries)) => entries
                .iter()
                .flat_map(|entry| self.misfits(&entry.value, values, 0))
                .collect(),
            (Kind::Object(object), Data::Mapping(_)) => self.misfits_of_object(node, object),
            (Kind::Map(_) | Kind::Object(_), _) => wanted("a mapping"),
            (Kind::OneOf { variants, .. }, _) => {
                let fits = |name: &String| {
                    self.api
                        .schemas
                        .get(name)
                        .is_none_or(|schema| self.misfits(node, &schema.ty, hops + 1).is_empty())
                };
                because((!variants.iter().any(fits)).then(|| format!("it is none of {}", listed(variants))))
            }
        }
    }

    fn misfits_of_object<'n>(&self, node: &'n Node, object: &Object) -> Vec<(&'n Node, String)> {
        let mut all = Vec::new();
        for (name, property) in &object.properties {
            match node.get(name) {
                Some(value) => all.extend(self.misfits(value, &property.ty, 0)),
                None if property.required => all.push((node, format!("`{name}` is required"))),
                None => {}
            }
        }
        if !object.open {
            let others = node.as_mapping().unwrap_or_default().iter();
            let others = others.filter(|entry| !object.properties.contains_key(&entry.key));
            all.extend(others.map(|entry| (&entry.value, format!("there is no property `{}`", entry.key))));
        }
        all
    }
}

fn misfit_of_text(text: &str, rules: &StringRules) -> Option<String> {
    let text = match rules.normalize.as_deref() {
        Some("upper") => text.trim().to_uppercase(),
        Some("lower") => text.trim().to_lowercase(),
        Some(_) => text.trim().to_owned(),
        None => text.to_owned(),
    };
    let length = text.chars().count() as u64;
    if let Some(min) = rules.min_length.filter(|min| length < *min) {
        return Some(format!("`{text}` is shorter than {min} characters"));
    }
    if let Some(max) = rules.max_length.filter(|max| length > *max) {
        return Some(format!("`{text}` is longer than {max} characters"));
    }
    if let Some(pattern) = &rules.pattern
        && regex::Regex::new(pattern).is_ok_and(|regex| !regex.is_match(&text))
    {
        return Some(format!("`{text}` doesn't match `{pattern}`"));
    }
    let wrong = match rules.format.as_deref() {
        Some("uuid") => !is_uuid(&text),
        Some("email") => text
            .split_once('@')
            .is_none_or(|(name, host)| name.is_empty() || host.is_empty()),
        Some("uri") => text
            .split_once(':')
            .is_none_or(|(scheme, rest)| scheme.is_empty() || rest.is_empty()),
        _ => false,
    };
    wrong.then(|| {
        format!(
            "`{text}` isn't of the format `{}`",
            rules.format.as_deref().unwrap_or_default()
        )
    })
}

fn misfit_of_number(value: f64, range: &Range) -> Option<String> {
    if let Some(min) = range.min.filter(|min| value < *min) {
        return Some(format!("{value} is less than {min}"));
    }
    range
        .max
        .filter(|max| value > *max)
        .map(|max| format!("{value} is more than {max}"))
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
