//! Showing the configuration in the older form.

use stack_types::Secret;

use super::{LegacyConfig, LegacyDomain, LegacyEmailConfig, LegacyOAuthProvider};
use crate::config::{EmailServer, OAuthProviderConfig, ProjectConfig};

impl From<&ProjectConfig> for LegacyConfig {
    fn from(config: &ProjectConfig) -> Self {
        let ids = |ids: &std::collections::BTreeMap<String, bool>| {
            ids.iter().filter(|(_, on)| **on).map(|(id, _)| id.clone()).collect()
        };
        let mut oauth_providers: Vec<_> = config
            .auth
            .oauth
            .providers
            .iter()
            .filter(|(_, provider)| provider.allow_sign_in)
            .filter_map(|(id, provider)| show_provider(id, provider))
            .collect();
        oauth_providers.sort_by(|a, b| a.id.cmp(&b.id));
        let mut domains: Vec<_> = config
            .domains
            .trusted_domains
            .values()
            .filter_map(|domain| {
                Some(LegacyDomain {
                    domain: domain.base_url.clone()?,
                    handler_path: domain.handler_path.clone(),
                })
            })
            .collect();
        domains.sort_by(|a, b| a.domain.cmp(&b.domain));
        let defaults = &config.rbac.default_permissions;
        Self {
            allow_localhost: config.domains.allow_localhost,
            sign_up_enabled: config.auth.allow_sign_up,
            credential_enabled: config.auth.password.allow_sign_in,
            magic_link_enabled: config.auth.otp.allow_sign_in,
            passkey_enabled: config.auth.passkey.allow_sign_in,
            client_team_creation_enabled: config.teams.allow_client_team_creation,
            client_user_deletion_enabled: config.users.allow_client_user_deletion,
            allow_user_api_keys: config.api_keys.enabled.user,
            allow_team_api_keys: config.api_keys.enabled.team,
            oauth_providers,
            domains,
            email_config: show_email_server(&config.emails.server),
            email_theme: config.emails.selected_theme_id.clone(),
            create_team_on_sign_up: config.teams.create_personal_team_on_sign_up,
            team_creator_default_permissions: ids(&defaults.team_creator),
            team_member_default_permissions: ids(&defaults.team_member),
            user_default_permissions: ids(&defaults.sign_up),
            oauth_account_merge_strategy: config.auth.oauth.account_merge_strategy,
        }
    }
}

fn show_provider(id: &str, provider: &OAuthProviderConfig) -> Option<LegacyOAuthProvider> {
    let (own, bundles) = (!provider.is_shared, &provider.apple_bundles);
    Some(LegacyOAuthProvider {
        provider_config_id: id.to_owned(),
        id: provider.r#type.clone()?,
        is_shared: provider.is_shared,
        client_id: own.then(|| provider.client_id.clone().unwrap_or_default()),
        client_secret: own.then(|| provider.client_secret.clone().unwrap_or_else(|| Secret::new(""))),
        facebook_config_id: provider.facebook_config_id.clone().filter(|_| own),
        microsoft_tenant_id: provider.microsoft_tenant_id.clone().filter(|_| own),
        apple_bundle_ids: (own && !bundles.is_empty())
            .then(|| bundles.values().map(|bundle| bundle.bundle_id.clone()).collect()),
    })
}

fn show_email_server(server: &EmailServer) -> LegacyEmailConfig {
    if server.is_shared {
        return LegacyEmailConfig::Shared;
    }
    LegacyEmailConfig::Standard {
        host: server.host.clone().unwrap_or_default(),
        port: server.port.unwrap_or_default(),
        username: server.username.clone().unwrap_or_default(),
        password: server.password.clone().unwrap_or_else(|| Secret::new("")),
        sender_name: server.sender_name.clone().unwrap_or_default(),
        sender_email: server.sender_email.clone().unwrap_or_default(),
    }
}
