//! The surface of the API, tag by tag: what a review sees at a glance.
//!
//! A change of these snapshots is a change of what callers rely on.

use stack_codegen::{
    model::{AccessSet, Kind, Property, Type},
    output::File,
};

use crate::{API, FILES};

#[test]
fn the_operations_of_every_tag_are_those_that_were_reviewed() {
    let File { contents, .. } = FILES
        .iter()
        .find(|file| file.path == "openapi/dist/surface.txt")
        .expect("the surface is listed");
    let sections: Vec<_> = contents
        .split("\n# ")
        .skip(1)
        .filter_map(|section| section.split_once('\n'))
        .collect();
    let sections: Vec<_> = sections
        .into_iter()
        .filter(|(tag, _)| API.tags.iter().any(|other| other.name == *tag))
        .collect();
    assert_eq!(sections.len(), API.tags.len(), "every tag has its section");
    for (tag, operations) in sections {
        insta::with_settings!({ snapshot_suffix => tag }, { insta::assert_snapshot!("operations", operations.trim_end()) });
    }
}

#[test]
fn the_objects_of_every_tag_are_those_that_were_reviewed() {
    let mut modules: Vec<_> = API.schemas.values().map(|schema| schema.module.as_str()).collect();
    modules.dedup();
    for module in modules {
        let schemas = API.schemas.values().filter(|schema| schema.module == module);
        let lines: Vec<_> = schemas.map(|schema| lines_of(&schema.name, &schema.ty)).collect();
        insta::with_settings!({ snapshot_suffix => module }, { insta::assert_snapshot!("objects", lines.join("\n\n")) });
    }
}

#[test]
fn the_errors_are_those_that_were_reviewed() {
    let lines: Vec<_> = API
        .errors
        .iter()
        .map(|error| {
            let status = error.status.map_or("---".to_owned(), |status| status.to_string());
            let parent = error
                .parent
                .as_ref()
                .map_or(String::new(), |parent| format!(" < {parent}"));
            let details: Vec<_> = error
                .details
                .iter()
                .map(|(name, property)| member(name, property))
                .collect();
            let details = if details.is_empty() {
                String::new()
            } else {
                format!(" {{ {} }}", details.join(", "))
            };
            format!("{status} {}{parent}{details}", error.code)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

fn lines_of(name: &str, ty: &Type) -> String {
    let Kind::Object(object) = &ty.kind else {
        return format!("{name} = {}", word(ty));
    };
    let open = if object.open { ", and other keys" } else { "" };
    let members = object
        .properties
        .iter()
        .map(|(key, property)| format!("\n  {}", member(key, property)));
    format!("{name}{open}{}", members.collect::<String>())
}

/// `name?: type = default [accesses]`.
fn member(name: &str, property: &Property) -> String {
    let optional = if property.required { "" } else { "?" };
    let default = property
        .default
        .as_ref()
        .map_or(String::new(), |value| format!(" = {value}"));
    format!(
        "{name}{optional}: {}{default}{}",
        word(&property.ty),
        seen_by(property.access.as_ref())
    )
}

fn seen_by(access: Option<&AccessSet>) -> String {
    access.map_or(String::new(), |set| {
        let names: Vec<_> = set.iter().map(|access| access.name()).collect();
        format!(" [{}]", names.join(" "))
    })
}

fn word(ty: &Type) -> String {
    let word = match &ty.kind {
        Kind::Ref(name) => name.clone(),
        Kind::String(rules) if rules.secret => "secret".to_owned(),
        Kind::String(rules) => rules.format.clone().unwrap_or_else(|| "string".to_owned()),
        Kind::Integer(_) => "integer".to_owned(),
        Kind::Number(_) => "number".to_owned(),
        Kind::Instant(_) => "instant".to_owned(),
        Kind::Boolean { only } => only.map_or("boolean".to_owned(), |only| only.to_string()),
        Kind::Array { items, .. } => format!("[{}]", word(items)),
        Kind::Map(values) => format!("{{{}}}", word(values)),
        Kind::Object(_) => "object".to_owned(),
        Kind::Enum { values } => values
            .iter()
            .map(|value| format!("{value:?}"))
            .collect::<Vec<_>>()
            .join(" | "),
        Kind::Id { uuid: true, .. } => "uuid".to_owned(),
        Kind::Id { uuid: false, .. } => "id".to_owned(),
        Kind::UserIdOrMe => "uuid or me".to_owned(),
        Kind::OneOf { variants, .. } => variants.join(" | "),
        Kind::Any => "any".to_owned(),
    };
    if ty.nullable { format!("{word} | null") } else { word }
}
