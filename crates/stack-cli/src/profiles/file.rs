//! The file of the profiles. Only its owner can read it, and nobody ever finds half of it.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;
use stack_client::{MemoryTokenStore, TokenStore, Tokens};
use tempfile::NamedTempFile;

use super::Profiles;
use crate::{
    failure::{Failure, Result},
    io::Io,
};

/// The folder inside the user's configuration.
const FOLDER: &str = "stack-auth";

/// Where profiles are kept.
#[derive(Debug, Clone)]
pub struct ProfilesFile {
    path: PathBuf,
}

impl ProfilesFile {
    /// The file of this person: in `STACK_CONFIG_DIR`, or in the folder where the system keeps configuration.
    ///
    /// # Errors
    ///
    /// If there is no such folder.
    pub fn of(io: &Io) -> Result<Self> {
        let asked = io
            .config_dir
            .clone()
            .or_else(|| io.variable("STACK_CONFIG_DIR").map(PathBuf::from));
        let folder = match asked {
            Some(folder) => folder,
            None => etcetera::choose_base_strategy()
                .map_err(|error| Failure::other(format!("there is no folder for configuration: {error}")))?
                .config_dir()
                .join(FOLDER),
        };
        Ok(Self {
            path: folder.join("profiles.toml"),
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; nothing if it isn't there.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn read(&self) -> Result<Profiles> {
        match fs::read_to_string(&self.path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                Failure::other(format!(
                    "`{}` can't be understood: {}",
                    self.path.display(),
                    error.message()
                ))
                .hint("Mend it by hand, or move it away and log in again.")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Profiles::default()),
            Err(error) => Err(self.failed("read", &error)),
        }
    }

    /// Changes it. Others who change it at the same time wait.
    ///
    /// # Errors
    ///
    /// If it can't be read or written, or `change` says so.
    pub fn change<T>(&self, change: impl FnOnce(&mut Profiles) -> Result<T>) -> Result<T> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        make_folder(folder).map_err(|error| self.failed("written", &error))?;
        let lock = self.lock().map_err(|error| self.failed("locked", &error))?;
        let mut profiles = self.read()?;
        let outcome = change(&mut profiles)?;
        let text = toml::to_string(&profiles).map_err(|error| Failure::other(error.to_string()))?;
        let write = || -> io::Result<()> {
            // A temporary file can be read by its owner only.
            let mut file = NamedTempFile::new_in(folder)?;
            file.write_all(b"# Written by `stack login`. It holds keys: keep it to yourself.\n")?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|error| self.failed("written", &error))?;
        drop(lock);
        Ok(outcome)
    }

    /// A warning if others can read it.
    pub fn warning(&self) -> Option<String> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;

            let mode = fs::metadata(&self.path).ok()?.permissions().mode() & 0o777;
            let path = self.path.display();
            (mode & 0o077 != 0).then(|| format!("warning: others can read {path} ({mode:o}); `chmod 600` mends that"))
        }
        #[cfg(not(unix))]
        None
    }

    fn lock(&self) -> io::Result<File> {
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.path.with_extension("lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        Failure::other(format!("`{}` can't be {what}: {error}", self.path.display()))
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Keeps the tokens of a profile's session: in memory for this run, in the file for the next.
#[derive(Debug)]
pub struct StoredSession {
    file: ProfilesFile,
    profile: String,
    memory: MemoryTokenStore,
}

impl StoredSession {
    /// The session of `profile`, which has these tokens now.
    pub fn new(file: ProfilesFile, profile: String, tokens: Tokens) -> Self {
        Self {
            file,
            profile,
            memory: MemoryTokenStore::new(tokens),
        }
    }
}

impl TokenStore for StoredSession {
    fn get(&self) -> Tokens {
        self.memory.get()
    }

    fn set(&self, tokens: Tokens) {
        // A renewed token that can't be stored is renewed again by the next run; no reason to fail this one.
        let _ = self.file.change(|profiles| {
            if let Some(profile) = profiles.profiles.get_mut(&self.profile) {
                profile.set_tokens(tokens.clone());
            }
            Ok(())
        });
        self.memory.set(tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::Profile;

    fn file(folder: &Path) -> ProfilesFile {
        ProfilesFile {
            path: folder.join("below/profiles.toml"),
        }
    }

    fn profile() -> Profile {
        Profile {
            url: "http://localhost:8102".to_owned(),
            project_id: "internal".to_owned(),
            secret_server_key: Some("ssk_1".into()),
            ..Profile::default()
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        assert_eq!(file.read().unwrap(), Profiles::default());
        file.change(|profiles| {
            profiles.default = Some("demo".to_owned());
            profiles.profiles.insert("demo".to_owned(), profile());
            Ok(())
        })
        .unwrap();
        assert_eq!(file.read().unwrap().default_profile(), Some(("demo", &profile())));
        assert_eq!(file.warning(), None);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        file.change(|_| Ok(())).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.path()), 0o600);
        assert_eq!(mode(file.path().parent().unwrap()), 0o700);
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(file.warning().unwrap().contains("(644)"));
    }

    #[test]
    fn a_change_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        let outcome = file.change(|profiles| {
            profiles.profiles.insert("demo".to_owned(), profile());
            Err::<(), _>(Failure::usage("no"))
        });
        assert!(outcome.is_err());
        assert_eq!(file.read().unwrap(), Profiles::default());
    }

    #[test]
    fn renewed_tokens_are_there_for_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(folder.path());
        let add = |profiles: &mut Profiles| Ok(profiles.profiles.insert("demo".to_owned(), profile()));
        file.change(add).unwrap();
        let session = StoredSession::new(file.clone(), "demo".to_owned(), Tokens::default());
        session.set(Tokens::new("abc", "def"));
        assert_eq!(file.read().unwrap().profiles["demo"].tokens(), session.get());
    }
}
