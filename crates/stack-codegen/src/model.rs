//! The contract as the emitters see it: plain data, every reference resolved to a name, every source position kept.
//!
//! Built by `lint` and `bundle` from the YAML; projected per access by [`crate::views`].

use std::{collections::BTreeSet, fmt};

use indexmap::IndexMap;
use serde_json::Value;

/// The whole contract.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Api {
    /// `info.title`.
    pub title: String,
    /// `info.version`.
    pub version: String,
    /// `info.description`.
    pub description: String,
    /// `servers[].url`, the origin only; paths of [`Base::Api`] follow below `base_path`.
    pub servers: Vec<String>,
    /// The prefix of the paths of [`Base::Api`], for example `/api/v1`; [`Api::prefix`] knows that of the others.
    pub base_path: String,
    /// `components.securitySchemes` by name, as written.
    pub security_schemes: IndexMap<String, Value>,
    /// What each access needs: the security requirement of its operations, as written (`x-accesses`).
    pub accesses: IndexMap<Access, AccessInfo>,
    /// One per file below `tags/`, in the order of `root.yaml`.
    pub tags: Vec<Tag>,
    /// Every named schema, `shared.yaml` first, then the tags' in their order.
    pub schemas: IndexMap<String, NamedSchema>,
    /// Every known error, abstract ones included, in the order of `errors.yaml`.
    pub errors: Vec<ErrorDef>,
    /// Headers besides credentials (`x-headers`), by name, in the order written.
    pub headers: IndexMap<String, HeaderInfo>,
    /// Sentences about webhooks as a whole: how events are sent and signed.
    pub about_webhooks: String,
    /// The events that webhooks are told of, in the order of `webhooks.yaml`.
    pub webhooks: Vec<Event>,
}

impl Api {
    /// What stands before the path of an operation of `base`: `/api/v1`, `/api` or nothing.
    pub fn prefix(&self, base: Base) -> &str {
        match base {
            Base::Api => &self.base_path,
            Base::Versions => self.base_path.rsplit_once('/').map_or("", |(parent, _)| parent),
            Base::Root => "",
        }
    }

    /// The name of the security scheme that describes this use of the header `authorization`.
    pub fn authorization_scheme(&self, authorization: Authorization) -> Option<&str> {
        let mut schemes = self.security_schemes.iter();
        let (name, _) = schemes.find(|(_, it)| it["type"] == "http" && it["scheme"] == authorization.name())?;
        Some(name)
    }
}

/// A header of requests or answers that is no credential.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderInfo {
    /// As on the wire, in lower case.
    pub name: String,
    /// Another name for the same (`x-alias`).
    pub alias: Option<String>,
    /// Sentences.
    pub description: String,
    /// What a server does with it.
    pub usage: HeaderUsage,
    /// Whether scripts in browsers may send or see it (`x-cors`).
    pub cors: bool,
}

/// What a server does with a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderUsage {
    /// It reads it.
    Read,
    /// It lets callers send it, and that is all.
    Ignored,
    /// It sends it.
    Sent,
}

/// A kind of access. Whoever has a later one may do and see what an earlier one may, unless data says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// The publishable key; acts as the signed-in user.
    Client,
    /// The secret key; acts on everything of the project.
    Server,
    /// The super secret key; acts on the project itself.
    Admin,
}

impl Access {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Client, Self::Server, Self::Admin];

    /// `client`, `server` or `admin`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What `root.yaml` says of an access.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessInfo {
    /// Sentences for the published document.
    pub description: String,
    /// The names of the security schemes that a request of this access carries.
    pub security: Vec<String>,
}

/// Where something stands in the YAML.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Location {
    /// Relative to the folder of `root.yaml`, for example `tags/users.yaml`.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

