//! What shall become of projects.

use stack_domain::{
    config::{
        AccountMergeStrategy,
        legacy::{LegacyConfigUpdate, LegacyDomain, LegacyEmailConfig, LegacyOAuthProvider},
    },
    projects::{self, CreateProject},
};
use stack_server_api::ApiError;
use stack_types::{
    AccountType, DefaultPermission, EmailConfig, OauthAccountMergeStrategy, ProjectConfigUpdate, ProjectCreate,
    ProjectDomain, ProjectOauthProviderUpdate, ProjectUpdate,
};

pub(super) fn project_creation(body: ProjectCreate) -> Result<CreateProject, ApiError> {
    Ok(CreateProject {
        display_name: body.display_name,
        owner_team_id: body.owner_team_id,
        rest: projects::ProjectUpdate {
            display_name: None,
            description: body.description,
            is_production_mode: body.is_production_mode,
            onboarding_status: body.onboarding_status.map(|status| status.as_str().to_owned()),
            logo_url: body.logo_url,
            logo_full_url: body.logo_full_url,
            logo_dark_mode_url: body.logo_dark_mode_url,
            logo_full_dark_mode_url: body.logo_full_dark_mode_url,
            config: config_update(body.config)?,
        },
    })
}

pub(super) fn project_update(body: ProjectUpdate) -> Result<projects::ProjectUpdate, ApiError> {
    Ok(projects::ProjectUpdate {
        display_name: body.display_name,
        description: body.description,
        is_production_mode: body.is_production_mode,
        onboarding_status: body.onboarding_status.map(|status| status.as_str().to_owned()),
        logo_url: body.logo_url,
        logo_full_url: body.logo_full_url,
        logo_dark_mode_url: body.logo_dark_mode_url,
        logo_full_dark_mode_url: body.logo_full_dark_mode_url,
        config: config_update(body.config)?,
    })
}

fn config_update(config: Option<ProjectConfigUpdate>) -> Result<LegacyConfigUpdate, ApiError> {
    let Some(config) = config else {
        return Ok(LegacyConfigUpdate::default());
    };
    Ok(LegacyConfigUpdate {
        allow_localhost: config.allow_localhost,
        sign_up_enabled: config.sign_up_enabled,
        credential_enabled: config.credential_enabled,
        magic_link_enabled: config.magic_link_enabled,
        passkey_enabled: config.passkey_enabled,
        client_team_creation_enabled: config.client_team_creation_enabled,
        client_user_deletion_enabled: config.client_user_deletion_enabled,
        allow_user_api_keys: config.allow_user_api_keys,
        allow_team_api_keys: config.allow_team_api_keys,
        require_email_verification: config.require_email_verification,
        oauth_providers: config
            .oauth_providers
            .map(|providers| providers.into_iter().map(oauth_provider).collect()),
        domains: config.domains.map(|domains| domains.into_iter().map(domain).collect()),
        email_config: config.email_config.map(email_config).transpose()?,
        email_theme: config.email_theme,
        create_team_on_sign_up: config.create_team_on_sign_up,
        team_creator_default_permissions: config.team_creator_default_permissions.map(ids),
        team_member_default_permissions: config.team_member_default_permissions.map(ids),
        user_default_permissions: config.user_default_permissions.map(ids),
        oauth_account_merge_strategy: config.oauth_account_merge_strategy.map(merge_strategy).transpose()?,
    })
}

fn oauth_provider(provider: ProjectOauthProviderUpdate) -> LegacyOAuthProvider {
    LegacyOAuthProvider {
        provider_config_id: provider.id.as_str().to_owned(),
        id: provider.id.as_str().to_owned(),
        is_shared: provider.r#type == AccountType::Shared,
        client_id: provider.client_id,
        client_secret: provider.client_secret,
        facebook_config_id: provider.facebook_config_id,
        microsoft_tenant_id: provider.microsoft_tenant_id,
        apple_bundle_ids: provider.apple_bundle_ids,
    }
}

fn domain(domain: ProjectDomain) -> LegacyDomain {
    LegacyDomain {
        domain: domain.domain,
        handler_path: domain.handler_path,
    }
}

/// With `standard` everything has to be there, which the contract can't say.
fn email_config(config: EmailConfig) -> Result<LegacyEmailConfig, ApiError> {
    if config.r#type == AccountType::Shared {
        return Ok(LegacyEmailConfig::Shared);
    }
    let port = config.port.and_then(|port| u16::try_from(port).ok());
    Ok(LegacyEmailConfig::Standard {
        host: needed("host", config.host)?,
        port: needed("port", port)?,
        username: needed("username", config.username)?,
        password: needed("password", config.password)?,
        sender_name: needed("sender_name", config.sender_name)?,
        sender_email: needed("sender_email", config.sender_email)?,
    })
}

fn needed<T>(name: &str, value: Option<T>) -> Result<T, ApiError> {
    let missing = || {
        ApiError::schema(format!(
            "body /config/email_config/{name}: must be given if type is standard"
        ))
    };
    value.ok_or_else(missing)
}

fn ids(permissions: Vec<DefaultPermission>) -> Vec<String> {
    permissions.into_iter().map(|permission| permission.id).collect()
}

fn merge_strategy(strategy: OauthAccountMergeStrategy) -> Result<AccountMergeStrategy, ApiError> {
    match strategy {
        OauthAccountMergeStrategy::LinkMethod => Ok(AccountMergeStrategy::LinkMethod),
        OauthAccountMergeStrategy::RaiseError => Ok(AccountMergeStrategy::RaiseError),
        OauthAccountMergeStrategy::AllowDuplicates => Ok(AccountMergeStrategy::AllowDuplicates),
        OauthAccountMergeStrategy::Unknown(word) => Err(ApiError::internal(format!("the schema let {word} through"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_update_leaves_out_is_left_alone() {
        let body: ProjectUpdate = serde_json::from_value(json!({})).expect("it fits");
        assert_eq!(
            project_update(body).expect("it holds"),
            projects::ProjectUpdate::default()
        );
    }

    #[test]
    fn a_mail_account_of_ones_own_needs_all_its_fields() {
        let config = |config| serde_json::from_value::<EmailConfig>(config).expect("it fits");
        let whole = json!({
            "type": "standard", "host": "mail.example.com", "port": 587, "username": "ada", "password": "secret",
            "sender_name": "Ada", "sender_email": "ada@example.com",
        });
        assert!(email_config(config(whole.clone())).is_ok());
        let fields = whole
            .as_object()
            .expect("an object")
            .keys()
            .filter(|name| *name != "type");
        for name in fields {
            let mut part = whole.clone();
            part.as_object_mut().expect("an object").remove(name);
            assert_eq!(
                email_config(config(part)).expect_err(name).status().as_u16(),
                400,
                "{name}"
            );
        }
        assert!(email_config(config(json!({ "type": "shared" }))).is_ok());
    }
}
