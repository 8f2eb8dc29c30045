//! Reads `root.yaml` and finds the files that it names.

use indexmap::IndexMap;
use serde_json::Value;

use super::{
    catalog::Part,
    fields::{Fields, listed},
};
use crate::{
    diagnostics::{Diagnostic, Report},
    load::{Entry, Mark, Node, ROOT, Sources, parse},
    model::{Access, AccessInfo, EVENTS, HeaderInfo, HeaderUsage},
    rules::Rule,
};

/// What `root.yaml` says.
pub struct Root {
    pub title: String,
    pub version: String,
    pub description: String,
    pub servers: Vec<String>,
    pub base_path: String,
    pub security_schemes: IndexMap<String, Value>,
    pub accesses: IndexMap<Access, AccessInfo>,
    pub tags: Vec<RootTag>,
    pub shared: Option<String>,
    pub errors: Option<String>,
    pub headers: IndexMap<String, HeaderInfo>,
    pub webhooks: Option<String>,
}

/// What `root.yaml` says of a tag.
pub struct RootTag {
    pub name: String,
    pub description: String,
    pub file: String,
    pub group: Option<String>,
}

/// The trees of all files by name.
pub type Trees = IndexMap<String, Node>;

/// Reads every file of `sources`.
pub fn trees(sources: &Sources, report: &Report) -> Trees {
    for (file, text) in sources.iter() {
        check_blanks(file, text, report);
    }
    sources
        .iter()
        .filter_map(|(file, text)| Some((file.to_owned(), parse(file, text, report)?)))
        .collect()
}

fn check_blanks(file: &str, text: &str, report: &Report) {
    for (at, line) in text.lines().enumerate() {
        let kept = line.trim_end();
        if kept.len() < line.len() {
            let column = kept.chars().count() + 1;
            let location = Mark::new(file.into(), at + 1, column).location();
            report.add(Diagnostic::new(
                Rule::TrailingBlanks,
                location,
                "the line ends in blanks",
            ));
        }
    }
}

/// Reads the root. A root with `paths` is a whole contract of one tag.
pub fn root(trees: &Trees, report: &Report) -> Option<Root> {
    let Some(node) = trees.get(ROOT) else {
        if report.is_empty() {
            let location = Mark::new(ROOT.into(), 1, 1).location();
            report.add(Diagnostic::new(
                Rule::MissingFile,
                location,
                format!("there is no `{ROOT}`"),
            ));
        }
        return None;
    };
    let fields = Fields::of(node, &node.mark, "the root", report);
    if fields.required_text("openapi") != "3.0.3"
        && let Some(node) = fields.get("openapi")
    {
        report.add(Diagnostic::new(
            Rule::OpenapiVersion,
            node.location(),
            "the dialect is that of OpenAPI 3.0.3",
        ));
    }
    let info = fields.required("info").and(fields.entry("info"));
    let info = info.map(|entry| Fields::of(&entry.value, &entry.mark, "`info`", report));
    let of_info = |key| info.as_ref().map(|info| info.required_text(key)).unwrap_or_default();
    let (title, version, description) = (of_info("title"), of_info("version"), of_info("description"));
    if let Some(info) = info {
        info.finish();
    }

    let schemes = fields.entry("components").map(|entry| {
        let components = Fields::of(&entry.value, &entry.mark, "`components`", report);
        let schemes = components.mapping("securitySchemes");
        components.finish();
        schemes
    });
    let schemes = schemes.unwrap_or_default();
    schemes.iter().for_each(|entry| check_scheme(entry, report));
    let inline = node.get("paths").is_some();
    if inline {
        for key in ["paths", "schemas", "errors", "parameters", "events"] {
            fields.get(key);
        }
    }
    let read = Root {
        title,
        version,
        description,
        servers: servers(&fields, report),
        base_path: base_path(&fields, report),
        security_schemes: schemes
            .iter()
            .map(|entry| (entry.key.clone(), entry.value.to_value()))
            .collect(),
        accesses: accesses(&fields, schemes, report),
        tags: tags(&fields, inline, trees, report),
        shared: file(&fields, "x-shared", trees, report),
        errors: file(&fields, "x-errors", trees, report),
        headers: headers(&fields, report),
        webhooks: file(&fields, "x-webhooks", trees, report),
    };
    fields.finish();
    Some(read)
}

fn check_scheme(entry: &Entry, report: &Report) {
    let scheme = Fields::of(
        &entry.value,
        &entry.mark,
        format!("the security scheme `{}`", entry.key),
        report,
    );
    scheme.required("type");
    match scheme.choice("type", &["apiKey", "http"]) {
        Some("apiKey") => {
            header_name(&scheme, "name");
            scheme.required("in");
            scheme.choice("in", &["header"]);
            if scheme.entry("x-alias").is_some() {
                header_name(&scheme, "x-alias");
            }
            scheme.flag_or("x-cors", true);
        }
        Some(_) => {
            scheme.required_text("scheme");
            scheme.text("bearerFormat");
        }
        None => {}
    }
    scheme.text("description");
    scheme.finish();
}

/// `x-headers`: those that are no credentials.
fn headers(fields: &Fields<'_>, report: &Report) -> IndexMap<String, HeaderInfo> {
    let entries = fields.mapping("x-headers").iter().map(|entry| {
        let header = Fields::of(&entry.value, &entry.mark, format!("the header `{}`", entry.key), report);
        header.required("x-usage");
        let info = HeaderInfo {
            name: header_name(&header, "name"),
            usage: match header.choice("x-usage", &["read", "ignored", "sent"]) {
                Some("read") => HeaderUsage::Read,
                Some("sent") => HeaderUsage::Sent,
                _ => HeaderUsage::Ignored,
            },
            alias: header.entry("x-alias").map(|_| header_name(&header, "x-alias")),
            description: header.required_text("description"),
            cors: header.flag_or("x-cors", true),
        };
        header.finish();
        (entry.key.clone(), info)
    });
    entries.collect()
}

