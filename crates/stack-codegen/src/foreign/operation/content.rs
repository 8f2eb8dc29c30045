//! Bodies and answers: media types, and what stands in them.

use serde_json::{Map, Value};

use super::media;
use crate::{
    foreign::{
        document::{below, entries, flag, text},
        schema::Schemas,
    },
    model::Type,
};

/// A request's body.
#[derive(Debug)]
pub(in crate::foreign) struct Body {
    pub required: bool,
    pub kind: BodyKind,
    /// Its media type, for what isn't JSON or a form.
    pub media: String,
    pub description: String,
}

/// What a body is.
#[derive(Debug)]
pub(in crate::foreign) enum BodyKind {
    /// JSON of a named schema.
    Json(String),
    /// `application/x-www-form-urlencoded` of a named schema.
    Form(String),
    Multipart,
    Text,
    Bytes,
}

/// A documented answer.
#[derive(Debug)]
pub(in crate::foreign) struct Answer {
    pub status: Status,
    pub description: String,
    pub body: AnswerBody,
}

/// The status of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::foreign) enum Status {
    /// One.
    Code(u16),
    /// `4XX`.
    Range(u16),
    /// Any other.
    Default,
}

/// What an answer holds.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::foreign) enum AnswerBody {
    None,
    /// JSON of this shape, which stands in no need of a name.
    Json(Type),
    Text(String),
    Bytes(String),
}

/// Kinds of media types, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Media {
    Json,
    Form,
    Multipart,
    Text,
    Bytes,
}

fn media_kind(name: &str) -> Media {
    let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match name.as_str() {
        "application/json" | "*/*" | "application/*" | "text/json" => Media::Json,
        "application/x-www-form-urlencoded" => Media::Form,
        "multipart/form-data" => Media::Multipart,
        "text/event-stream" => Media::Bytes,
        _ if name.ends_with("+json") => Media::Json,
        _ if name.starts_with("text/") => Media::Text,
        _ => Media::Bytes,
    }
}

/// The best of the media types in `object`, its place, and whether there are others.
fn best(object: &Map<String, Value>) -> Option<(&String, &Value, Vec<&String>)> {
    let mut media = media(object);
    // Stable: of two equals, the first written.
    media.sort_by_key(|(name, _)| media_kind(name));
    let (name, value) = *media.first()?;
    Some((name, value, media.iter().skip(1).map(|(name, _)| *name).collect()))
}

/// The body of an operation.
pub(super) fn body(schemas: &mut Schemas<'_>, operation: &Map<String, Value>, at: &str, stem: &str) -> Option<Body> {
    let notes = schemas.doc.notes;
    let at = below(at, "requestBody");
    let (map, at) = schemas.doc.resolve(operation.get("requestBody")?, &at)?;
    let Some((name, media, others)) = best(map) else {
        notes.left_out(
            &at,
            "body-without-content",
            "no media type is given, so nobody knows what to send",
        );
        return None;
    };
    let place = below(&at, "content");
    for other in others {
        notes.left_out(
            &below(&place, other),
            "request-media-type",
            format!("the body is sent and read as `{name}` only"),
        );
    }
    let place = below(&below(&place, name), "schema");
    let any = Value::Bool(true);
    let schema = media.get("schema").unwrap_or(&any);
    let hint = format!("{stem}Body");
    let kind = match media_kind(name) {
        Media::Json => BodyKind::Json(schemas.named(schema, &place, &hint)),
        Media::Form => BodyKind::Form(schemas.named(schema, &place, &hint)),
        Media::Multipart => {
            notes.loosened(
                &place,
                "multipart",
                "the parts are given as they come; their schemas aren't checked",
            );
            BodyKind::Multipart
        }
        Media::Text => BodyKind::Text,
        Media::Bytes => BodyKind::Bytes,
    };
    let media = if name.contains('*') { "application/json" } else { name };
    Some(Body {
        required: flag(map, "required"),
        kind,
        media: header_value(media),
        description: text(map, "description").unwrap_or_default().trim().to_owned(),
    })
}

/// `text` without what no header may hold.
fn header_value(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).collect()
}

