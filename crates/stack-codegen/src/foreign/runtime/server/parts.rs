//! Operations as data.

use types::schema;

/// What is known of an operation before a request of it comes.
#[derive(Debug)]
pub struct Operation {
    /// Its name in Rust.
    pub id: &'static str,
    /// For example `GET`.
    pub method: &'static str,
    /// As the document has it.
    pub path: &'static str,
    /// All parameters.
    pub parameters: &'static [Parameter],
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// How it is written.
    pub style: Style,
    /// Its name, its shape, whether it has to be there.
    pub property: schema::Property,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
}

/// How the value of a parameter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One text.
    Plain,
    /// A list: once per item.
    Repeated,
    /// A list: items with this between them.
    Joined(char),
    /// A list or a single value: once per item.
    Either,
    /// An object or a list, with keys in brackets.
    Deep,
    /// An object: each of its properties is a parameter.
    Fields,
    /// JSON in a text.
    Json,
}
