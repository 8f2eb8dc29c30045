//! Files that the server makes once and keeps beside an SQLite database: its secret, and the keys that it was not given.
//!
//! Only their owner may read them. They are made in one step, so that of two processes that start at the same moment
//! both get what one of them made.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rand::{TryRng as _, rngs::SysRng};

/// The file of an SQLite database; `None` for one in memory, and for any other database.
pub(crate) fn sqlite_file(database_url: &str) -> Option<PathBuf> {
    let rest = database_url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let in_memory = path.is_empty() || path == ":memory:" || query.split('&').any(|pair| pair == "mode=memory");
    if in_memory {
        return None;
    }
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    Some(PathBuf::from(path.into_owned()))
}

/// The file of this name beside the database, for example `stack-auth.db.secret`.
pub(crate) fn beside(database: &Path, extension: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

/// The text of the file, which is made with `make` if it isn't there.
///
/// # Errors
///
/// If the file can be neither read nor made.
pub(crate) fn read_or_make(path: &Path, make: impl FnOnce() -> Result<String>) -> Result<String> {
    if let Some(text) = read(path)? {
        return Ok(text);
    }
    let text = make()?;
    match create(path, &text) {
        Ok(()) => Ok(text),
        // Another process was faster: what it wrote counts.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            read(path)?.with_context(|| format!("{} came and went", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("can't write {}", path.display())),
    }
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => {
            warn_if_others_may_read(path);
            Ok(Some(text))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("can't read {}", path.display())),
    }
}

/// Writes a new file in one step: others see it whole or not at all, and it never replaces one that is there.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let draft = beside(path, &random_text(8).map_err(io::Error::other)?);
    let result = write_draft(&draft, text).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft).and(result)
}

fn write_draft(draft: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(unix)]
fn warn_if_others_may_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let others_may = |metadata: fs::Metadata| metadata.permissions().mode() & 0o077 != 0;
    if fs::metadata(path).is_ok_and(others_may) {
        tracing::warn!(path = %path.display(), "others may read this file, which holds secrets; chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_others_may_read(_: &Path) {}

/// Random text of lower-case Crockford base 32, five bits a character.
///
/// # Errors
///
/// If the operating system has no randomness to give.
pub(crate) fn random_text(length: usize) -> Result<String> {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut bytes = vec![0; length];
    SysRng
        .try_fill_bytes(&mut bytes)
        .context("the operating system gives no randomness")?;
    Ok(bytes
        .into_iter()
        .map(|byte| char::from(DIGITS[usize::from(byte % 32)]))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_of_a_database_is_found_in_its_url() {
        for (url, file) in [
            ("sqlite://stack-auth.db", Some("stack-auth.db")),
            ("sqlite:stack.db", Some("stack.db")),
            (
                "sqlite:///var/lib/stack%20auth.db?mode=rwc",
                Some("/var/lib/stack auth.db"),
            ),
            ("sqlite::memory:", None),
            ("sqlite://:memory:", None),
            ("sqlite://x?mode=memory", None),
            ("postgres://localhost/stack", None),
        ] {
            assert_eq!(sqlite_file(url), file.map(PathBuf::from), "{url}");
        }
    }

    #[test]
    fn what_was_made_once_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kept");
        let first = read_or_make(&path, || Ok("first".to_owned())).expect("it is made");
        let second = read_or_make(&path, || Ok("second".to_owned())).expect("it is read");
        assert_eq!((first.as_str(), second.as_str()), ("first", "first"));
        assert_eq!(
            fs::read_dir(folder.path()).expect("a folder").count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn of_many_that_start_at_once_all_get_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kept");
        let texts: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| read_or_make(&path, || random_text(20)).expect("it is made or read")))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("it ends"))
                .collect()
        });
        assert!(texts.iter().all(|text| text == &texts[0]), "{texts:?}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kept");
        read_or_make(&path, || Ok("secret".to_owned())).expect("it is made");
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
