//! A change of the contract: what it is, whom it breaks, where it stands.

use std::{collections::BTreeSet, fmt};

use crate::model::{Access, AccessSet, Location};

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of change it is.
    pub kind: Kind,
    /// Whom it breaks.
    pub breaks: Breaks,
    /// In which of the two contracts `location` and `pointer` are: the old one for what is gone.
    pub side: Side,
    /// Whose view of the contract changes. Empty: nobody's in particular, as with events.
    pub accesses: AccessSet,
    /// Whether it is about what is sent or what is answered. Empty: neither, or it makes no difference.
    pub directions: BTreeSet<Direction>,
    /// What it is a change of.
    pub subject: Subject,
    /// The ids of the operations that are concerned, in the order of the contract.
    pub operations: Vec<String>,
    /// Its place in a published document, where it has one.
    pub pointer: Option<Pointer>,
    /// Its place in the YAML, from the folder of `root.yaml`.
    pub location: Location,
    /// What changed, for people, without a full stop.
    pub sentence: String,
}

/// Whom a change breaks.
///
/// Code that lists every field of a struct, or every word of an open enum, isn't counted among callers: requests are
/// built with `new` or `default`, and a word that comes later is no news to a `match` with a last arm. It is counted
/// among implementers, who are to hear of every field that they now answer and of every word that they may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaks {
    /// Callers in any language: a request that was right is refused or means something else, or an answer lacks what
    /// was promised.
    pub wire: bool,
    /// Callers with the generated client, the wire types or the event types: their code no longer compiles.
    pub client: bool,
    /// Implementers of the generated traits: their code no longer compiles, or what it answers is no longer right.
    pub server: bool,
}

impl Breaks {
    /// Nobody.
    pub const NONE: Self = Self {
        wire: false,
        client: false,
        server: false,
    };
    /// Callers in any language, and nobody's code.
    pub const WIRE: Self = Self {
        wire: true,
        client: false,
        server: false,
    };
    /// Rust code on both sides; the wire stays as it is.
    pub const RUST: Self = Self {
        wire: false,
        client: true,
        server: true,
    };
    /// The code of implementers.
    pub const SERVER: Self = Self {
        wire: false,
        client: false,
        server: true,
    };
    /// Everybody.
    pub const ALL: Self = Self {
        wire: true,
        client: true,
        server: true,
    };

    /// Whether it breaks anybody.
    pub const fn any(self) -> bool {
        self.wire || self.client || self.server
    }

    /// Whom either breaks.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            wire: self.wire || other.wire,
            client: self.client || other.client,
            server: self.server || other.server,
        }
    }

    /// The worst of it.
    pub const fn grade(self) -> Grade {
        match self {
            Self { wire: true, .. } => Grade::Callers,
            Self { client: true, .. } => Grade::RustCallers,
            Self { server: true, .. } => Grade::Implementers,
            _ => Grade::Compatible,
        }
    }
}

/// Changes fall into four classes by whom they break first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Callers in any language.
    Callers,
    /// Callers in Rust only.
    RustCallers,
    /// Implementers only.
    Implementers,
    /// Nobody.
    Compatible,
}

impl Grade {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Callers, Self::RustCallers, Self::Implementers, Self::Compatible];

    /// In kebab-case, for JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Callers => "breaking-for-callers",
            Self::RustCallers => "breaking-for-callers-in-rust",
            Self::Implementers => "breaking-for-implementers",
            Self::Compatible => "compatible",
        }
    }
}

/// One of two contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The one that was.
    Old,
    /// The one that is to be.
    New,
}

/// Which way something travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From callers to servers.
    Request,
    /// From servers to callers, errors included.
    Answer,
    /// From servers to the receivers of webhooks.
    Event,
}

impl Direction {
    /// `request`, `answer` or `event`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Answer => "answer",
            Self::Event => "event",
        }
    }
}

/// What a change is a change of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The contract as a whole.
    Contract,
    /// The tag of this name.
    Tag(String),
    /// The operation of this id.
    Operation(String),
    /// The schema of this name.
    Schema(String),
    /// The known error of this code.
    Error(String),
    /// The event of this name.
    Event(String),
}

impl Subject {
    /// The word for what it is.
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Tag(_) => "tag",
            Self::Operation(_) => "operation",
            Self::Schema(_) => "schema",
            Self::Error(_) => "error",
            Self::Event(_) => "event",
        }
    }

    /// What it is called, if it has a name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Contract => None,
            Self::Tag(name) | Self::Operation(name) | Self::Schema(name) | Self::Error(name) | Self::Event(name) => {
                Some(name)
            }
        }
    }
}

/// A place in a published document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Whose document: `dist/<access>.json`. Others may have the same at another place.
    pub access: Access,
    /// A JSON pointer (RFC 6901).
    pub pointer: String,
}

