//! Reads parameters.

use super::{
    catalog::Catalog,
    schema::{Place, Schemas},
};
use crate::{
    load::{Entry, Mark, Node},
    model::{AccessSet, Param},
    rules::Rule,
};

/// Reads the parameters of one operation.
pub struct Parameters<'a, 'b> {
    /// What can be referred to.
    pub catalog: &'a Catalog<'a>,
    /// Reads their schemas.
    pub schemas: &'b Schemas<'a>,
    /// Who may call the operation.
    pub access: &'b AccessSet,
}

impl<'a> Parameters<'a, '_> {
    /// Those of the path, those of the query, and those of the query that are ignored.
    pub fn all(&self, list: &'a [Node]) -> (Vec<Param>, Vec<Param>, Vec<Param>) {
        let (mut path, mut query, mut ignored) = (Vec::new(), Vec::new(), Vec::new());
        for node in list {
            let Some((node, mark)) = self.followed(node) else {
                continue;
            };
            let Some((place, param)) = self.parameter(node, mark) else {
                continue;
            };
            match place {
                Where::Path => path.push(param),
                Where::Query => query.push(param),
                Where::Ignored => ignored.push(param),
            }
        }
        (path, query, ignored)
    }

    /// The parameter itself, also if it is a reference.
    fn followed(&self, node: &'a Node) -> Option<(&'a Node, &'a Mark)> {
        let Some(reference) = node.get("$ref") else {
            return Some((node, &node.mark));
        };
        let fields = self.catalog.fields(node, &node.mark, "a reference to a parameter");
        fields.get("$ref");
        fields.finish();
        let Entry { value, mark, .. } = self.catalog.parameter(reference)?;
        Some((value, mark))
    }

    fn parameter(&self, node: &'a Node, mark: &'a Mark) -> Option<(Where, Param)> {
        let name = node.get("name").and_then(Node::as_text).unwrap_or_default();
        let fields = self.catalog.fields(node, mark, format!("the parameter `{name}`"));
        fields.required("in");
        if let Some(place @ ("header" | "cookie")) = fields.text("in") {
            let message = format!(
                "`{name}` stands in a {place}: credentials are security schemes, and `x-refresh-token` is for that token"
            );
            let node = fields.get("in").map_or_else(|| mark.location(), Node::location);
            self.catalog.complain(Rule::ParameterPlace, node, message);
            return None;
        }
        let place = fields.choice("in", &["path", "query"]);
        let access = self.catalog.access(&fields);
        if let Some(wider) = access.iter().flatten().find(|one| !self.access.contains(one)) {
            let message = format!("`{name}` is open to `{wider}`, which the operation refuses");
            fields.complain(Rule::WiderAccess, message);
        }
        let mut param = Param {
            name: fields.required_text("name"),
            description: fields.required_text("description"),
            required: fields.flag("required"),
            ty: super::schema::any(),
            default: None,
            access,
            location: fields.get("name").map_or_else(|| mark.location(), Node::location),
        };
        if place == Some("path") && !param.required {
            fields.complain(
                Rule::PathParameter,
                format!("`{name}` stands in the path, so it needs `required: true`"),
            );
        }
        if let Some(schema) = fields.required("schema") {
            let declared =
                self.schemas
                    .declared(schema, &schema.mark, format!("the schema of `{name}`"), Place::Inline);
            param.default = declared.default.map(Node::to_value);
            param.ty = declared.ty;
        }
        if param.required && param.default.is_some() {
            let message = format!("`{name}` has a default, so it needn't be there: leave out one of the two");
            fields.complain(Rule::RequiredProperty, message);
        }
        let ignored = fields.flag("x-ignored");
        if ignored && (place == Some("path") || param.required || param.access.is_some()) {
            let message = format!(
                "`{}` is ignored, so it stands in the query, nobody has to send it, and everybody may",
                param.name
            );
            fields.complain(Rule::IgnoredParameter, message);
        }
        fields.finish();
        let place = match place? {
            "path" => Where::Path,
            _ if ignored => Where::Ignored,
            _ => Where::Query,
        };
        Some((place, param))
    }
}

/// What becomes of a parameter.
enum Where {
    Path,
    Query,
    /// In the query, and never looked at.
    Ignored,
}
