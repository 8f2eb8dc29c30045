//! What the linter promises: every rule is there, and says where and what.
//!
//! `fixtures/lint/<rule>.yaml` breaks the rule of its name and no other. Several files stand in one fixture behind lines
//! like `#> tags/pets.yaml`.

use std::{fs, path::PathBuf};

use stack_codegen::{diagnostics::Diagnostics, load::Sources, read, rules::Rule, testing};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/lint")
}

fn sources(rule: Rule) -> Sources {
    let path = folder().join(format!("{rule}.yaml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Some(files) = text.strip_prefix("#> ") else {
        return testing::sources(&text);
    };
    let file = |part: &str| {
        part.split_once('\n')
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
    };
    files.split("#> ").filter_map(file).collect()
}

fn diagnostics(rule: Rule) -> Diagnostics {
    match read(&sources(rule)) {
        Ok(_) => panic!("nothing was found"),
        Err(diagnostics) => diagnostics,
    }
}

#[test]
fn every_rule_has_a_fixture_that_breaks_it_and_no_other() {
    let others = |rule: &&Rule| diagnostics(**rule).iter().any(|one| one.rule != **rule);
    let wrong: Vec<_> = Rule::ALL
        .iter()
        .filter(others)
        .map(|rule| diagnostics(*rule).to_string())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n----\n\n"));
}

#[test]
fn every_fixture_is_of_a_rule() {
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(
            Rule::ALL.iter().any(|rule| name == format!("{rule}.yaml")),
            "{name} is no rule"
        );
    }
}

#[test]
fn diagnostics_show_the_place_and_say_what_would_be_right() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/lint");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for rule in Rule::ALL {
            insta::assert_snapshot!(rule.name(), diagnostics(*rule).to_string());
        }
    });
}

#[test]
fn all_diagnostics_come_in_one_run_in_the_order_of_the_lines() {
    let yaml = "
paths:
  /a:
    get:
      operationId: new
      description: Does it.
      x-access: [nobody]
      responses: {}
schemas:
  lower: {type: string, x-id: true, description: An id.}
";
    let found = testing::diagnostics(yaml);
    let found: Vec<_> = found.iter().map(|one| (one.location.line, one.rule)).collect();
    let expected = [
        (4, Rule::MissingKey),
        (4, Rule::Access),
        (5, Rule::ReservedName),
        (7, Rule::Access),
        (8, Rule::OneSuccess),
        (10, Rule::ComponentName),
        (10, Rule::UnusedComponent),
    ];
    assert_eq!(found, expected);
}
