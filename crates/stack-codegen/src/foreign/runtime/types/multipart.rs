//! Bodies of `multipart/form-data`.

use bytes::Bytes;

/// A body of several parts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Multipart {
    /// In the order in which they are sent.
    pub parts: Vec<Part>,
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The field that it is the value of.
    pub name: String,
    /// The name of the file, if it is one.
    pub file_name: Option<String>,
    /// Its media type, if it has one.
    pub content_type: Option<String>,
    /// What is in it.
    pub bytes: Bytes,
}

impl Multipart {
    /// Without any part yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a field of text.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let bytes = Bytes::from(text.into());
        self.parts.push(Part {
            name: name.into(),
            file_name: None,
            content_type: None,
            bytes,
        });
        self
    }

    /// With a file.
    #[must_use]
    pub fn file(
        mut self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        self.parts.push(Part {
            name: name.into(),
            file_name: Some(file_name.into()),
            content_type: Some(content_type.into()),
            bytes: bytes.into(),
        });
        self
    }

    /// The first part of this name.
    pub fn get(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }
}
