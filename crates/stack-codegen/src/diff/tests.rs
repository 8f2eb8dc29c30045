//! What the comparison promises: every kind of change is seen, graded, told once, and found where it says.
//!
//! `tests/fixtures/diff/<kind>.edit`, or `<kind>--<case>.edit`, says in blocks of `--- old` and `+++ new` what is another text in `base.yaml`. Its
//! first line may be a comment. Each is compared both ways.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::{Breaks, Change, Colours, Folders, Kind, Side, Subject, diff, json, locate, render};
use crate::{
    emit::documents::document,
    load::Sources,
    model::{Api, Kind as Shape},
    views::View,
};

const FOLDERS: Folders<'_> = Folders {
    old: "openapi",
    new: "openapi",
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/diff")
}

fn base() -> String {
    fs::read_to_string(folder().join("base.yaml")).unwrap()
}

/// The names of all fixtures.
fn names() -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap();
    let mut names: Vec<_> = files
        .filter_map(|file| Some(file.unwrap().file_name().to_str()?.strip_suffix(".edit")?.to_owned()))
        .collect();
    names.sort();
    names
}

fn edited(name: &str) -> String {
    let edits = fs::read_to_string(folder().join(format!("{name}.edit"))).unwrap();
    let mut text = base();
    for block in edits.split("--- old\n").skip(1) {
        let (old, new) = block.split_once("+++ new\n").unwrap();
        let (old, new) = (old.strip_suffix('\n').unwrap(), new.strip_suffix('\n').unwrap_or(new));
        assert_eq!(base().matches(old).count(), 1, "{name}: {old}");
        text = text.replacen(old, new, 1);
    }
    text
}

fn sources(text: &str) -> Sources {
    let file = |part: &str| {
        part.split_once('\n')
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
    };
    text.split("#> ").filter_map(file).collect()
}

fn read(text: &str) -> Api {
    crate::read(&sources(text)).unwrap_or_else(|diagnostics| panic!("the fixture isn't right:\n{diagnostics}"))
}

/// Old and new, and the same backwards.
fn both_ways() -> Vec<(String, Api, Api)> {
    let ways = |name: String| {
        let (old, new) = (read(&base()), read(&edited(&name)));
        [
            (name.clone(), old.clone(), new.clone()),
            (format!("{name}, backwards"), new, old),
        ]
    };
    names().into_iter().flat_map(ways).collect()
}

fn compared(old: &str, new: &str) -> Vec<Change> {
    let mut changes = diff(&read(old), &read(new));
    locate(&mut changes, &sources(old), &sources(new));
    changes
}

/// The real contract.
fn contract() -> Api {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../openapi");
    crate::read(&Sources::from_folder(&folder).unwrap()).unwrap()
}

#[test]
fn every_change_is_shown_with_whom_it_breaks() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../tests/snapshots/diff");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in names() {
            let (old, new) = (base(), edited(&name));
            let shown = |old: &str, new: &str| render(&compared(old, new), FOLDERS, Colours::Off);
            let both = format!("{}\n==== backwards ====\n\n{}", shown(&old, &new), shown(&new, &old));
            insta::assert_snapshot!(name, both);
        }
    });
}

#[test]
fn every_kind_of_change_has_a_fixture() {
    let all = both_ways();
    let seen: BTreeSet<Kind> = all
        .iter()
        .flat_map(|(_, old, new)| diff(old, new))
        .map(|it| it.kind)
        .collect();
    let unseen: Vec<_> = Kind::ALL.iter().filter(|kind| !seen.contains(kind)).collect();
    assert!(unseen.is_empty(), "no fixture shows {unseen:?}");
    for (name, old, new) in all.iter().filter(|(name, ..)| !name.contains(',')) {
        assert!(
            diff(old, new)
                .iter()
                .any(|change| name.split("--").next() == Some(change.kind.name())),
            "{name} doesn't show itself"
        );
    }
}

#[test]
fn a_contract_and_itself_have_no_changes() {
    for (name, old, new) in both_ways() {
        for api in [old, new] {
            assert_eq!(diff(&api, &api), [], "{name}");
        }
    }
    let api = contract();
    assert_eq!(diff(&api, &api), []);
}

#[test]
fn two_contracts_that_differ_have_changes() {
    let silent: Vec<_> = both_ways()
        .into_iter()
        .filter(|(_, old, new)| diff(old, new).is_empty())
        .map(|(name, ..)| name)
        .collect();
    assert_eq!(silent, [""; 0]);
}

/// The other way round.
fn turned(kind: &str) -> String {
    let ends = [
        ("-added", "-removed"),
        ("-removed", "-added"),
        ("-gained", "-lost"),
        ("-lost", "-gained"),
    ];
    let other = |(end, other): (&str, &str)| Some(format!("{}{other}", kind.strip_suffix(end)?));
    ends.into_iter().find_map(other).unwrap_or_else(|| kind.to_owned())
}