/// A tag: one spec file, one trait, one module.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tag {
    /// kebab-case, for example `internal-api-keys`.
    pub name: String,
    /// Sentences for docs.
    pub description: String,
    /// For example `tags/internal-api-keys.yaml`.
    pub file: String,
    /// The cargo feature that brings it (`x-group`); `None`: it is always there.
    pub group: Option<String>,
    /// In the order of the file.
    pub operations: Vec<Operation>,
}

/// The names of the accesses that may do or see something.
pub type AccessSet = BTreeSet<Access>;

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// snake_case, unique, for example `list_users`.
    pub id: String,
    /// The tag it belongs to.
    pub tag: String,
    /// Lower-case: `get`, `post`, `put`, `patch`, `delete`.
    pub method: String,
    /// With `{name}` placeholders, without the base path.
    pub path: String,
    /// What it stands under (`x-base`).
    pub base: Base,
    /// One line.
    pub summary: String,
    /// Sentences; may be empty.
    pub description: String,
    /// Who may call it (`x-access`; admin follows from server).
    pub access: AccessSet,
    /// Whether credentials are needed (`x-auth`).
    pub auth: Need,
    /// Accesses for which a signed-in user is needed, and the code of the error without one (`x-user`).
    pub user: Option<UserRule>,
    /// Whether the refresh-token header is read (`x-refresh-token`); `None`: not read.
    pub refresh_token: Option<Need>,
    /// Not shown in the published reference page (`x-hidden`).
    pub hidden: bool,
    /// In the order written.
    pub path_params: Vec<Param>,
    /// In the order written.
    pub query_params: Vec<Param>,
    /// Names of the query parameters that are allowed and ignored: `x-ignored-query`, and [`Self::ignored_params`].
    pub ignored_query: Vec<String>,
    /// Those of them that the published documents show (`x-ignored` on a parameter), in the order written.
    pub ignored_params: Vec<Param>,
    /// What happens to other query parameters (`x-unknown-query`).
    pub unknown_query: Unknown,
    /// The request body, if the operation reads one.
    pub body: Option<Body>,
    /// The header `authorization` is read (`x-authorization`).
    pub authorization: Option<Authorization>,
    /// What it answers when all goes well.
    pub success: Success,
    /// Codes of the known errors that are particular to it (`x-errors`).
    pub errors: Vec<String>,
    /// Errors that are sent as plain text: status and when (`x-text-errors`).
    pub text_errors: Vec<(u16, String)>,
    /// Errors that are sent in the form of RFC 6749, section 5.2: status and when (`x-oauth-errors`).
    pub oauth_errors: Vec<(u16, String)>,
    /// Of the operation's `operationId`.
    pub location: Location,
}

impl Operation {
    /// Whether it only redirects: browsers go there, programs have no use for it. Clients, mocks and the like leave it out.
    pub fn is_navigation(&self) -> bool {
        self.success.kind == SuccessKind::Redirect
    }

    /// The version that its path starts with, and the path below that: of operations with [`Base::Versions`] only.
    pub fn version(&self) -> Option<(&str, &str)> {
        if self.base != Base::Versions {
            return None;
        }
        let rest = self.path.strip_prefix('/')?;
        let slash = rest.find('/')?;
        let (version, below) = rest.split_at(slash);
        let is_version = version.strip_prefix('v')?.starts_with(|c: char| c.is_ascii_digit());
        (is_version && below.len() > 1).then_some((version, below))
    }

    /// Whether it has more than one answer that is no error.
    pub const fn has_several_answers(&self) -> bool {
        !self.success.also.is_empty() || !self.success.redirects.is_empty()
    }
}

/// How the header `authorization` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// A token (RFC 6750).
    Bearer,
    /// A name and a password (RFC 7617).
    Basic,
}

impl Authorization {
    /// The scheme as OpenAPI writes it: `bearer` or `basic`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Basic => "basic",
        }
    }
}

/// What a path stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// The base path of the API.
    Api,
    /// The base path's parent: the path starts with a version of its own.
    Versions,
    /// The root of the server.
    Root,
}

