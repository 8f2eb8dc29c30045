//! Paths, and parameters as part of their operation.

use std::collections::HashMap;

use super::Linter;
use crate::{
    model::{Base, Kind, Location, Operation, Param, Type},
    names::fields,
    rules::Rule,
};

impl Linter<'_> {
    pub(super) fn check_operations(&self) {
        let mut routes: HashMap<(Base, String, String), &Location> = HashMap::new();
        let mut placeholders: HashMap<(Base, String), (&str, &Location)> = HashMap::new();
        for operation in self.operations() {
            self.check_path_form(operation);
            self.check_version_path(operation);
            self.check_authorization(operation);
            self.check_path_params(operation);
            self.check_param_names(operation);
            let params = operation.path_params.iter().chain(&operation.query_params);
            for param in params.chain(&operation.ignored_params) {
                self.check_param_type(param);
            }
            // A path of a version stands beside those of the newest.
            let beside = if operation.base == Base::Versions {
                Base::Api
            } else {
                operation.base
            };
            let (version, path) = operation.version().unwrap_or(("", &operation.path));
            let mut shape = String::new();
            for segment in path.split('/').skip(1) {
                let Some(name) = placeholder(segment) else {
                    shape = format!("{shape}/{segment}");
                    continue;
                };
                shape += "/{}";
                let entry = placeholders.entry((beside, shape.clone()));
                let (other, first) = *entry.or_insert((name, &operation.location));
                if other != name {
                    let message = format!("`{{{name}}}` is called `{{{other}}}` in another path; use one name");
                    self.clash(Rule::PathPlaceholder, &operation.location, first, message);
                }
            }
            let route = (operation.base, operation.method.clone(), format!("{version}{shape}"));
            if let Some(first) = routes.insert(route, &operation.location) {
                let message = format!(
                    "`{} {}` is there already",
                    operation.method.to_uppercase(),
                    operation.path
                );
                self.clash(Rule::DuplicatePath, &operation.location, first, message);
            }
        }
    }

    fn check_path_form(&self, operation: &Operation) {
        let path = &operation.path;
        let wrong = if !path.starts_with('/') {
            "starts with a slash"
        } else if path.len() > 1 && path.ends_with('/') {
            "doesn't end with a slash"
        } else if path.contains("//") || path.contains(['?', '#']) {
            "has no empty segments, no query and no fragment"
        } else if path
            .split('/')
            .any(|segment| segment.contains(['{', '}']) && placeholder(segment).is_none())
        {
            "has placeholders that fill a segment: `/{name}/`"
        } else {
            return;
        };
        self.complain(
            Rule::PathForm,
            &operation.location,
            format!("a path {wrong}, unlike `{path}`"),
        );
    }

    /// The router takes the path that a version replaces out of the routes of that version, tag by tag.
    fn check_version_path(&self, operation: &Operation) {
        if operation.base != Base::Versions {
            return;
        }
        let Some((version, below)) = operation.version() else {
            let message = format!(
                "with `x-base: versions` a path starts with a version, as in `/v2beta5/users`, unlike `{}`",
                operation.path
            );
            self.complain(Rule::VersionPath, &operation.location, message);
            return;
        };
        let newest = self
            .operations()
            .find(|other| other.base == Base::Api && other.method == operation.method && other.path == below);
        if let Some(newest) = newest.filter(|newest| newest.tag != operation.tag) {
            let message = format!(
                "for `{version}` this replaces `{}` of the tag `{}`: it belongs to that tag too",
                newest.id, newest.tag
            );
            self.clash(Rule::VersionPath, &operation.location, &newest.location, message);
        }
    }

    fn check_authorization(&self, operation: &Operation) {
        let Some(authorization) = operation.authorization else {
            return;
        };
        if self.api.authorization_scheme(authorization).is_none() {
            let name = authorization.name();
            let message = format!(
                "`root.yaml` has no security scheme with `type: http` and `scheme: {name}` that would describe it"
            );
            self.complain(Rule::Authorization, &operation.location, message);
        }
    }

    fn check_path_params(&self, operation: &Operation) {
        let names: Vec<_> = operation.path.split('/').filter_map(placeholder).collect();
        for name in &names {
            if operation.path_params.iter().all(|param| param.name != *name) {
                let message = format!("the path has `{{{name}}}`, but there is no parameter `{name}` with `in: path`");
                self.complain(Rule::PathParameter, &operation.location, message);
            }
        }
        for param in &operation.path_params {
            if !names.contains(&param.name.as_str()) {
                let message = format!("the path `{}` has no `{{{}}}`", operation.path, param.name);
                self.complain(Rule::PathParameter, &param.location, message);
            }
            if param.access.is_some() {
                let message = format!(
                    "`{}` is part of the path for everybody: leave out `x-access`",
                    param.name
                );
                self.complain(Rule::PathParameter, &param.location, message);
            }
        }
    }

    fn check_param_names(&self, operation: &Operation) {
        let mut seen: HashMap<String, &Param> = HashMap::new();
        let params = operation.path_params.iter().chain(&operation.query_params);
        let fields = fields(params.clone().map(|param| param.name.as_str()));
        for (param, field) in params.zip(fields) {
            if operation.body.is_some() && field == "body" {
                let message = "a parameter can't be called `body` where there is a request body";
                self.complain(Rule::ReservedName, &param.location, message);
            }
            if let Some(first) = seen.insert(field, param) {
                let message = format!("`{}` is a parameter of this operation already", param.name);
                self.clash(Rule::DuplicateParameter, &param.location, &first.location, message);
            }
        }
        for (at, name) in operation.ignored_query.iter().enumerate() {
            if operation.ignored_query[..at].contains(name) {
                let message = format!("`{name}` is ignored already");
                self.complain(Rule::DuplicateParameter, &operation.location, message);
            }
            if operation.query_params.iter().any(|param| param.name == *name) {
                let message = format!("`{name}` is a parameter, so it can't be ignored too");
                self.complain(Rule::DuplicateParameter, &operation.location, message);
            }
        }
    }

    fn check_param_type(&self, param: &Param) {
        if !self.is_scalar(&param.ty, 0) {
            let message = format!("`{}` has to be a text, number, boolean, id or enum", param.name);
            self.complain(Rule::ParameterType, &param.location, message);
        }
    }

    /// Whether a value of this type fits into a path segment.
    fn is_scalar(&self, ty: &Type, depth: usize) -> bool {
        match &ty.kind {
            Kind::Ref(name) => {
                depth < 8
                    && self
                        .api
                        .schemas
                        .get(name)
                        .is_none_or(|schema| self.is_scalar(&schema.ty, depth + 1))
            }
            Kind::Array { .. } | Kind::Map(_) | Kind::Object(_) | Kind::OneOf { .. } | Kind::Any => false,
            _ => true,
        }
    }
}

/// The name in `{name}`, if that is the whole segment.
fn placeholder(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.is_empty() && !name.contains(['{', '}'])).then_some(name)
}
