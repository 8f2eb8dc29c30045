//! Reads the files of a contract: texts by name, and the YAML trees in them.
//!
//! Knows nothing of OpenAPI; that is for [`crate::bundle`].

mod node;
mod parse;

use std::{collections::BTreeMap, fs, io, path::Path};

pub use node::{Data, Entry, Mark, Node};
pub use parse::parse;

/// The name of the file that everything starts from.
pub const ROOT: &str = "root.yaml";

/// The texts of a contract by file name, relative to the folder of [`ROOT`] and with `/`.
#[derive(Debug, Clone, Default)]
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// Reads every `.yaml` file of `folder` and of its `tags/`.
    ///
    /// # Errors
    ///
    /// If a folder or file can't be read, or isn't UTF-8.
    pub fn from_folder(folder: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for (place, prefix) in [(folder.to_path_buf(), ""), (folder.join("tags"), "tags/")] {
            if !place.is_dir() && !prefix.is_empty() {
                continue;
            }
            for entry in fs::read_dir(&place)? {
                let entry = entry?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.ends_with(".yaml") && entry.file_type()?.is_file() {
                    files.insert(format!("{prefix}{name}"), fs::read_to_string(entry.path())?);
                }
            }
        }
        Ok(Self(files))
    }

    /// A contract that stands in one file.
    pub fn single(root: impl Into<String>) -> Self {
        Self::from_iter([(ROOT.to_owned(), root.into())])
    }

    /// The text of a file.
    pub fn get(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(String::as_str)
    }

    /// All files by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

impl FromIterator<(String, String)> for Sources {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(files: I) -> Self {
        Self(files.into_iter().collect())
    }
}
