//! Profiles: which server and project, and what it takes to get in.

mod file;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use stack_client::Tokens;
use stack_types::Secret;

pub use file::{ProfilesFile, StoredSession};

use crate::spec::{Access, Accesses};

/// All profiles of a person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// The one that is used if none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// By name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    /// The profile that is used if none is named.
    pub fn default_profile(&self) -> Option<(&str, &Profile)> {
        let name = self.default.as_deref()?;
        Some((name, self.profiles.get(name)?))
    }
}

/// A server, a project, and what it takes to get in.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The server's origin.
    pub url: String,
    /// The project.
    pub project_id: String,
    /// The access that commands use if they can; the strongest there is otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// The key of client access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publishable_client_key: Option<Secret>,
    /// The key of server access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_server_key: Option<Secret>,
    /// The key of admin access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub super_secret_admin_key: Option<Secret>,
    /// The access token of whoever is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token: Option<Secret>,
    /// Their refresh token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
}

impl Profile {
    /// The kinds of access that it has what it takes for. Client access may do without a key.
    pub fn accesses(&self) -> Accesses {
        let mut list = vec![Access::Client];
        if self.secret_server_key.is_some() {
            list.push(Access::Server);
        }
        if self.super_secret_admin_key.is_some() {
            list.push(Access::Admin);
        }
        Accesses::from_iter(list)
    }

    /// The access that it prefers.
    pub fn preferred(&self) -> Option<Access> {
        self.access.as_deref().and_then(Access::from_name)
    }

    /// The tokens of whoever is signed in.
    pub fn tokens(&self) -> Tokens {
        Tokens {
            access: self.access_token.clone(),
            refresh: self.refresh_token.clone(),
        }
    }

    /// Keeps these tokens.
    pub fn set_tokens(&mut self, tokens: Tokens) {
        self.access_token = tokens.access;
        self.refresh_token = tokens.refresh;
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.access_token.is_some() || self.refresh_token.is_some()
    }

    /// Whether it holds a key.
    pub fn has_keys(&self) -> bool {
        [
            &self.publishable_client_key,
            &self.secret_server_key,
            &self.super_secret_admin_key,
        ]
        .into_iter()
        .any(Option::is_some)
    }

    /// Forgets its keys.
    pub fn forget_keys(&mut self) {
        self.publishable_client_key = None;
        self.secret_server_key = None;
        self.super_secret_admin_key = None;
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile")
            .field("url", &self.url)
            .field("project_id", &self.project_id)
            .finish_non_exhaustive()
    }
}
