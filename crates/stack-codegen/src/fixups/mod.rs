//! Lowers a published document to what progenitor can read: one named fixup per limit of progenitor.
//!
//! A fixup changes a copy of the document and counts what it changed. One that changes nothing in any document of the
//! contract is out of date: a test over the contract says so.

mod answers;
mod parameters;
mod paths;
mod requests;

use serde_json::{Map, Value};

/// The schema that stands for the body of every failed call in a lowered document.
pub const ERROR_BODY: &str = "ErrorBody";

/// One difference between OpenAPI and what progenitor reads.
#[derive(Debug, Clone, Copy)]
pub struct Fixup {
    /// kebab-case.
    pub name: &'static str,
    /// What goes wrong without it.
    pub reason: &'static str,
    /// Mends the document and counts the places.
    pub apply: fn(&mut Value) -> usize,
}

/// How often a fixup was needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// The name of the fixup.
    pub name: &'static str,
    /// Places that it changed.
    pub count: usize,
}

/// All fixups, in the order of their work.
pub const ALL: [Fixup; 6] = [
    Fixup {
        name: "paths-from-the-origin",
        reason: "progenitor ignores `servers`, so operations below different servers can't share a base URL",
        apply: paths::from_the_origin,
    },
    Fixup {
        name: "plain-parameters",
        reason: "progenitor makes types of its own from limits, constants and defaults of parameters (`minimum: 1` \
                 becomes NonZero, which no literal converts to)",
        apply: parameters::simplify,
    },
    Fixup {
        name: "one-request-media-type",
        reason: "progenitor panics on two media types of one request body",
        apply: requests::keep_one_media_type,
    },
    Fixup {
        name: "one-answer",
        reason: "progenitor panics on two success types, which two statuses of one body are to it too; what redirects \
                 browsers means nothing to a client",
        apply: answers::keep_one_success,
    },
    Fixup {
        name: "one-error-body",
        reason: "progenitor panics on two error types, and lets `default` count as a success too",
        apply: answers::unify_errors,
    },
    Fixup {
        name: "text-as-json",
        reason: "progenitor gives text answers as byte streams; the client's hook turns them into JSON strings",
        apply: answers::turn_text_into_json,
    },
];

/// Applies every fixup to `document`, an OpenAPI 3.0 document.
pub fn lower(document: &mut Value) -> Vec<Applied> {
    ALL.iter()
        .map(|fixup| Applied {
            name: fixup.name,
            count: (fixup.apply)(document),
        })
        .collect()
}

/// The keys of a path item that hold operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Calls `visit` with every operation and sums what it returns.
fn for_each_operation(document: &mut Value, mut visit: impl FnMut(&mut Map<String, Value>) -> usize) -> usize {
    let items = document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut);
    items
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.iter_mut().filter(|(key, _)| METHODS.contains(&key.as_str())))
        .filter_map(|(_, operation)| operation.as_object_mut())
        .map(&mut visit)
        .sum()
}

#[cfg(test)]
mod tests;
