//! The published documents, as this server has them.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::{Value, json};

/// A published document.
pub(super) struct Document {
    /// Its name in URLs.
    pub name: &'static str,
    /// What it holds, in a few words.
    pub title: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// Whether a page shows it; the others are for tools.
    pub has_page: bool,
    /// As the generator wrote it.
    text: &'static str,
}

/// All documents, in the order in which they are listed.
pub(super) static ALL: [Document; 7] = [
    Document {
        name: "client",
        title: "Client access",
        about: "For code that runs where users can read it: it acts as the signed-in user.",
        has_page: true,
        text: include_str!("../../openapi/client.json"),
    },
    Document {
        name: "server",
        title: "Server access",
        about: "For code that only the project's owner can read: it acts on everything of the project.",
        has_page: true,
        text: include_str!("../../openapi/server.json"),
    },
    Document {
        name: "admin",
        title: "Admin access",
        about: "For tools that manage the project itself: its settings, keys and texts.",
        has_page: true,
        text: include_str!("../../openapi/admin.json"),
    },
    Document {
        name: "webhooks",
        title: "Webhooks",
        about: "The events that are sent to a project's own servers.",
        has_page: true,
        text: include_str!("../../openapi/webhooks.json"),
    },
    Document {
        name: "3.1/client",
        title: "Client access in OpenAPI 3.1",
        about: FOR_TOOLS,
        has_page: false,
        text: include_str!("../../openapi/3.1/client.json"),
    },
    Document {
        name: "3.1/server",
        title: "Server access in OpenAPI 3.1",
        about: FOR_TOOLS,
        has_page: false,
        text: include_str!("../../openapi/3.1/server.json"),
    },
    Document {
        name: "3.1/admin",
        title: "Admin access in OpenAPI 3.1",
        about: FOR_TOOLS,
        has_page: false,
        text: include_str!("../../openapi/3.1/admin.json"),
    },
];

/// What the documents of a newer OpenAPI are for.
const FOR_TOOLS: &str = "The same for tools that read no older version; it has the webhooks too.";

/// Those that a page shows.
pub(super) fn pages() -> impl Iterator<Item = &'static Document> {
    ALL.iter().filter(|document| document.has_page)
}

impl Document {
    /// Where the document is.
    pub fn path(&self) -> String {
        format!("/docs/openapi/{}.json", self.name)
    }

    /// Where the page is that shows it.
    pub fn page(&self) -> String {
        format!("/docs/{}", self.name)
    }

    /// Where the script is that starts the page.
    pub fn script(&self) -> String {
        format!("/docs/{}/start.js", self.name)
    }

    /// The document with this server as its only one.
    pub fn served_by(&self, base_url: &str) -> String {
        let Ok(Value::Object(mut document)) = serde_json::from_str(self.text) else {
            return self.text.to_owned();
        };
        let path = document
            .get("servers")
            .and_then(|servers| servers.pointer("/0/url"))
            .and_then(Value::as_str)
            .and_then(|url| url.split_once("/api/"));
        // The events are sent by a server, not asked of one.
        if let Some((_, path)) = path {
            let url = format!("{base_url}/api/{path}");
            document.insert("servers".to_owned(), json!([{ "url": url }]));
        }
        Value::Object(document).to_string()
    }
}

/// The script of the reference page.
pub(super) fn scalar() -> Option<&'static Bytes> {
    static SCRIPT: OnceLock<Option<Bytes>> = OnceLock::new();
    SCRIPT
        .get_or_init(|| scalar_api_reference::get_asset("scalar.js").map(Bytes::from))
        .as_ref()
}
