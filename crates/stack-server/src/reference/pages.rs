//! The pages themselves.

use serde_json::{Value, json};

use super::{
    Reference,
    documents::{self, Document},
};

/// The page that lists the others.
pub(super) fn index() -> String {
    let pages = documents::pages().map(|document| {
        format!(
            "<li><a href=\"{}\">{}</a> (<a href=\"{}\">OpenAPI</a>)<br>{}</li>",
            document.page(),
            document.title,
            document.path(),
            document.about
        )
    });
    let others = documents::ALL
        .iter()
        .filter(|document| !document.has_page)
        .map(|document| {
            format!(
                "<li><a href=\"{}\">{}</a><br>{}</li>",
                document.path(),
                document.title,
                document.about
            )
        });
    let list = pages.chain(others).collect::<Vec<_>>().join("\n");
    page(
        "API reference",
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}\
         li{margin:1rem 0}</style>",
        &format!("<h1>Stack Auth: API reference</h1>\n<ul>\n{list}\n</ul>"),
    )
}

/// The page that shows a document.
pub(super) fn reference(document: &Document) -> String {
    let script = document.script();
    page(
        &format!("{} · API reference", document.title),
        "",
        &format!(
            "<div id=\"app\"></div>\n<script src=\"/docs/scalar.js\"></script>\n<script src=\"{script}\"></script>"
        ),
    )
}

fn page(title: &str, head: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n{head}\n\
         </head>\n<body>\n{body}\n</body>\n</html>\n"
    )
}

/// The script that starts the page of a document.
pub(super) fn script(document: &Document, reference: &Reference) -> String {
    format!(
        "Scalar.createApiReference('#app', {});\n",
        settings(document, reference)
    )
}

/// The settings of Scalar: nothing from elsewhere, and the demo's credentials filled in.
fn settings(document: &Document, reference: &Reference) -> Value {
    let key = |key: fn(&crate::ProjectKeys) -> &stack_types::Secret| {
        reference.demo.as_ref().map(|demo| key(&demo.keys).expose().to_owned())
    };
    let key = match document.name {
        "client" => Some(("publishableClientKey", key(|keys| &keys.publishable_client_key))),
        "server" => Some(("secretServerKey", key(|keys| &keys.secret_server_key))),
        "admin" => Some(("superSecretAdminKey", key(|keys| &keys.super_secret_admin_key))),
        _ => None,
    };
    let project_id = reference.demo.as_ref().map(|demo| demo.project_id.to_string());
    // Events are sent to others; there is nothing to ask for.
    let schemes: Vec<_> = key.map_or_else(Vec::new, |key| {
        let access_type = Some(document.name.to_owned());
        vec![("projectId", project_id), ("accessType", access_type), key]
    });
    let names: Vec<_> = schemes.iter().map(|(name, _)| *name).collect();
    let values: serde_json::Map<_, _> = schemes
        .iter()
        .filter_map(|(name, value)| Some(((*name).to_owned(), json!({ "value": value.as_ref()? }))))
        .collect();
    json!({
        "url": document.path(),
        "authentication": { "preferredSecurityScheme": [names], "securitySchemes": values },
        "agent": { "disabled": true },
        "mcp": { "disabled": true },
        "hideClientButton": true,
        "persistAuth": false,
        "showDeveloperTools": "never",
        "telemetry": false,
        "withDefaultFonts": false,
    })
}
