//! The keys of the two projects that a deployment starts with: given, or made once and kept.

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use stack_domain::bootstrap::SeedKeys;
use stack_types::Secret;

use crate::{config::InternalKeys, kept};

/// The file beside the database that keeps the keys.
const EXTENSION: &str = "keys";

/// What the file holds. The database has hashes only, so whoever loses it has to give keys by the settings.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptKeys {
    /// Of the project `internal`.
    internal: ProjectKeys,
    /// Of the project to play with.
    demo: ProjectKeys,
}

/// The keys of one project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProjectKeys {
    /// Grants client access.
    pub publishable_client_key: Secret,
    /// Grants server access.
    pub secret_server_key: Secret,
    /// Grants admin access.
    pub super_secret_admin_key: Secret,
}

impl KeptKeys {
    /// The keys beside an SQLite database, made at the first start.
    ///
    /// # Errors
    ///
    /// If the file can't be read or made, or holds something else.
    pub(crate) fn beside(database: &Path) -> Result<Self> {
        let path = kept::beside(database, EXTENSION);
        let text = kept::read_or_make(&path, || Ok(toml::to_string(&Self::random()?)?))?;
        toml::from_str(&text).with_context(|| format!("{} doesn't hold the keys of this server", path.display()))
    }

    /// New keys, for a database that is gone with its process.
    ///
    /// # Errors
    ///
    /// If the operating system has no randomness to give.
    pub(crate) fn random() -> Result<Self> {
        Ok(Self {
            internal: ProjectKeys::random()?,
            demo: ProjectKeys::random()?,
        })
    }

    /// The keys of the project to play with.
    pub(crate) const fn demo(&self) -> &ProjectKeys {
        &self.demo
    }
}

impl ProjectKeys {
    /// Keys as projects have them: 225 random bits each.
    fn random() -> Result<Self> {
        let key = |prefix: &str| Ok::<_, anyhow::Error>(Secret::from(prefix.to_owned() + &kept::random_text(45)?));
        Ok(Self {
            publishable_client_key: key("pck_")?,
            secret_server_key: key("ssk_")?,
            super_secret_admin_key: key("sak_")?,
        })
    }

    /// The keys as seeding takes them.
    pub(crate) fn seed(&self) -> SeedKeys {
        SeedKeys {
            publishable_client_key: Some(self.publishable_client_key.clone()),
            secret_server_key: Some(self.secret_server_key.clone()),
            super_secret_admin_key: Some(self.super_secret_admin_key.clone()),
        }
    }
}

/// The keys of `internal`: those of the settings, and for the rest those that are kept, if any are.
pub(crate) fn internal_keys(given: &InternalKeys, kept: Option<&KeptKeys>) -> SeedKeys {
    let kept = kept.map(|kept| kept.internal.seed()).unwrap_or_default();
    SeedKeys {
        publishable_client_key: given.publishable_client_key.clone().or(kept.publishable_client_key),
        secret_server_key: given.secret_server_key.clone().or(kept.secret_server_key),
        super_secret_admin_key: given.super_secret_admin_key.clone().or(kept.super_secret_admin_key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_kept_come_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("stack-auth.db");
        let first = KeptKeys::beside(&database).expect("they are made");
        let second = KeptKeys::beside(&database).expect("they are read");
        assert_eq!(first.demo().seed(), second.demo().seed());
        let key = first.demo().secret_server_key.expose();
        assert!(key.starts_with("ssk_") && key.len() == 49, "{key}");
    }

    #[test]
    fn a_key_that_is_given_counts() {
        let given = InternalKeys {
            secret_server_key: Some("any text at all".into()),
            ..InternalKeys::default()
        };
        let kept = KeptKeys::random().expect("there is randomness");
        let keys = internal_keys(&given, Some(&kept));
        assert_eq!(keys.secret_server_key, given.secret_server_key);
        assert_eq!(keys.publishable_client_key, kept.internal.seed().publishable_client_key);
        assert_eq!(internal_keys(&InternalKeys::default(), None), SeedKeys::default());
    }
}