/// The answers of an operation.
pub(super) fn answers(schemas: &mut Schemas<'_>, operation: &Map<String, Value>, at: &str, stem: &str) -> Vec<Answer> {
    let notes = schemas.doc.notes;
    let at = below(at, "responses");
    let mut answers: Vec<Answer> = Vec::new();
    for (code, written) in entries(operation, "responses") {
        let pointer = below(&at, code);
        if code.starts_with("x-") {
            continue;
        }
        let Some(status) = status(code) else {
            notes.left_out(&pointer, "status", format!("`{code}` is no status"));
            continue;
        };
        let Some((map, pointer)) = schemas.doc.resolve(written, &pointer) else {
            continue;
        };
        let headers = entries(map, "headers").count();
        if headers > 0 {
            let reason = "the headers of an answer have no types: the client has them all in `headers()`, the server adds them in `Answer::with_header`";
            notes.loosened(&below(&pointer, "headers"), "answer-headers", reason);
        }
        if !answers.iter().any(|known| known.status == status) {
            let hint = format!("{stem}{}", status_name(status));
            let body = answer_body(schemas, map, &pointer, &hint, status);
            let description = text(map, "description").unwrap_or_default().trim().to_owned();
            answers.push(Answer {
                status,
                description,
                body,
            });
        }
    }
    if answers.is_empty() {
        notes.loosened(
            &at,
            "no-answers",
            "no answer is documented: the client gives whatever comes",
        );
    }
    answers.sort_by_key(|answer| answer.status);
    answers
}

fn answer_body(
    schemas: &mut Schemas<'_>,
    map: &Map<String, Value>,
    at: &str,
    hint: &str,
    status: Status,
) -> AnswerBody {
    let Some((name, media, others)) = best(map) else {
        return AnswerBody::None;
    };
    if matches!(status, Status::Code(204 | 205 | 304)) || matches!(status, Status::Code(code) if code < 200) {
        schemas.doc.notes.loosened(
            &below(at, "content"),
            "body-of-no-content",
            "an answer of this status has no body",
        );
        return AnswerBody::None;
    }
    let notes = schemas.doc.notes;
    let place = below(at, "content");
    for other in others {
        notes.left_out(
            &below(&place, other),
            "answer-media-type",
            format!("the answer is sent and read as `{name}` only"),
        );
    }
    let any = Value::Bool(true);
    let schema = media.get("schema").unwrap_or(&any);
    match media_kind(name) {
        Media::Json => AnswerBody::Json(schemas.ty(schema, &below(&below(&place, name), "schema"), hint)),
        Media::Text => AnswerBody::Text(header_value(name)),
        Media::Form | Media::Multipart | Media::Bytes => AnswerBody::Bytes(header_value(name)),
    }
}

fn status(code: &str) -> Option<Status> {
    if code == "default" {
        return Some(Status::Default);
    }
    if let [first @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] = code.as_bytes() {
        return Some(Status::Range(u16::from(first - b'0')));
    }
    code.parse()
        .ok()
        .filter(|code| (100..600).contains(code))
        .map(Status::Code)
}

/// The PascalCase name of a status.
pub(in crate::foreign) fn status_name(status: Status) -> String {
    match status {
        Status::Code(code) => match http_reason(code) {
            Some(name) => name.to_owned(),
            None => format!("Status{code}"),
        },
        Status::Range(1) => "Informational".to_owned(),
        Status::Range(2) => "Success".to_owned(),
        Status::Range(3) => "Redirection".to_owned(),
        Status::Range(4) => "ClientError".to_owned(),
        Status::Range(_) => "ServerError".to_owned(),
        Status::Default => "Otherwise".to_owned(),
    }
}

fn http_reason(code: u16) -> Option<&'static str> {
    Some(match code {
        200 => "Ok",
        201 => "Created",
        202 => "Accepted",
        203 => "NonAuthoritative",
        204 => "NoContent",
        205 => "ResetContent",
        206 => "PartialContent",
        301 => "MovedPermanently",
        302 => "Found",
        303 => "SeeOther",
        304 => "NotModified",
        307 => "TemporaryRedirect",
        308 => "PermanentRedirect",
        400 => "BadRequest",
        401 => "Unauthorized",
        402 => "PaymentRequired",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        406 => "NotAcceptable",
        408 => "RequestTimeout",
        409 => "Conflict",
        410 => "Gone",
        411 => "LengthRequired",
        412 => "PreconditionFailed",
        413 => "PayloadTooLarge",
        415 => "UnsupportedMediaType",
        422 => "UnprocessableEntity",
        423 => "Locked",
        429 => "TooManyRequests",
        500 => "InternalServerError",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        _ => return None,
    })
}

impl Status {
    /// Whether it tells of a success (redirects and `default` count as neither).
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Code(200..=299) | Self::Range(2))
    }
}
