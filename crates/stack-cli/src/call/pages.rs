//! All pages of a list as one.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::Prepared;
use crate::{command::global::Global, connection::AnyClient, failure::Result, io::Io};

/// How many items a page has if nothing else is asked for.
const LIMIT: &str = "100";

/// Follows the cursor to the last page. A server that names the cursor it was just asked for would be asked forever, so
/// that ends it too.
///
/// # Errors
///
/// If a call fails.
pub(super) async fn all(io: &mut Io, global: &Global, client: &AnyClient, prepared: Prepared) -> Result<Value> {
    let mut prepared = prepared;
    let takes_limit = prepared.operation().query.iter().any(|field| field.path == "limit");
    if takes_limit && !prepared.query.iter().any(|(name, _)| name == "limit") {
        prepared.query.push(("limit".to_owned(), LIMIT.to_owned()));
    }
    let progress = progress(io, global);
    let mut items = Vec::new();
    loop {
        let request = prepared.request(client.base_url())?;
        let mut page = client.call(io, request, prepared.operation(), global).await?;
        if let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) {
            items.extend(more);
        }
        progress.set_message(format!("{} items", items.len()));
        progress.tick();
        let next = page.pointer("/pagination/next_cursor").and_then(Value::as_str);
        let asked = prepared
            .query
            .iter()
            .find(|(name, _)| name == "cursor")
            .map(|(_, cursor)| cursor.as_str());
        let Some(next) = next.filter(|next| asked != Some(*next)).map(str::to_owned) else {
            break;
        };
        prepared.query.retain(|(name, _)| name != "cursor");
        prepared.query.push(("cursor".to_owned(), next));
    }
    progress.finish_and_clear();
    Ok(json!({ "items": items, "is_paginated": false }))
}

fn progress(io: &Io, global: &Global) -> ProgressBar {
    if !io.stderr_is_terminal || global.quiet || global.verbose {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {msg} in {elapsed}");
    let bar = ProgressBar::new_spinner();
    style.map_or(bar.clone(), |style| bar.with_style(style))
}
