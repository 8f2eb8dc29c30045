//! The sums of what was last generated: tells a file that somebody edited from one that is merely old.
//!
//! `openapi/dist/checksums.txt` has the form of `sha256sum`, so `sha256sum --check` in the workspace's root reads it too.

use std::{collections::BTreeMap, fmt::Write, io, path::Path};

use sha2::{Digest, Sha256};

use super::{File, tree};

const PATH: &str = "openapi/dist/checksums.txt";

/// The ledger of `files`.
pub fn file(files: &[File]) -> File {
    let sums: BTreeMap<_, _> = files.iter().map(|file| (&file.path, sum(&file.contents))).collect();
    let contents = sums.iter().map(|(path, sum)| format!("{sum}  {path}\n")).collect();
    File {
        path: PATH.to_owned(),
        contents,
    }
}

/// The sums of the workspace's ledger by path; none if there is no ledger.
pub fn read(root: &Path) -> io::Result<BTreeMap<String, String>> {
    let text = tree::read(root, PATH)?.unwrap_or_default();
    let pairs = text.lines().filter_map(|line| line.split_once("  "));
    Ok(pairs.map(|(sum, path)| (path.to_owned(), sum.to_owned())).collect())
}

/// SHA-256 in hex.
pub fn sum(contents: &str) -> String {
    Sha256::digest(contents).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a String takes everything");
        hex
    })
}
