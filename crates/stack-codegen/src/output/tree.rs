//! The folders of the generator.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The contents of a file; `None` if there is none. Bytes that aren't UTF-8 are replaced, so that they count as changed.
pub fn read(root: &Path, path: &str) -> io::Result<Option<String>> {
    match fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Every file in `crates/*/src/generated/`, `tests/tests/*/generated/` and `openapi/dist/`, from the root and with `/`, sorted.
pub fn owned(root: &Path) -> io::Result<Vec<String>> {
    let crates = entries(&root.join("crates"))?;
    let tests = entries(&root.join("tests/tests"))?;
    let mut folders: Vec<PathBuf> = crates.iter().map(|(member, _)| member.join("src/generated")).collect();
    folders.extend(tests.iter().map(|(test, _)| test.join("generated")));
    folders.push(root.join("openapi/dist"));
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for (path, is_folder) in entries(&folder)? {
            if is_folder {
                folders.push(path);
            } else if let Ok(path) = path.strip_prefix(root) {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                files.push(parts.join("/"));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Removes `folder` if nothing is left in it.
pub fn remove_if_empty(folder: &Path) -> io::Result<()> {
    if entries(folder)?.is_empty() {
        fs::remove_dir(folder)
    } else {
        Ok(())
    }
}

/// What is in `folder`, and whether it is a folder itself; nothing if there is no such folder.
fn entries(folder: &Path) -> io::Result<Vec<(PathBuf, bool)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.path(), entry.file_type()?.is_dir()))
    };
    fs::read_dir(folder)?.map(entry).collect()
}