/// The name of a header, in lower case: so it stands in the table of headers, which knows no other.
fn header_name(fields: &Fields<'_>, key: &'static str) -> String {
    let name = fields.required_text(key);
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if !name.chars().all(fits) {
        let message = format!("`{key}` is the name of a header in lower case, not `{name}`");
        fields.complain(Rule::UnknownValue, message);
    }
    name
}

fn servers(fields: &Fields<'_>, report: &Report) -> Vec<String> {
    fields.required("servers");
    let servers = fields.list("servers").iter().map(|node| {
        let server = Fields::of(node, &node.mark, "a server", report);
        let url = server.required_text("url");
        server.text("description");
        if url.ends_with('/') {
            server.complain(
                Rule::UnknownValue,
                "the URL of a server is an origin, without a slash at its end",
            );
        }
        server.finish();
        url
    });
    servers.collect()
}

fn base_path(fields: &Fields<'_>, report: &Report) -> String {
    let path = fields.text("x-base-path").unwrap_or_default().to_owned();
    if let Some(node) = fields.get("x-base-path")
        && (!path.starts_with('/') || path.ends_with('/'))
    {
        let message = "the base path starts with a slash and doesn't end with one";
        report.add(Diagnostic::new(Rule::PathForm, node.location(), message));
    }
    path
}

fn accesses(fields: &Fields<'_>, schemes: &[Entry], report: &Report) -> IndexMap<Access, AccessInfo> {
    let mut accesses = IndexMap::new();
    let Some(entry) = fields.required("x-accesses").and(fields.entry("x-accesses")) else {
        return accesses;
    };
    let all = Fields::of(&entry.value, &entry.mark, "`x-accesses`", report);
    for access in Access::ALL {
        all.required(access.name());
        let Some(entry) = all.entry(access.name()) else {
            continue;
        };
        let one = Fields::of(&entry.value, &entry.mark, format!("the access `{access}`"), report);
        let mut security = Vec::new();
        for (name, node) in one.texts("security") {
            if schemes.iter().all(|scheme| scheme.key != name) {
                let known: Vec<_> = schemes.iter().map(|scheme| &scheme.key).collect();
                let message = format!("there is no security scheme `{name}` among {}", listed(&known));
                report.add(Diagnostic::new(Rule::UnresolvableRef, node.location(), message));
            }
            security.push(name.to_owned());
        }
        accesses.insert(
            access,
            AccessInfo {
                description: one.required_text("description"),
                security,
            },
        );
        one.finish();
    }
    all.finish();
    accesses
}

fn tags(fields: &Fields<'_>, inline: bool, trees: &Trees, report: &Report) -> Vec<RootTag> {
    let mut tags: Vec<RootTag> = Vec::new();
    for node in fields.list("tags") {
        let tag = Fields::of(node, &node.mark, "a tag", report);
        let (name, description) = (tag.required_text("name"), tag.required_text("description"));
        if tags.iter().any(|other| other.name == name) {
            tag.complain(Rule::DuplicateKey, format!("there is a tag `{name}` already"));
        }
        let file = if inline {
            Some(ROOT.to_owned())
        } else {
            tag.required("x-file");
            file(&tag, "x-file", trees, report)
        };
        let group = tag.text("x-group").map(str::to_owned);
        tag.finish();
        tags.extend(file.map(|file| RootTag {
            name,
            description,
            file,
            group,
        }));
    }
    if tags.is_empty() && inline {
        tags.push(RootTag {
            name: "fixture".to_owned(),
            description: "The only tag.".to_owned(),
            file: ROOT.to_owned(),
            group: None,
        });
    }
    tags
}

/// The file that `key` names, if it is there.
fn file(fields: &Fields<'_>, key: &'static str, trees: &Trees, report: &Report) -> Option<String> {
    let name = fields.text(key)?;
    if !trees.contains_key(name) {
        let location = fields.get(key)?.location();
        report.add(Diagnostic::new(
            Rule::MissingFile,
            location,
            format!("there is no file `{name}`"),
        ));
        return None;
    }
    Some(name.to_owned())
}

/// Every file is there for something.
pub fn check_files(root: &Root, trees: &Trees, report: &Report) {
    let tags = root.tags.iter().map(|tag| &tag.file);
    let named: Vec<_> = tags
        .chain(&root.shared)
        .chain(&root.errors)
        .chain(&root.webhooks)
        .map(String::as_str)
        .chain([ROOT])
        .collect();
    for (file, node) in trees.iter().filter(|(file, _)| !named.contains(&file.as_str())) {
        let message = format!("`{ROOT}` doesn't name `{file}`, so nobody reads it");
        report.add(Diagnostic::new(Rule::MissingFile, node.location(), message));
    }
}

/// The files that hold components: the shared one first, that of the events last.
pub fn parts<'a>(root: &'a Root, trees: &'a Trees) -> Vec<Part<'a>> {
    let shared = root.shared.iter().map(|file| (file, "shared"));
    let tags = root.tags.iter().map(|tag| (&tag.file, tag.name.as_str()));
    let mut parts: Vec<Part<'a>> = Vec::new();
    let webhooks = root.webhooks.iter().map(|file| (file, EVENTS));
    for (file, module) in shared.chain(tags).chain(webhooks) {
        // Tags of a contract in one file share their components; they belong to the first.
        if let Some(node) = trees.get(file)
            && parts.iter().all(|part| part.file != file)
        {
            parts.push(Part {
                file,
                module: module.to_owned(),
                node,
            });
        }
    }
    parts
}
