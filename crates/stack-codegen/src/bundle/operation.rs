//! Reads paths and operations.

use super::{catalog::Catalog, fields::Fields, parameter::Parameters, schema::Schemas};
use crate::{
    load::{Data, Entry, Node},
    model::{AccessSet, Authorization, Base, Need, Operation, Unknown, UserRule},
    rules::Rule,
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Reads the operations of one tag.
pub struct Operations<'a> {
    /// What can be referred to.
    pub catalog: &'a Catalog<'a>,
    /// Reads what stands inline.
    pub schemas: &'a Schemas<'a>,
    /// The tag.
    pub tag: &'a str,
}

impl<'a> Operations<'a> {
    /// Everything below `paths`.
    pub fn all(&self, paths: &'a [Entry]) -> Vec<Operation> {
        let mut operations = Vec::new();
        for path in paths {
            let item = self.catalog.fields(&path.value, &path.mark, "a path");
            let methods = METHODS
                .into_iter()
                .filter_map(|method| Some((method, item.entry(method)?)));
            let mut methods: Vec<_> = methods.collect();
            methods.sort_by_key(|(_, entry)| entry.mark.location());
            operations.extend(
                methods
                    .into_iter()
                    .map(|(method, entry)| self.operation(&path.key, method, entry)),
            );
            item.finish();
        }
        operations
    }

    fn operation(&self, path: &str, method: &str, entry: &'a Entry) -> Operation {
        let fields = self
            .catalog
            .fields(&entry.value, &entry.mark, format!("`{} {path}`", method.to_uppercase()));
        let id = fields.required_text("operationId");
        let access = self.operation_access(&fields);
        let parameters = Parameters {
            catalog: self.catalog,
            schemas: self.schemas,
            access: &access,
        };
        let (path_params, query_params, ignored_params) = parameters.all(fields.list("parameters"));
        let ignored_names = fields
            .texts("x-ignored-query")
            .into_iter()
            .map(|(name, _)| name.to_owned());
        let operation = Operation {
            location: fields
                .get("operationId")
                .map_or_else(|| entry.mark.location(), Node::location),
            id,
            tag: self.tag.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            base: match fields.choice("x-base", &["root", "versions"]) {
                Some("root") => Base::Root,
                Some(_) => Base::Versions,
                None => Base::Api,
            },
            summary: self.summary(&fields),
            description: fields.required_text("description"),
            auth: need(fields.choice("x-auth", &["required", "optional", "none"])).unwrap_or(Need::Required),
            user: self.user_rule(&fields, &access),
            refresh_token: need(fields.choice("x-refresh-token", &["required", "optional"])),
            hidden: fields.flag("x-hidden"),
            path_params,
            query_params,
            ignored_query: ignored_names
                .chain(ignored_params.iter().map(|param| param.name.clone()))
                .collect(),
            ignored_params,
            unknown_query: match fields.choice("x-unknown-query", &["reject", "ignore"]) {
                Some("ignore") => Unknown::Ignore,
                _ => Unknown::Reject,
            },
            body: fields.entry("requestBody").map(|entry| self.body(entry, &access)),
            authorization: match fields.choice("x-authorization", &["bearer", "basic"]) {
                Some("basic") => Some(Authorization::Basic),
                Some(_) => Some(Authorization::Bearer),
                None => None,
            },
            success: self.success(&fields),
            errors: self.errors(&fields),
            text_errors: self.when_by_status(&fields, "x-text-errors"),
            oauth_errors: self.when_by_status(&fields, "x-oauth-errors"),
            access,
        };
        fields.finish();
        operation
    }

    fn summary(&self, fields: &Fields<'a>) -> String {
        let summary = fields.required_text("summary");
        if let Some(node) = fields.get("summary")
            && (summary.contains('\n') || summary.ends_with('.'))
        {
            let message = "a summary is one line without a full stop";
            self.catalog.complain(Rule::UnknownValue, node.location(), message);
        }
        summary
    }

    fn operation_access(&self, fields: &Fields<'a>) -> AccessSet {
        fields.required("x-access");
        self.catalog.access(fields).unwrap_or_default()
    }

    fn user_rule(&self, fields: &Fields<'a>, access: &AccessSet) -> Option<UserRule> {
        let entry = fields.entry("x-user")?;
        let rule = self.catalog.fields(&entry.value, &entry.mark, "`x-user`");
        let error = rule.required_text("error");
        if let (false, Some(node)) = (error.is_empty(), rule.get("error")) {
            self.catalog.sendable_error(&error, node);
        }
        let named = rule.texts("for");
        let mut required_for = AccessSet::new();
        for (name, node) in &named {
            let Some(one) = self.catalog.access_named(name, node) else {
                continue;
            };
            if !access.contains(&one) {
                let message = format!("`{name}` isn't let in at all, so it can't need a user");
                self.catalog.complain(Rule::WiderAccess, node.location(), message);
            }
            if !required_for.insert(one) {
                self.catalog
                    .complain(Rule::Access, node.location(), format!("`{name}` is there already"));
            }
        }
        if rule.entry("for").is_none() {
            required_for.clone_from(access);
        }
        rule.finish();
        Some(UserRule { required_for, error })
    }

    fn errors(&self, fields: &Fields<'a>) -> Vec<String> {
        let mut errors: Vec<String> = Vec::new();
        for (code, node) in fields.texts("x-errors") {
            self.catalog.sendable_error(code, node);
            if errors.iter().any(|other| other == code) {
                self.catalog.complain(
                    Rule::DuplicateKey,
                    node.location(),
                    format!("`{code}` is there already"),
                );
            }
            errors.push(code.to_owned());
        }
        errors
    }

    /// Errors without a code: `{404: when}`.
    fn when_by_status(&self, fields: &Fields<'a>, key: &'static str) -> Vec<(u16, String)> {
        let mut errors = Vec::new();
        for entry in fields.mapping(key) {
            let status = entry.key.parse().ok().filter(|status| (400..600).contains(status));
            match (status, &entry.value.data) {
                (Some(status), Data::Text(when)) => errors.push((status, when.clone())),
                _ => {
                    let message = format!("`{key}` maps a status from 400 to 599 to a sentence that tells when");
                    self.catalog.complain(Rule::WrongType, entry.mark.location(), message);
                }
            }
        }
        errors
    }
}

fn need(word: Option<&str>) -> Option<Need> {
    match word? {
        "optional" => Some(Need::Optional),
        "none" => Some(Need::None),
        _ => Some(Need::Required),
    }
}
