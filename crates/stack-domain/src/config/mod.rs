//! The configuration of a project.
//!
//! It is written in three levels ([`crate::models::ConfigLevel`]) of JSON with camelCase keys, dots allowed
//! (`"auth.password.allowSignIn": true`). A later level overrides an earlier one, `null` means the default, and
//! defaults fill the rest.
//!
//! - [`overrides`] merges and unfolds the texts, without knowing what the keys mean;
//! - [`ProjectConfig`] and its parts give the keys types and defaults; `validate` says what may stand where;
//! - [`legacy`] is the older snake_case form in which projects are shown and changed;
//! - [`ConfigService`] reads and changes what is stored.

mod change;
pub mod legacy;
pub mod overrides;
mod parts;
mod service;
mod stored;
mod validate;

pub(crate) use change::ConfigChange;
pub use parts::{
    AccountMergeStrategy, ApiKeysConfig, ApiKeysEnabled, AppConfig, AppleBundle, AppsConfig, AuthConfig,
    DataVaultConfig, DataVaultStore, DefaultPermissions, DomainsConfig, EmailServer, EmailTemplate, EmailTheme,
    EmailsConfig, MethodConfig, OAuthConfig, OAuthProviderConfig, OnboardingConfig, PaymentsConfig,
    PermissionDefinition, PermissionScope, ProjectConfig, ProjectSettings, RbacConfig, SignUpRule, SignUpRuleAction,
    SignUpRuleActionType, SignUpRulesDefaultAction, TeamsConfig, TrustedDomain, UsersConfig,
};
pub use service::ConfigService;
pub(crate) use stored::{open, seal};
#[cfg(test)]
pub(crate) use validate::EMAIL_THEME_IDS;
pub use validate::{OAUTH_PROVIDER_TYPES, SYSTEM_TEAM_PERMISSIONS};
