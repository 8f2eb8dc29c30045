//! Checks what takes the whole contract: names that clash, things that nobody uses, values that don't fit.

mod access;
mod events;
mod names;
mod operations;
mod schemas;
mod values;

use crate::{
    bundle::Value,
    diagnostics::{Diagnostic, Report},
    model::{Api, Location, Operation},
    rules::Rule,
};

/// Adds to `report` whatever is wrong with `api` and `values`. The schemas `merged` went into an `allOf`, so they are
/// used even if nothing refers to them any more.
pub fn lint(api: &Api, values: &[Value<'_>], merged: &[&str], report: &Report) {
    let linter = Linter { api, merged, report };
    linter.check_names();
    linter.check_operations();
    linter.check_schemas();
    linter.check_access();
    linter.check_events();
    for value in values {
        linter.check_value(value);
    }
}

/// The contract and where to complain.
struct Linter<'a> {
    api: &'a Api,
    merged: &'a [&'a str],
    report: &'a Report,
}

impl Linter<'_> {
    fn complain(&self, rule: Rule, location: &Location, message: impl Into<String>) {
        self.report.add(Diagnostic::new(rule, location.clone(), message));
    }

    /// Complains at `location`, and shows `first`, which it clashes with.
    fn clash(&self, rule: Rule, location: &Location, first: &Location, message: impl Into<String>) {
        self.report
            .add(Diagnostic::new(rule, location.clone(), message).related(first.clone(), "the other one"));
    }

    fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.api.tags.iter().flat_map(|tag| &tag.operations)
    }
}
