//! Turning changes in the older form into overrides.

use serde_json::{Map, Value, json};

use super::{LegacyConfigUpdate, LegacyDomain, LegacyEmailConfig, LegacyOAuthProvider};
use crate::{
    config::{ProjectConfig, overrides::Overrides, validate},
    error::{DomainError, DomainResult},
    known,
};

/// The providers for which a deployment may have clients of its own.
const SHARED_PROVIDERS: [&str; 4] = ["google", "github", "microsoft", "spotify"];

impl LegacyConfigUpdate {
    /// The change as overrides of the level `environment`, for a project whose configuration is `current`.
    ///
    /// # Errors
    ///
    /// A provider that can't be shared, a provider without client, or a theme that isn't there.
    pub(crate) fn into_overrides(self, current: &ProjectConfig) -> DomainResult<Overrides> {
        let mut out = Overrides::new();
        let switches = [
            ("domains.allowLocalhost", self.allow_localhost),
            ("auth.allowSignUp", self.sign_up_enabled),
            ("auth.password.allowSignIn", self.credential_enabled),
            ("auth.otp.allowSignIn", self.magic_link_enabled),
            ("auth.passkey.allowSignIn", self.passkey_enabled),
            ("teams.allowClientTeamCreation", self.client_team_creation_enabled),
            ("users.allowClientUserDeletion", self.client_user_deletion_enabled),
            ("apiKeys.enabled.user", self.allow_user_api_keys),
            ("apiKeys.enabled.team", self.allow_team_api_keys),
            ("onboarding.requireEmailVerification", self.require_email_verification),
            ("teams.createPersonalTeamOnSignUp", self.create_team_on_sign_up),
        ];
        out.extend(
            switches
                .into_iter()
                .filter_map(|(path, on)| Some((path.to_owned(), Value::Bool(on?)))),
        );
        let permissions = [
            (
                "rbac.defaultPermissions.teamCreator",
                self.team_creator_default_permissions,
            ),
            (
                "rbac.defaultPermissions.teamMember",
                self.team_member_default_permissions,
            ),
            ("rbac.defaultPermissions.signUp", self.user_default_permissions),
        ];
        out.extend(
            permissions
                .into_iter()
                .filter_map(|(path, ids)| Some((path.to_owned(), id_set(ids?)))),
        );
        let mut put = |path: &str, value| out.insert(path.to_owned(), value);
        if let Some(strategy) = self.oauth_account_merge_strategy {
            put("auth.oauth.accountMergeStrategy", json!(strategy));
        }
        if let Some(providers) = self.oauth_providers {
            put("auth.oauth.providers", providers_value(providers)?);
        }
        if let Some(domains) = self.domains {
            put("domains.trustedDomains", domains_value(&domains));
        }
        if let Some(server) = self.email_config {
            put("emails.server", server_value(server));
        }
        if let Some(theme) = self.email_theme {
            if !validate::EMAIL_THEME_IDS.contains(&theme.as_str()) && !current.emails.themes.contains_key(&theme) {
                return Err(DomainError::bad_request(format!(
                    "There is no email theme \"{theme}\" in this project."
                )));
            }
            put("emails.selectedThemeId", json!(theme));
        }
        Ok(out)
    }
}

fn id_set(ids: Vec<String>) -> Value {
    Value::Object(ids.into_iter().map(|id| (id, Value::Bool(true))).collect())
}

fn providers_value(providers: Vec<LegacyOAuthProvider>) -> DomainResult<Value> {
    let mut out = Map::new();
    for provider in providers {
        let id = provider.id.clone();
        if out.insert(id.clone(), provider_value(provider)?).is_some() {
            return Err(DomainError::bad_request(format!(
                "The OAuth provider \"{id}\" is given twice."
            )));
        }
    }
    Ok(Value::Object(out))
}

fn provider_value(provider: LegacyOAuthProvider) -> DomainResult<Value> {
    let id = provider.id;
    let mut out = json!({
        "type": id,
        "isShared": provider.is_shared,
        "allowSignIn": true,
        "allowConnectedAccounts": true,
    });
    if provider.is_shared {
        return if SHARED_PROVIDERS.contains(&id.as_str()) {
            Ok(out)
        } else {
            Err(known::invalid_shared_provider(&id))
        };
    }
    let (Some(client_id), Some(client_secret)) = (provider.client_id, provider.client_secret) else {
        let message = format!("The OAuth provider \"{id}\" of type \"standard\" needs client_id and client_secret.");
        return Err(DomainError::bad_request(message));
    };
    out["clientId"] = json!(client_id);
    out["clientSecret"] = json!(client_secret);
    for (name, value) in [
        ("facebookConfigId", provider.facebook_config_id),
        ("microsoftTenantId", provider.microsoft_tenant_id),
    ] {
        if let Some(value) = value {
            out[name] = json!(value);
        }
    }
    if let Some(bundles) = provider.apple_bundle_ids {
        let bundles = bundles
            .iter()
            .enumerate()
            .map(|(i, bundle)| (format!("bundle_{i}"), json!({ "bundleId": bundle })));
        out["appleBundles"] = Value::Object(bundles.collect());
    }
    Ok(out)
}

fn domains_value(domains: &[LegacyDomain]) -> Value {
    let entry = |(i, domain): (usize, &LegacyDomain)| {
        (
            format!("domain_{i}"),
            json!({ "baseUrl": domain.domain, "handlerPath": domain.handler_path }),
        )
    };
    Value::Object(domains.iter().enumerate().map(entry).collect())
}

fn server_value(server: LegacyEmailConfig) -> Value {
    match server {
        LegacyEmailConfig::Shared => json!({ "isShared": true }),
        LegacyEmailConfig::Standard {
            host,
            port,
            username,
            password,
            sender_name,
            sender_email,
        } => json!({
            "isShared": false,
            "host": host,
            "port": port,
            "username": username,
            "password": password,
            "senderName": sender_name,
            "senderEmail": sender_email,
        }),
    }
}

/// What every new project starts with, as overrides of the level `environment`; an update may override it.
pub(crate) fn new_project_overrides() -> Overrides {
    let member = ["$read_members", "$invite_members"].map(str::to_owned).to_vec();
    let admin = validate::SYSTEM_TEAM_PERMISSIONS.map(str::to_owned).to_vec();
    let permission = |description: &str, contained| json!({ "scope": "team", "description": description, "containedPermissionIds": id_set(contained) });
    let defaults = json!({
        "domains.allowLocalhost": true,
        "auth.password.allowSignIn": true,
        "apps.installed.authentication.enabled": true,
        "apps.installed.emails.enabled": true,
        "rbac.permissions.team_member": permission("What every member of a team may do", member),
        "rbac.permissions.team_admin": permission("What the creator of a team may do", admin),
        "rbac.defaultPermissions.teamCreator": { "team_admin": true },
        "rbac.defaultPermissions.teamMember": { "team_member": true },
    });
    serde_json::from_value(defaults).expect("it is written as an object")
}