/// What came or went, in words that are the same for both ways.
fn additions(changes: &[Change], turn: bool) -> Vec<String> {
    let line = |change: &Change| {
        let kind = change.kind.name();
        let other = turned(kind);
        if other == kind {
            return None;
        }
        let subject = match &change.subject {
            // One may stand for another, and then has the other name backwards.
            Subject::Schema(_) => "a schema",
            named => named.name().unwrap_or_default(),
        };
        let (kind, accesses) = (if turn { &other } else { kind }, &change.accesses);
        Some(format!("{kind} of {subject}, {accesses:?}, {:?}", change.directions))
    };
    let mut lines: Vec<_> = changes.iter().filter_map(line).collect();
    lines.sort();
    lines
}

#[test]
fn backwards_additions_are_removals() {
    for (name, old, new) in both_ways() {
        let (there, back) = (diff(&old, &new), diff(&new, &old));
        assert_eq!(additions(&there, false), additions(&back, true), "{name}");
    }
}

#[test]
fn an_operation_that_goes_is_all_that_goes_with_it() {
    let api = contract();
    let count = api.tags.iter().map(|tag| tag.operations.len()).sum::<usize>();
    for at in (0..count).step_by(100) {
        let mut less = api.clone();
        let mut index = 0;
        let mut id = String::new();
        for tag in &mut less.tags {
            tag.operations.retain(|operation| {
                let goes = index == at;
                index += 1;
                if goes {
                    id.clone_from(&operation.id);
                }
                !goes
            });
        }
        let gone: Vec<_> = diff(&api, &less)
            .into_iter()
            .filter(|it| it.kind == Kind::OperationRemoved)
            .collect();
        assert_eq!(gone.len(), 1);
        assert_eq!((&gone[0].operations[..], gone[0].breaks), (&[id][..], Breaks::ALL));
        let new: Vec<_> = diff(&less, &api).into_iter().filter(|it| it.breaks.wire).collect();
        assert_eq!(new, [], "an operation more breaks no caller");
    }
}

#[test]
fn a_property_that_goes_breaks_everybody_and_one_that_comes_no_caller() {
    let api = contract();
    let objects = api
        .schemas
        .iter()
        .filter(|(_, schema)| matches!(schema.ty.kind, Shape::Object(_)));
    let names: Vec<_> = objects.map(|(name, _)| name.clone()).collect();
    for name in names.iter().step_by(150) {
        let mut less = api.clone();
        let Shape::Object(object) = &mut less.schemas[name].ty.kind else {
            continue;
        };
        let Some((property, _)) = object.properties.shift_remove_index(0) else {
            continue;
        };
        let about = |change: &Change| change.sentence.starts_with(&format!("`{name}.{property}`"));
        let gone: Vec<_> = diff(&api, &less).into_iter().filter(about).collect();
        assert!(!gone.is_empty(), "{name}.{property}");
        for change in gone {
            assert_eq!(
                (change.kind, change.breaks.client),
                (Kind::PropertyRemoved, true),
                "{name}.{property}"
            );
        }
    }
}

#[test]
fn a_change_of_a_shared_schema_is_told_once_per_direction() {
    let text = base();
    let other = text.replace("size: {type: integer, minimum: 1,", "size: {type: integer, minimum: 2,");
    let changes = compared(&text, &other);
    let told: Vec<_> = changes
        .iter()
        .map(|it| (it.operations.join(" "), it.directions.len(), it.breaks))
        .collect();
    let expected = [
        ("list_pets create_pet get_pet".to_owned(), 2, Breaks::SERVER),
        ("update_pet".to_owned(), 1, Breaks::WIRE),
    ];
    assert_eq!(told, expected, "answers and events in one, requests in another");
}

#[test]
fn pointers_lead_to_a_place_of_the_published_documents() {
    for (name, old, new) in both_ways() {
        for change in diff(&old, &new) {
            let Some(pointer) = &change.pointer else { continue };
            let api = match change.side {
                Side::Old => &old,
                Side::New => &new,
            };
            let document = document(api, &View::of(api, pointer.access)).unwrap();
            let found = document.pointer(&pointer.pointer);
            assert!(
                found.is_some(),
                "{name}: {} has no {}: {}",
                pointer.access,
                pointer.pointer,
                change.sentence
            );
        }
    }
}

#[test]
fn json_says_all_that_is_known() {
    let (old, new) = (base(), edited("property-removed"));
    let change = &compared(&old, &new)[0];
    insta::assert_snapshot!(serde_json::to_string_pretty(&json(change, FOLDERS)).unwrap());
}