/// Whether something has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It has to.
    Required,
    /// It may.
    Optional,
    /// It is never looked at.
    None,
}

/// For whom a signed-in user has to be there.
#[derive(Debug, Clone, PartialEq)]
pub struct UserRule {
    /// The accesses that need one.
    pub required_for: AccessSet,
    /// The code of the error without one.
    pub error: String,
}

/// What to do with something the contract doesn't mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Refuse the request with SCHEMA_ERROR.
    Reject,
    /// Act as if it weren't there.
    Ignore,
}

/// A path or query parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// As on the wire.
    pub name: String,
    /// Sentences.
    pub description: String,
    /// Always true for path parameters.
    pub required: bool,
    /// A scalar, or a reference to a named scalar.
    pub ty: Type,
    /// The default as written, if any.
    pub default: Option<Value>,
    /// Who may send it; `None`: whoever may call the operation.
    pub access: Option<AccessSet>,
    /// Where it is declared.
    pub location: Location,
}

/// A request body.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    /// Whether it may be left out.
    pub required: bool,
    /// Media types that carry it; JSON first.
    pub media: Vec<Media>,
    /// The name of its schema.
    pub schema: String,
    /// Names of other schemas for single accesses (`x-schema: {client: …}`), where they differ in more than left-out fields.
    pub per_access: IndexMap<Access, String>,
    /// The published documents promise nothing of what is in it (`x-opaque`).
    pub opaque: bool,
}

/// A media type of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// What an operation answers when all goes well: a body, which may come with several statuses, and redirects.
#[derive(Debug, Clone, PartialEq)]
pub struct Success {
    /// 200, 201, …; of an operation that only redirects, the status of its first redirect.
    pub status: u16,
    /// Sentences.
    pub description: String,
    /// What the body is.
    pub kind: SuccessKind,
    /// The `cache-control` header, where it isn't the usual one (`x-cache-control`).
    pub cache_control: Option<String>,
    /// The published documents promise nothing of what is in its body (`x-opaque`).
    pub opaque: bool,
    /// Other statuses that the same body comes with.
    pub also: Vec<OtherAnswer>,
    /// Redirects that it may answer with instead; of an operation that only redirects, all but the first.
    pub redirects: Vec<OtherAnswer>,
}

/// An answer besides the first.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherAnswer {
    /// 2xx or 3xx.
    pub status: u16,
    /// Sentences.
    pub description: String,
}

/// The body of a success answer.
#[derive(Debug, Clone, PartialEq)]
pub enum SuccessKind {
    /// `application/json` of a named schema.
    Json(String),
    /// A text.
    Text(TextMedia),
    /// None: the operation only redirects ([`Operation::is_navigation`]).
    Redirect,
}

/// A media type of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextMedia {
    /// `text/plain`.
    Plain,
    /// `text/html`: a page for people.
    Html,
}

impl TextMedia {
    /// As on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "text/plain",
            Self::Html => "text/html",
        }
    }
}

/// A schema with a name of its own: a Rust type.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedSchema {
    /// PascalCase, unique in the contract.
    pub name: String,
    /// Sentences.
    pub description: String,
    /// `shared` or the tag in whose file it stands.
    pub module: String,
    /// Its shape.
    pub ty: Type,
    /// An example that fits, if one is given.
    pub example: Option<Value>,
    /// Where its name stands.
    pub location: Location,
}

/// A shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// What it is.
    pub kind: Kind,
    /// Whether `null` fits too.
    pub nullable: bool,
}

impl Type {
    /// The named schema `name`.
    pub fn reference(name: impl Into<String>) -> Self {
        Self {
            kind: Kind::Ref(name.into()),
            nullable: false,
        }
    }
}

