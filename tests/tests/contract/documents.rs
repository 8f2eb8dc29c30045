//! The published documents are what other tools expect of them.

use std::collections::BTreeSet;

use openapiv3::{OpenAPI, Operation, ReferenceOr};
use stack_codegen::model::{Access, Base, Need};

use crate::{API, FILES};

fn document(access: Access) -> (OpenAPI, &'static str) {
    let path = format!("openapi/dist/{access}.json");
    let file = FILES
        .iter()
        .find(|file| file.path == path)
        .unwrap_or_else(|| panic!("{path} is generated"));
    let document = serde_json::from_str(&file.contents).unwrap_or_else(|error| panic!("{path}: {error}"));
    (document, &file.contents)
}

/// Every operation of a document, with its method and path.
fn operations(document: &OpenAPI) -> Vec<(String, &Operation)> {
    let items = document.paths.paths.iter().map(|(path, item)| match item {
        ReferenceOr::Item(item) => (path, item),
        ReferenceOr::Reference { reference } => panic!("{path} is a reference to {reference}"),
    });
    let operations = items.flat_map(|(path, item)| {
        item.iter()
            .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    operations.collect()
}

#[test]
fn every_document_is_openapi_and_has_the_operations_of_its_access() {
    for access in Access::ALL {
        let (document, _) = document(access);
        assert_eq!(document.openapi, "3.0.3");
        let found: BTreeSet<_> = operations(&document).into_iter().map(|(line, _)| line).collect();
        let expected = API
            .tags
            .iter()
            .flat_map(|tag| &tag.operations)
            .filter(|o| o.access.contains(&access));
        let expected = expected.map(|operation| format!("{} {}", operation.method.to_uppercase(), operation.path));
        assert_eq!(found, expected.collect(), "{access}");
    }
}

#[test]
fn every_operation_says_which_credentials_it_takes() {
    for access in Access::ALL {
        let (document, _) = document(access);
        let components = document.components.as_ref().expect("components");
        for (line, operation) in operations(&document) {
            let id = operation.operation_id.as_deref().expect("an id");
            let ours = API
                .tags
                .iter()
                .flat_map(|tag| &tag.operations)
                .find(|ours| ours.id == id)
                .expect("it is ours");
            let security = operation.security.as_ref().or(document.security.as_ref());
            let security = security.unwrap_or_else(|| panic!("{line} says nothing of credentials"));
            let takes_none = security.is_empty() || security.iter().any(|choice| choice.is_empty());
            assert_eq!(takes_none, ours.auth != Need::Required, "{access}: {line}");
            for scheme in security.iter().flat_map(|choice| choice.keys()) {
                assert!(
                    components.security_schemes.contains_key(scheme),
                    "{line}: {scheme} is defined"
                );
            }
            let names = |scheme: &str| security.iter().any(|choice| choice.contains_key(scheme));
            let key = match access {
                Access::Client => "publishableClientKey",
                Access::Server => "secretServerKey",
                Access::Admin => "superSecretAdminKey",
            };
            if ours.auth != Need::None {
                assert!(
                    names("projectId") && names("accessType") && names(key),
                    "{access}: {line}"
                );
            }
            let others = ["publishableClientKey", "secretServerKey", "superSecretAdminKey"];
            assert!(
                others.iter().all(|other| *other == key || !names(other)),
                "{access}: {line}"
            );
        }
    }
}

#[test]
fn every_operation_documents_its_success_and_its_failures() {
    for access in Access::ALL {
        let (document, _) = document(access);
        for (line, operation) in operations(&document) {
            let statuses: Vec<_> = operation.responses.responses.keys().map(ToString::to_string).collect();
            assert!(
                statuses.iter().any(|status| status.starts_with(['2', '3'])),
                "{line}: {statuses:?}"
            );
            assert!(
                statuses.iter().any(|status| status.starts_with('4')),
                "{line}: {statuses:?}"
            );
            assert!(operation.summary.is_some() && operation.description.is_some(), "{line}");
            assert_eq!(operation.tags.len(), 1, "{line}");
        }
    }
}

#[test]
fn operations_at_the_root_or_of_one_version_have_servers_of_their_own() {
    let (document, _) = document(Access::Client);
    for (path, item) in &document.paths.paths {
        let ReferenceOr::Item(item) = item else { continue };
        let mut ours = API.tags.iter().flat_map(|tag| &tag.operations);
        let elsewhere = ours.any(|operation| operation.path == *path && operation.base != Base::Api);
        assert_eq!(item.servers.is_empty(), !elsewhere, "{path}");
    }
}

#[test]
fn a_clients_document_doesnt_know_what_only_servers_see() {
    let (_, text) = document(Access::Client);
    let mut document: serde_json::Value = serde_json::from_str(text).expect("JSON");
    // A product that a caller makes up, with metadata that are no user's.
    document["components"]["schemas"]["InlineProduct"].take();
    let text = document.to_string();
    for word in [
        "server_metadata",
        "restricted_by_admin_private_details",
        "x-stack-secret-server-key",
        "superSecretAdminKey",
    ] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn nothing_refers_into_the_void() {
    for access in Access::ALL {
        let (_, text) = document(access);
        let document: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            if let Some(reference) = value.get("$ref").and_then(|reference| reference.as_str()) {
                let pointer = reference
                    .strip_prefix('#')
                    .unwrap_or_else(|| panic!("{reference} stays in the document"));
                assert!(document.pointer(pointer).is_some(), "{access}: {reference}");
            }
            match value {
                serde_json::Value::Array(items) => open.extend(items),
                serde_json::Value::Object(members) => open.extend(members.values()),
                _ => {}
            }
        }
    }
}
