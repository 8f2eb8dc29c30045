//! Projects as admins see them.

use stack_domain::{
    Tenant,
    config::{
        AccountMergeStrategy,
        legacy::{LegacyConfig, LegacyEmailConfig, LegacyOAuthProvider},
    },
};
use stack_types::{
    AccountType, DefaultPermission, EmailConfig, OauthAccountMergeStrategy, Project, ProjectConfig,
    ProjectOauthProvider,
};

use crate::http::projects::{enabled_oauth_providers, project_domains};

/// A project with all of its configuration, secrets included.
pub(super) fn whole_project(tenant: &Tenant) -> Project {
    let project = tenant.project.clone();
    Project {
        id: project.id,
        display_name: project.display_name,
        description: project.description,
        logo_url: project.logo_url.into(),
        logo_full_url: project.logo_full_url.into(),
        logo_dark_mode_url: project.logo_dark_mode_url.into(),
        logo_full_dark_mode_url: project.logo_full_dark_mode_url.into(),
        created_at_millis: project.created_at,
        is_production_mode: project.is_production_mode,
        owner_team_id: project.owner_team_id,
        onboarding_status: project.onboarding_status.into(),
        config: project_config(LegacyConfig::from(&tenant.config)),
    }
}

fn project_config(config: LegacyConfig) -> ProjectConfig {
    ProjectConfig {
        allow_localhost: config.allow_localhost,
        sign_up_enabled: config.sign_up_enabled,
        credential_enabled: config.credential_enabled,
        magic_link_enabled: config.magic_link_enabled,
        passkey_enabled: config.passkey_enabled,
        client_team_creation_enabled: config.client_team_creation_enabled,
        client_user_deletion_enabled: config.client_user_deletion_enabled,
        allow_user_api_keys: config.allow_user_api_keys,
        allow_team_api_keys: config.allow_team_api_keys,
        enabled_oauth_providers: enabled_oauth_providers(&config.oauth_providers),
        oauth_providers: config.oauth_providers.into_iter().map(oauth_provider).collect(),
        domains: project_domains(config.domains),
        email_config: email_config(config.email_config),
        email_theme: config.email_theme,
        create_team_on_sign_up: config.create_team_on_sign_up,
        team_creator_default_permissions: permissions(config.team_creator_default_permissions),
        team_member_default_permissions: permissions(config.team_member_default_permissions),
        user_default_permissions: permissions(config.user_default_permissions),
        oauth_account_merge_strategy: merge_strategy(config.oauth_account_merge_strategy),
    }
}

fn oauth_provider(provider: LegacyOAuthProvider) -> ProjectOauthProvider {
    ProjectOauthProvider {
        provider_config_id: provider.provider_config_id,
        id: provider.id.into(),
        r#type: if provider.is_shared {
            AccountType::Shared
        } else {
            AccountType::Standard
        },
        client_id: provider.client_id,
        client_secret: provider.client_secret,
        facebook_config_id: provider.facebook_config_id,
        microsoft_tenant_id: provider.microsoft_tenant_id,
        apple_bundle_ids: provider.apple_bundle_ids,
    }
}

fn email_config(config: LegacyEmailConfig) -> EmailConfig {
    match config {
        LegacyEmailConfig::Shared => EmailConfig {
            r#type: AccountType::Shared,
            host: None,
            port: None,
            username: None,
            password: None,
            sender_name: None,
            sender_email: None,
        },
        LegacyEmailConfig::Standard {
            host,
            port,
            username,
            password,
            sender_name,
            sender_email,
        } => EmailConfig {
            r#type: AccountType::Standard,
            host: Some(host),
            port: Some(port.into()),
            username: Some(username),
            password: Some(password),
            sender_name: Some(sender_name),
            sender_email: Some(sender_email),
        },
    }
}

fn permissions(ids: Vec<String>) -> Vec<DefaultPermission> {
    ids.into_iter().map(|id| DefaultPermission { id }).collect()
}

const fn merge_strategy(strategy: AccountMergeStrategy) -> OauthAccountMergeStrategy {
    match strategy {
        AccountMergeStrategy::LinkMethod => OauthAccountMergeStrategy::LinkMethod,
        AccountMergeStrategy::RaiseError => OauthAccountMergeStrategy::RaiseError,
        AccountMergeStrategy::AllowDuplicates => OauthAccountMergeStrategy::AllowDuplicates,
    }
}