/// What a shape is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Another named schema.
    Ref(String),
    /// Text.
    String(StringRules),
    /// A whole number; 64 bits.
    Integer(Range),
    /// A number.
    Number(Range),
    /// An instant in milliseconds (`x-instant: millis`).
    Instant(Range),
    /// `true` or `false`; with `only`, just the one.
    Boolean {
        /// `enum: [true]` or `enum: [false]`.
        only: Option<bool>,
    },
    /// A list.
    Array {
        /// Of what.
        items: Box<Type>,
        /// `minItems`.
        min: Option<u64>,
        /// `maxItems`.
        max: Option<u64>,
    },
    /// An object with any keys and values of one shape (`additionalProperties: <schema>`).
    Map(Box<Type>),
    /// An object with known properties (named schemas only; `allOf` is merged already).
    Object(Object),
    /// Named string constants.
    Enum {
        /// In the order written.
        values: Vec<String>,
    },
    /// An id: a newtype over a UUID (`x-id` with `format: uuid`) or over text.
    Id {
        /// Whether it has to be a UUID.
        uuid: bool,
        /// Lengths and pattern of one that is free text.
        rules: StringRules,
    },
    /// "A user's id or `me`" (`x-user-id-or-me`).
    UserIdOrMe,
    /// One of several named schemas.
    OneOf {
        /// Their names.
        variants: Vec<String>,
        /// The property that tells which, with the wire value of each variant; `None`: the first that fits.
        discriminator: Option<Discriminator>,
    },
    /// Any JSON value.
    Any,
}

/// How a union tells its variants apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Discriminator {
    /// The property.
    pub property: String,
    /// Wire value → schema name.
    pub mapping: IndexMap<String, String>,
}

/// The rules of a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StringRules {
    /// `uuid`, `email`, `uri`, `byte` (base64) or another word.
    pub format: Option<String>,
    /// In characters.
    pub min_length: Option<u64>,
    /// In characters.
    pub max_length: Option<u64>,
    /// A regular expression of the `regex` crate's dialect.
    pub pattern: Option<String>,
    /// Must not be seen in logs (`x-secret`).
    pub secret: bool,
    /// Trimmed and upper- or lower-cased before it is checked (`x-normalize: upper | lower | trim`).
    pub normalize: Option<String>,
}

/// Bounds of a number, inclusive.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Range {
    /// `minimum`.
    pub min: Option<f64>,
    /// `maximum`.
    pub max: Option<f64>,
}

/// An object with known properties.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object {
    /// By wire name, in the order written.
    pub properties: IndexMap<String, Property>,
    /// Whether other keys are kept quiet about (`additionalProperties: true`); requests refuse them otherwise.
    pub open: bool,
}

/// A property of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Sentences.
    pub description: String,
    /// Whether the key has to be there.
    pub required: bool,
    /// Its shape.
    pub ty: Type,
    /// Its default as written, if any.
    pub default: Option<Value>,
    /// Who sees and may write it (`x-access`); `None`: everybody.
    pub access: Option<AccessSet>,
    /// Not shown in the published reference page (`x-hidden`).
    pub hidden: bool,
    /// Where it stands.
    pub location: Location,
}

/// The module of the schemas that stand in `webhooks.yaml`. They belong to the events alone.
pub const EVENTS: &str = "webhook-events";

/// An event that webhooks are told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// As on the wire, for example `user.created`.
    pub name: String,
    /// One line.
    pub summary: String,
    /// Sentences: when it is sent, and when it isn't.
    pub description: String,
    /// The name of the schema of its data.
    pub data: String,
    /// Data that fits.
    pub example: Value,
    /// Where its name stands.
    pub location: Location,
}

/// A known error.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorDef {
    /// SCREAMING_SNAKE_CASE.
    pub code: String,
    /// Sentences: when it is sent.
    pub description: String,
    /// `None`: abstract, a family that is never sent.
    pub status: Option<u16>,
    /// The code of its family.
    pub parent: Option<String>,
    /// Its typed details, in order; empty: no `details` on the wire.
    pub details: IndexMap<String, Property>,
    /// The text on the wire; `{name}` stands for a detail.
    pub message: String,
    /// Where its code stands.
    pub location: Location,
}
