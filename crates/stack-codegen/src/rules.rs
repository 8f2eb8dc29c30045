//! What the linter looks for, by name.
//!
//! Every rule has a small spec in `tests/fixtures/lint/` that breaks it, named like the rule.

use std::fmt;

/// Declares [`Rule`] with the name and the reason of each rule.
macro_rules! rules {
    ($($variant:ident $name:literal $why:literal;)*) => {
        /// A rule of the contract's dialect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $why] $variant,)*
        }

        impl Rule {
            /// All rules, in the order in which a reader meets what they are about.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// kebab-case, as it is shown.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One sentence: what has to hold, and why where that isn't plain.
            pub const fn why(self) -> &'static str {
                match self { $(Self::$variant => $why,)* }
            }
        }
    };
}

rules! {
    MissingFile "missing-file" "`root.yaml` names every file of the contract, and every file that it names exists.";
    YamlSyntax "yaml-syntax" "Files are YAML without anchors, aliases and tags: a reader sees what is there.";
    DuplicateKey "duplicate-key" "A key stands once in its mapping; YAML readers drop all but one.";
    TrailingBlanks "trailing-blanks" "Lines don't end in blanks, and texts neither start nor end with them.";
    UnknownKey "unknown-key" "Only keys of the dialect are used, so that a typing error isn't silently ignored.";
    WrongType "wrong-type" "Values have the YAML type that their key asks for.";
    UnknownValue "unknown-value" "Keys with a closed set of values hold one of them.";
    MissingKey "missing-key" "Required keys are there; every operation, schema, property and parameter is described.";
    OpenapiVersion "openapi-version" "The dialect is OpenAPI 3.0.3; progenitor reads no other.";

    UnresolvableRef "unresolvable-ref" "A reference names something that exists.";
    SharedSchema "shared-schema" "What two tags use stands in `shared.yaml`, which itself uses no tag's schemas.";
    ComponentName "component-name" "Components are called in PascalCase.";
    DuplicateComponent "duplicate-component" "Names of components are unique in the whole contract, also if case is ignored.";
    UnusedComponent "unused-component" "Every component is reached by an operation, an event or an error.";
    ReservedName "reserved-name" "Names don't clash with words of Rust, its prelude or the runtime of the generated code.";

    InlineObject "inline-object" "Objects are named components, so that they become Rust types with a name of ours.";
    InlineEnum "inline-enum" "Enums of more than one value are named components.";
    InlineUnion "inline-union" "Unions are named components.";
    UnsupportedKeyword "unsupported-keyword" "`not`, `anyOf` and the like have no Rust type that says the same.";
    ExclusiveBounds "exclusive-bounds" "Bounds are inclusive.";
    EmptyRange "empty-range" "A lower bound isn't above the upper one.";
    Pattern "pattern" "Patterns are regular expressions of the `regex` crate.";
    Format "format" "Formats are known to the checker; an unknown one would check nothing.";
    RequiredProperty "required-property" "`required` lists properties, each once, and none that has a default.";
    AllOfConflict "all-of-conflict" "The parts of an `allOf` are objects that don't contradict each other.";
    Discriminator "discriminator" "The discriminator is a required property with a constant of its own in every variant.";
    EndlessSchema "endless-schema" "A schema doesn't consist of itself.";
    EnumCollision "enum-collision" "The values of an enum differ as Rust names too.";
    PropertyCollision "property-collision" "The properties of an object differ as Rust names too.";
    ValueMismatch "value-mismatch" "Examples and defaults fit their schema.";

    OperationId "operation-id" "Operation ids are verbs in snake_case: they become method names.";
    DuplicateOperationId "duplicate-operation-id" "Operation ids are unique, also if case is ignored.";
    PathForm "path-form" "Paths start with a slash, don't end with one, and a placeholder fills a segment.";
    DuplicatePath "duplicate-path" "A method and a path stand once in the contract, whatever the placeholders are called.";
    VersionPath "version-path" "A path of `x-base: versions` starts with a version, and stands in the tag of the path that it replaces.";
    PathPlaceholder "path-placeholder" "At one place of the paths, a placeholder has one name: the router needs it.";
    PathParameter "path-parameter" "Placeholders of the path and path parameters are the same.";
    ParameterPlace "parameter-place" "Parameters stand in path or query; headers are credentials, thus security schemes.";
    ParameterType "parameter-type" "Parameters are scalars.";
    IgnoredParameter "ignored-parameter" "A parameter that is ignored stands in the query, and is open to everybody and needed by nobody.";
    DuplicateParameter "duplicate-parameter" "A name stands for one parameter of an operation, also as a Rust name.";
    MediaType "media-type" "Bodies are JSON or forms, answers JSON, plain text or HTML.";
    BodyRef "body-ref" "A JSON or form body is a reference to a named schema.";
    OneSuccess "one-success" "An operation has a success answer or redirects, and no errors: the generator adds those.";
    SeveralAnswers "several-answers" "Further answers are 2xx with the body of the first, or redirects with none.";
    Authorization "authorization" "`x-authorization` is one of the `http` security schemes of `root.yaml`.";
    Access "access" "`x-access` lists known accesses, each once; admin follows from server.";
    WiderAccess "wider-access" "A part of an operation isn't open to an access that the operation refuses.";
    HiddenFromAll "hidden-from-all" "Whoever may see a property reaches its schema.";

    EventName "event-name" "Events are called by words in snake_case with dots between, the thing first.";
    DuplicateEvent "duplicate-event" "Events differ as Rust names too.";
    EventData "event-data" "The data of an event is an object; what isn't the event's own is seen by server access.";

    ErrorForm "error-form" "Errors have a SCREAMING_SNAKE_CASE code, a status from 400 to 599 and an abstract parent, if any.";
    UnknownError "unknown-error" "Errors that are named exist.";
    AbstractError "abstract-error" "Abstract errors are families; they are never sent.";
    MessagePlaceholder "message-placeholder" "`{name}` in a message is a detail of the error.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
