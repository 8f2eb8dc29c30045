//! Reports in `openapi/dist/fixups.json`: what progenitor isn't told, and which operations no program calls.
//!
//! The list can't grow unseen: it is generated, so the check for drift shows every change of it.

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::{
    fixups::{self, Applied},
    model::{Access, Api},
    output::File,
};

/// The report on what was lowered for each access.
pub(super) fn report(api: &Api, lowered: &[(Access, Vec<Applied>)]) -> Result<File> {
    let mut places = vec![Map::new(); fixups::ALL.len()];
    for (access, applied) in lowered {
        for (places, applied) in places.iter_mut().zip(applied) {
            places.insert(access.name().to_owned(), applied.count.into());
        }
    }
    let fixups: Vec<_> = fixups::ALL
        .iter()
        .zip(places)
        .map(|(fixup, places)| json!({ "name": fixup.name, "reason": fixup.reason, "places": places }))
        .collect();
    let report = json!({ "fixups": fixups, "left_out": left_out(api) });
    Ok(File {
        path: "openapi/dist/fixups.json".to_owned(),
        contents: format!("{}\n", serde_json::to_string_pretty(&report)?),
    })
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
