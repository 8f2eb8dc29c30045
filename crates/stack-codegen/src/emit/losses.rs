//! Emits `openapi/dist/fixups.json`: what progenitor isn't told, and which operations no program calls.
//!
//! The list can't grow unseen: it is generated, so the check for drift shows every change of it.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::documents;
use crate::{fixups, model::Api, output::File, views::Views};

/// Emits the report.
///
/// # Errors
///
/// If a document can't be made.
pub fn emit(api: &Api, views: &Views) -> Result<Vec<File>> {
    let mut places = vec![Map::new(); fixups::ALL.len()];
    for view in &views.views {
        let calls = view.calls();
        let mut document = documents::document(api, &calls)?;
        for (places, applied) in places.iter_mut().zip(fixups::lower(&mut document)) {
            places.insert(view.access.name().to_owned(), applied.count.into());
        }
    }
    let fixups: Vec<_> = fixups::ALL
        .iter()
        .zip(places)
        .map(|(fixup, places)| json!({ "name": fixup.name, "reason": fixup.reason, "places": places }))
        .collect();
    let report = json!({ "fixups": fixups, "left_out": left_out(api) });
    Ok(vec![File {
        path: "openapi/dist/fixups.json".to_owned(),
        contents: format!("{}\n", serde_json::to_string_pretty(&report)?),
    }])
}

/// The operations that client, mocks and command line don't have.
fn left_out(api: &Api) -> Vec<Value> {
    let operations = api.tags.iter().flat_map(|tag| &tag.operations);
    let navigations = operations.filter(|operation| operation.is_navigation());
    navigations
        .map(|operation| {
            json!({
                "operation": operation.id,
                "from": ["client", "mocks", "command line"],
                "reason": "it only redirects: browsers go there, programs have no use for it",
            })
        })
        .collect()
}
