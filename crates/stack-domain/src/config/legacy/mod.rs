//! The older, snake_case form of the configuration, in which projects are shown and changed.

mod changes;
mod view;

pub(crate) use changes::new_project_overrides;
use stack_types::Secret;

use super::AccountMergeStrategy;

/// The configuration of a project as admins see it in the project.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields carry the names of the wire")]
pub struct LegacyConfig {
    pub allow_localhost: bool,
    pub sign_up_enabled: bool,
    pub credential_enabled: bool,
    pub magic_link_enabled: bool,
    pub passkey_enabled: bool,
    pub client_team_creation_enabled: bool,
    pub client_user_deletion_enabled: bool,
    pub allow_user_api_keys: bool,
    pub allow_team_api_keys: bool,
    /// Those that can be signed in with, by id.
    pub oauth_providers: Vec<LegacyOAuthProvider>,
    /// By URL.
    pub domains: Vec<LegacyDomain>,
    pub email_config: LegacyEmailConfig,
    pub email_theme: String,
    pub create_team_on_sign_up: bool,
    pub team_creator_default_permissions: Vec<String>,
    pub team_member_default_permissions: Vec<String>,
    pub user_default_permissions: Vec<String>,
    pub oauth_account_merge_strategy: AccountMergeStrategy,
}

/// A change of the configuration in the older form: what is `None` stays as it is. Lists replace the whole list.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "the fields carry the names of the wire")]
pub struct LegacyConfigUpdate {
    pub allow_localhost: Option<bool>,
    pub sign_up_enabled: Option<bool>,
    pub credential_enabled: Option<bool>,
    pub magic_link_enabled: Option<bool>,
    pub passkey_enabled: Option<bool>,
    pub client_team_creation_enabled: Option<bool>,
    pub client_user_deletion_enabled: Option<bool>,
    pub allow_user_api_keys: Option<bool>,
    pub allow_team_api_keys: Option<bool>,
    pub require_email_verification: Option<bool>,
    pub oauth_providers: Option<Vec<LegacyOAuthProvider>>,
    pub domains: Option<Vec<LegacyDomain>>,
    pub email_config: Option<LegacyEmailConfig>,
    pub email_theme: Option<String>,
    pub create_team_on_sign_up: Option<bool>,
    pub team_creator_default_permissions: Option<Vec<String>>,
    pub team_member_default_permissions: Option<Vec<String>>,
    pub user_default_permissions: Option<Vec<String>>,
    pub oauth_account_merge_strategy: Option<AccountMergeStrategy>,
}

/// A provider with which users sign in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyOAuthProvider {
    /// The id in the configuration. In an update it is ignored: it becomes `id`.
    pub provider_config_id: String,
    /// Which provider it is, e.g. `google`.
    pub id: String,
    /// Whether the deployment's own client is used (`type` is `shared`, else `standard`).
    pub is_shared: bool,
    /// Client id at the provider.
    pub client_id: Option<String>,
    /// Client secret at the provider.
    pub client_secret: Option<Secret>,
    /// Facebook's configuration id.
    pub facebook_config_id: Option<String>,
    /// Microsoft's tenant.
    pub microsoft_tenant_id: Option<String>,
    /// Apple's bundles for native sign-in; absent if there are none.
    pub apple_bundle_ids: Option<Vec<String>>,
}

/// A trusted domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyDomain {
    /// Origin or pattern of origins.
    pub domain: String,
    /// Where the app answers sign-in pages.
    pub handler_path: String,
}

/// The mail account.
#[derive(Debug, Clone, PartialEq)]
pub enum LegacyEmailConfig {
    /// The deployment's own.
    Shared,
    /// The project's.
    Standard {
        /// Host name of the SMTP server.
        host: String,
        /// Its port.
        port: u16,
        /// Who signs in there.
        username: String,
        /// With which password.
        password: Secret,
        /// Name of the sender.
        sender_name: String,
        /// Address of the sender.
        sender_email: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ProjectConfig, overrides, overrides::Overrides, validate};

    fn rendered(all: &Overrides) -> ProjectConfig {
        validate::check(crate::models::ConfigLevel::Environment, all).expect("it is valid");
        validate::typed(overrides::unfold(all).unwrap()).unwrap()
    }

    #[test]
    fn a_new_project_has_password_localhost_and_team_permissions() {
        let config = LegacyConfig::from(&rendered(&new_project_overrides()));
        assert!(config.credential_enabled && config.allow_localhost && config.sign_up_enabled);
        assert_eq!(config.team_creator_default_permissions, ["team_admin"]);
        assert_eq!(config.team_member_default_permissions, ["team_member"]);
        assert_eq!(config.email_config, LegacyEmailConfig::Shared);
    }

    #[test]
    fn what_is_set_in_the_older_form_is_read_in_it() {
        let provider = LegacyOAuthProvider {
            provider_config_id: "apple".into(),
            id: "apple".into(),
            client_id: Some("id".into()),
            client_secret: Some("secret".into()),
            apple_bundle_ids: Some(vec!["com.example".into()]),
            ..Default::default()
        };
        let domain = LegacyDomain {
            domain: "https://example.com".into(),
            handler_path: "/h".into(),
        };
        let server = LegacyEmailConfig::Standard {
            host: "mail".into(),
            port: 25,
            username: "u".into(),
            password: "p".into(),
            sender_name: "n".into(),
            sender_email: "a@b.c".into(),
        };
        let update = LegacyConfigUpdate {
            passkey_enabled: Some(true),
            oauth_providers: Some(vec![provider.clone()]),
            domains: Some(vec![domain.clone()]),
            email_config: Some(server.clone()),
            user_default_permissions: Some(vec!["reader".into()]),
            oauth_account_merge_strategy: Some(AccountMergeStrategy::RaiseError),
            ..Default::default()
        };
        let config = LegacyConfig::from(&rendered(&update.into_overrides(&ProjectConfig::default()).unwrap()));
        assert!(config.passkey_enabled);
        assert_eq!(config.oauth_providers, [provider]);
        assert_eq!(config.domains, [domain]);
        assert_eq!(config.email_config, server);
        assert_eq!(config.user_default_permissions, ["reader"]);
        assert_eq!(config.oauth_account_merge_strategy, AccountMergeStrategy::RaiseError);
    }

    #[test]
    fn an_absent_field_changes_nothing() {
        let overrides = LegacyConfigUpdate::default()
            .into_overrides(&ProjectConfig::default())
            .unwrap();
        assert!(overrides.is_empty());
    }

    #[test]
    fn unknown_themes_and_impossible_providers_are_refused() {
        let refused = |update: LegacyConfigUpdate| update.into_overrides(&ProjectConfig::default()).unwrap_err();
        let theme = LegacyConfigUpdate {
            email_theme: Some("nope".into()),
            ..Default::default()
        };
        assert!(refused(theme).to_string().contains("nope"));
        let shared = LegacyOAuthProvider {
            id: "apple".into(),
            is_shared: true,
            ..Default::default()
        };
        let shared = refused(LegacyConfigUpdate {
            oauth_providers: Some(vec![shared]),
            ..Default::default()
        });
        assert_eq!(shared.to_string(), "INVALID_SHARED_OAUTH_PROVIDER_ID");
        let standard = LegacyOAuthProvider {
            id: "apple".into(),
            ..Default::default()
        };
        let standard = refused(LegacyConfigUpdate {
            oauth_providers: Some(vec![standard]),
            ..Default::default()
        });
        assert!(standard.to_string().contains("client_id"));
    }
}