/// Declares [`Kind`] with the name and the meaning of each kind.
macro_rules! kinds {
    ($($variant:ident $name:literal $what:literal;)*) => {
        /// A kind of change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = $what] $variant,)*
        }

        impl Kind {
            /// All kinds, in the order in which a reader meets what they are about.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// kebab-case, as it is shown.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is, and whom it breaks.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }
        }
    };
}

kinds! {
    BasePathChanged "base-path-changed" "All paths stand below another prefix: breaks callers.";
    CredentialAdded "credential-added" "A security scheme is new: breaks nobody by itself.";
    CredentialRemoved "credential-removed" "A security scheme is gone: breaks callers, whose header is no longer read.";
    CredentialChanged "credential-changed" "A security scheme has another form or name: breaks callers, unless the name that they send is still read.";
    AccessCredentialAdded "access-credential-added" "Requests of an access carry one credential more: breaks callers, who don't send it.";
    AccessCredentialRemoved "access-credential-removed" "Requests of an access carry one credential less.";
    HeaderAdded "header-added" "A header is new.";
    HeaderRemoved "header-removed" "A header is no longer read or sent: breaks callers, unless it was let through and ignored.";
    HeaderChanged "header-changed" "A header has another name, use or reach: breaks callers, unless all that they could do with it is still possible.";
    TagAdded "tag-added" "A tag is new: breaks implementers, whose server lacks its trait.";
    TagRemoved "tag-removed" "A tag is gone, and its trait with it: breaks Rust code on both sides.";
    TagGroupChanged "tag-group-changed" "Another cargo feature brings the tag: breaks Rust code on both sides.";

    OperationAdded "operation-added" "An operation is new: breaks implementers, who lack its method.";
    OperationRemoved "operation-removed" "An operation is gone: breaks everybody.";
    OperationRenamed "operation-renamed" "An operation has another id; method and path are the same: breaks Rust code on both sides.";
    OperationMoved "operation-moved" "An operation has another method or path: breaks callers.";
    OperationRetagged "operation-retagged" "An operation belongs to another tag, thus trait: breaks Rust code on both sides.";
    OperationAccessGained "operation-access-gained" "A kind of access may call an operation that it couldn't.";
    OperationAccessLost "operation-access-lost" "A kind of access can't call an operation any more: breaks callers.";
    AuthChanged "auth-changed" "Credentials are needed otherwise: breaks callers, if it is stricter.";
    UserRequired "user-required" "A signed-in user is needed: breaks callers.";
    UserOptional "user-optional" "A signed-in user is no longer needed: breaks implementers, who get an `Option`.";
    UserErrorChanged "user-error-changed" "Without a user, another error is answered: breaks callers, who go by its code.";
    RefreshTokenChanged "refresh-token-changed" "The refresh token is read otherwise: breaks callers, unless more is possible than before.";
    AuthorizationChanged "authorization-changed" "The header `authorization` is read otherwise: breaks callers, unless it wasn't read before.";
    UnknownQueryChanged "unknown-query-changed" "Unknown query parameters are refused or ignored: breaks callers, if they are refused now.";
    IgnoredQueryAdded "ignored-query-added" "A query parameter is let through and ignored.";
    IgnoredQueryRemoved "ignored-query-removed" "A query parameter is no longer let through: breaks callers.";

    ParameterAdded "parameter-added" "A parameter is new: breaks callers, if it has to be there.";
    ParameterRemoved "parameter-removed" "A parameter is gone: breaks everybody; it is refused, or what it said isn't heeded.";
    ParameterRenamed "parameter-renamed" "A placeholder of a path has another name: breaks Rust code on both sides.";
    BodyAdded "body-added" "An operation reads a body: breaks callers, if it has to be there.";
    BodyRemoved "body-removed" "An operation no longer reads a body: breaks everybody.";
    BodyRequired "body-required" "The body has to be there: breaks everybody.";
    BodyOptional "body-optional" "The body may be left out: breaks implementers, who get an `Option`.";
    MediaAdded "media-added" "A body may come in one more form.";
    MediaRemoved "media-removed" "A body can't come in a form any more: breaks callers.";
    StatusChanged "status-changed" "Success has another status: breaks callers.";
    AnswerAdded "answer-added" "A further success status or redirect may be answered: breaks callers and implementers.";
    AnswerRemoved "answer-removed" "A further success status or redirect is no longer answered: breaks implementers.";
    AnswerChanged "answer-changed" "Success has another kind of body: breaks everybody; HTML for plain text or the other way, callers.";
    CachingChanged "caching-changed" "Answers may be kept for another time: breaks nobody.";
    OperationErrorAdded "operation-error-added" "An operation may answer one more known error: any may come, so it breaks nobody.";
    OperationErrorRemoved "operation-error-removed" "An operation no longer answers a known error.";
    PlainErrorAdded "plain-error-added" "A status may come as text or in the form of OAuth.";
    PlainErrorRemoved "plain-error-removed" "A status no longer comes as text or in the form of OAuth.";
    PlainErrorChanged "plain-error-changed" "A status comes as text instead of in the form of OAuth, or the other way: breaks callers, who can't read it.";

    SchemaAdded "schema-added" "A schema is new, and its type with it.";
    SchemaRemoved "schema-removed" "A schema is gone, and its type with it: breaks Rust code on both sides.";
    SchemaRenamed "schema-renamed" "A schema has another name: breaks Rust code on both sides.";
    PropertyAdded "property-added" "A property is new. Requests: breaks callers, if it has to be there. Answers: breaks implementers, who have to send it.";
    PropertyRemoved "property-removed" "A property is gone: breaks everybody.";
    BecameRequired "became-required" "What could be left out has to be there. Requests: breaks callers. Both: breaks Rust code.";
    BecameOptional "became-optional" "What had to be there may be left out. Answers: breaks callers. Both: breaks Rust code.";
    NullAdded "null-added" "`null` may be the value. Answers: breaks callers. Both: breaks Rust code.";
    NullRemoved "null-removed" "`null` can't be the value any more. Requests: breaks callers. Both: breaks Rust code.";
    TypeChanged "type-changed" "The value is of another kind: breaks callers, unless requests take more or answers promise more than before.";
    LimitsNarrowed "limits-narrowed" "A limit is narrower. Requests: breaks callers. Answers: breaks implementers.";
    LimitsWidened "limits-widened" "A limit is wider. Answers: breaks callers, who relied on it.";
    LimitsChanged "limits-changed" "A limit is another one: breaks callers.";
    WordAdded "word-added" "An enum has one more word. Enums are open, so in answers it breaks nobody. Requests: breaks implementers.";
    WordRemoved "word-removed" "An enum has lost a word. Requests: breaks callers. Both: breaks Rust code that names it.";
    VariantAdded "variant-added" "A union has one more variant. Requests: breaks implementers. Answers: breaks callers, unless a discriminator tells them.";
    VariantRemoved "variant-removed" "A union has lost a variant. Requests: breaks callers. Both: breaks Rust code that names it.";
    DiscriminatorChanged "discriminator-changed" "The variants of a union are told apart otherwise: breaks everybody.";
    DefaultChanged "default-changed" "Leaving it out means something else: breaks callers.";
    NormalizationChanged "normalization-changed" "A text is trimmed or cased otherwise before it is checked: breaks callers, unless nothing was done to it before.";
    UnknownKeysIgnored "unknown-keys-ignored" "Keys that a schema doesn't know are let through.";
    UnknownKeysRefused "unknown-keys-refused" "Keys that a schema doesn't know are refused. Requests: breaks callers.";

    ErrorAdded "error-added" "A known error is new: callers take codes that they don't know, so it breaks nobody.";
    ErrorRemoved "error-removed" "A known error is gone: breaks Rust code that names it.";
    ErrorStatusChanged "error-status-changed" "A known error has another status: breaks callers.";
    ErrorFamilyChanged "error-family-changed" "A known error belongs to another family: breaks callers in Rust, who ask for it.";
    EventAdded "event-added" "An event is new: receivers take events that they don't know, so it breaks nobody.";
    EventRemoved "event-removed" "An event is no longer sent: breaks everybody.";
    EventDataChanged "event-data-changed" "The data of an event is another schema: breaks Rust code on both sides.";

    RustTypeChanged "rust-type-changed" "The same on the wire is another type in Rust: breaks Rust code on both sides.";
    RustHomeChanged "rust-home-changed" "A type that all accesses shared is now one for each, or the other way round: breaks Rust code that names it.";
    RustMethodChanged "rust-method-changed" "The methods of a trait are split or take another caller: breaks implementers.";
    RustArgumentsChanged "rust-arguments-changed" "The arguments of `new` come in another order: breaks Rust code.";

    Reworded "reworded" "A description, summary, title or message says it otherwise.";
    ExampleChanged "example-changed" "An example is another one.";
    Reordered "reordered" "The same things stand in another order, or in another file.";
    ShownOrHidden "shown-or-hidden" "It appears on the reference page or in the documents, or no longer does.";
    VersionChanged "version-changed" "The number of the contract's version, or an origin that documents name.";
}

impl Kind {
    /// Whether it is about words for people only. Such changes break nobody and are counted rather than listed.
    pub const fn is_documentation(self) -> bool {
        matches!(
            self,
            Self::Reworded | Self::ExampleChanged | Self::Reordered | Self::ShownOrHidden | Self::VersionChanged
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
