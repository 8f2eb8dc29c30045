//! Reads what operations take and answer: bodies and their media types.

use indexmap::IndexMap;

use super::{fields::Fields, operation::Operations};
use crate::{
    load::Entry,
    model::{Access, AccessSet, Body, Media, OtherAnswer, Success, SuccessKind, TextMedia},
    rules::Rule,
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = TextMedia::Plain.name();
const HTML: &str = TextMedia::Html.name();

impl<'a> Operations<'a> {
    pub(super) fn body(&self, entry: &'a Entry, access: &AccessSet) -> Body {
        let fields = self.catalog.fields(&entry.value, &entry.mark, "the request body");
        fields.text("description");
        let required = fields.flag("required");
        let mut media = Vec::new();
        let mut schema = String::new();
        let content = fields.required("content").and(fields.entry("content"));
        for entry in fields.mapping("content") {
            match entry.key.as_str() {
                JSON => media.insert(0, Media::Json),
                FORM => media.push(Media::Form),
                other => {
                    let message = format!("a request body is `{JSON}` or `{FORM}`, not `{other}`");
                    self.catalog.complain(Rule::MediaType, entry.mark.location(), message);
                }
            }
            let here = self.content_schema(entry).unwrap_or_default();
            if !schema.is_empty() && schema != here {
                let message = format!("all media types of a body carry the same schema, here `{schema}`");
                self.catalog.complain(Rule::BodyRef, entry.mark.location(), message);
            }
            schema = here;
        }
        if let Some(entry) = content
            && fields.mapping("content").is_empty()
        {
            self.catalog.complain(
                Rule::MediaType,
                entry.mark.location(),
                format!("a body needs a `{JSON}` or `{FORM}`"),
            );
        }
        let per_access = self.per_access(&fields, access);
        let opaque = fields.flag("x-opaque");
        fields.finish();
        Body {
            required,
            media,
            schema,
            per_access,
            opaque,
        }
    }

    /// `x-schema: {client: {$ref: …}}`.
    fn per_access(&self, fields: &Fields<'a>, access: &AccessSet) -> IndexMap<Access, String> {
        let mut schemas = IndexMap::new();
        for entry in fields.mapping("x-schema") {
            let Some(one) = self.catalog.access_named(&entry.key, &entry.value) else {
                continue;
            };
            if !access.contains(&one) {
                let message = format!("`{one}` isn't let in, so it can't send a body");
                self.catalog.complain(Rule::WiderAccess, entry.mark.location(), message);
            }
            let reference = self
                .catalog
                .fields(&entry.value, &entry.mark, "`x-schema` of an access");
            let name = reference
                .required("$ref")
                .and_then(|node| self.catalog.schema_name(node));
            schemas.extend(name.map(|name| (one, name.to_owned())));
            reference.finish();
        }
        schemas
    }

    /// The name of the schema of a media type.
    fn content_schema(&self, entry: &'a Entry) -> Option<String> {
        let fields = self.catalog.fields(&entry.value, &entry.mark, "a media type");
        let schema = fields.required("schema");
        fields.finish();
        let schema = schema?;
        let Some(reference) = schema.get("$ref") else {
            let message = "a body is a named schema: refer to it with `$ref`";
            self.catalog.complain(Rule::BodyRef, schema.location(), message);
            return None;
        };
        let fields = self.catalog.fields(schema, &entry.mark, "the schema of a body");
        fields.get("$ref");
        fields.finish();
        self.catalog.schema_name(reference).map(str::to_owned)
    }

    /// The first 2xx is the success; others come with the same body, a 3xx with none.
    pub(super) fn success(&self, fields: &Fields<'a>) -> Success {
        let mut found: Option<Success> = None;
        let mut redirects = Vec::new();
        let Some(responses) = fields.required("responses").and(fields.entry("responses")) else {
            return only_redirects(redirects);
        };
        for entry in fields.mapping("responses") {
            match (entry.key.parse().unwrap_or(0), &mut found) {
                (status @ 200..300, None) => found = Some(self.response(status, entry)),
                (status @ 200..300, Some(first)) => {
                    let other = self.response(status, entry);
                    if (&other.kind, &other.cache_control, other.opaque)
                        != (&first.kind, &first.cache_control, first.opaque)
                    {
                        let message = format!(
                            "a further success answer is like the first ({}): the same body, the same `x-cache-control` and \
                             `x-opaque`",
                            first.status
                        );
                        self.catalog
                            .complain(Rule::SeveralAnswers, entry.mark.location(), message);
                    }
                    first.also.push(OtherAnswer {
                        status,
                        description: other.description,
                    });
                }
                (status @ 300..400, _) => redirects.push(self.redirect(status, entry)),
                _ => {
                    let message = "only success answers and redirects stand here: known errors go to `x-errors`, others to \
                         `x-text-errors` or `x-oauth-errors`";
                    self.catalog.complain(Rule::OneSuccess, entry.mark.location(), message);
                }
            }
        }
        match found {
            Some(success) => Success { redirects, ..success },
            None => {
                if redirects.is_empty() {
                    let message = "there is no success answer";
                    self.catalog
                        .complain(Rule::OneSuccess, responses.mark.location(), message);
                }
                only_redirects(redirects)
            }
        }
    }

    /// A 3xx says when it is sent; that it names a location needn't be said.
    fn redirect(&self, status: u16, entry: &'a Entry) -> OtherAnswer {
        if !matches!(status, 301..=303 | 307 | 308) {
            let message = format!("{status} is no redirect: those are 301, 302, 303, 307 and 308");
            self.catalog
                .complain(Rule::SeveralAnswers, entry.mark.location(), message);
        }
        let fields = self.catalog.fields(&entry.value, &entry.mark, "a redirect");
        let description = fields.required_text("description");
        fields.finish();
        OtherAnswer { status, description }
    }

    fn response(&self, status: u16, entry: &'a Entry) -> Success {
        let fields = self.catalog.fields(&entry.value, &entry.mark, "the answer");
        let description = fields.required_text("description");
        let cache_control = fields.text("x-cache-control").map(str::to_owned);
        let opaque = fields.flag("x-opaque");
        fields.required("content");
        let content = fields.mapping("content");
        let kind = match content {
            [one] if one.key == JSON => SuccessKind::Json(self.content_schema(one).unwrap_or_default()),
            [one] if one.key == TEXT || one.key == HTML => {
                self.text(one);
                SuccessKind::Text(if one.key == HTML {
                    TextMedia::Html
                } else {
                    TextMedia::Plain
                })
            }
            [] => SuccessKind::Text(TextMedia::Plain),
            [first, ..] => {
                let message = format!("an answer is either `{JSON}`, `{TEXT}` or `{HTML}`");
                let wrong = content
                    .iter()
                    .find(|one| ![JSON, TEXT, HTML].contains(&one.key.as_str()))
                    .unwrap_or(first);
                self.catalog.complain(Rule::MediaType, wrong.mark.location(), message);
                SuccessKind::Text(TextMedia::Plain)
            }
        };
        if let (true, SuccessKind::Text(_), Some(entry)) = (opaque, &kind, fields.entry("x-opaque")) {
            let message = "a text promises nothing anyway: `x-opaque` is for JSON";
            self.catalog
                .complain(Rule::UnknownValue, entry.mark.location(), message);
        }
        if let (true, Some(entry)) = (content.is_empty(), fields.entry("content")) {
            self.catalog.complain(
                Rule::MediaType,
                entry.mark.location(),
                format!("an answer is `{JSON}`, `{TEXT}` or `{HTML}`"),
            );
        }
        fields.finish();
        Success {
            status,
            description,
            kind,
            cache_control,
            opaque,
            also: Vec::new(),
            redirects: Vec::new(),
        }
    }

    /// A text is a string without further rules.
    fn text(&self, entry: &'a Entry) {
        let fields = self.catalog.fields(&entry.value, &entry.mark, "a media type");
        if let Some(schema) = fields.required("schema") {
            let text = self.catalog.fields(schema, &entry.mark, "the schema of a text");
            text.choice("type", &["string"]);
            text.finish();
        }
        fields.finish();
    }
}

/// What an operation answers that has no body to answer with.
fn only_redirects(redirects: Vec<OtherAnswer>) -> Success {
    let mut redirects = redirects.into_iter();
    let first = redirects.next();
    Success {
        status: first.as_ref().map_or(302, |first| first.status),
        description: first.map(|first| first.description).unwrap_or_default(),
        kind: SuccessKind::Redirect,
        cache_control: None,
        opaque: false,
        also: Vec::new(),
        redirects: redirects.collect(),
    }
}
