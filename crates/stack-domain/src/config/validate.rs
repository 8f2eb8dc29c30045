//! What may stand at which level of the configuration, and which values make sense.

use serde_json::{Map, Value};

use super::{
    ProjectConfig,
    overrides::{self, Overrides},
};
use crate::{models::ConfigLevel, redirects};

/// The permissions that every project has; they can be contained and granted, but not defined.
pub const SYSTEM_TEAM_PERMISSIONS: [&str; 6] = [
    "$update_team",
    "$delete_team",
    "$read_members",
    "$remove_members",
    "$invite_members",
    "$manage_api_keys",
];

/// The theme of mails that a project starts with.
pub(super) const DEFAULT_EMAIL_THEME_ID: &str = "1df07ae6-abf3-4a40-83a5-a1a2cbe336ac";

/// The themes that every project has.
pub(crate) const EMAIL_THEME_IDS: [&str; 3] = [
    DEFAULT_EMAIL_THEME_ID,
    "a0172b5d-cff0-463b-83bb-85124697373a",
    "5d1f8c52-7b0e-4a63-9c7e-2f4b8a16d0c3",
];

/// The providers that the API knows.
pub const OAUTH_PROVIDER_TYPES: [&str; 12] = [
    "google",
    "github",
    "microsoft",
    "spotify",
    "facebook",
    "discord",
    "gitlab",
    "bitbucket",
    "linkedin",
    "apple",
    "x",
    "twitch",
];

/// The greatest length of one level's text, in bytes.
const MAX_LENGTH: usize = 5_000_000;

/// What the level `project` holds, and no other.
const PROJECT_ONLY: [&str; 2] = ["sourceOfTruth", "project"];

/// What only the level `environment` holds; `*` stands for any one name.
const ENVIRONMENT_ONLY: [&str; 11] = [
    "analytics",
    "auth.oauth.providers.*.appleBundles",
    "auth.oauth.providers.*.clientId",
    "auth.oauth.providers.*.clientSecret",
    "auth.oauth.providers.*.facebookConfigId",
    "auth.oauth.providers.*.isShared",
    "auth.oauth.providers.*.microsoftTenantId",
    "dashboards",
    "domains",
    "emails.server",
    "payments.testMode",
];

/// Checks the overrides of one level.
///
/// # Errors
///
/// What is wrong and where, for people.
pub(super) fn check(level: ConfigLevel, all: &Overrides) -> Result<(), String> {
    let length = serde_json::to_string(all).map_or(usize::MAX, |text| text.len());
    if length > MAX_LENGTH {
        return Err(format!(
            "the configuration has {length} bytes; at most {MAX_LENGTH} are allowed"
        ));
    }
    let tree = overrides::unfold(all).map_err(|error| error.to_string())?;
    check_level(level, &tree, &mut Vec::new())?;
    let config = typed(tree)?;
    check_values(&config)
}

/// Gives an unfolded tree types, or says where it doesn't fit.
pub(super) fn typed(tree: Overrides) -> Result<ProjectConfig, String> {
    serde_path_to_error::deserialize(Value::Object(tree))
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))
}

fn check_level<'a>(level: ConfigLevel, tree: &'a Map<String, Value>, path: &mut Vec<&'a str>) -> Result<(), String> {
    for (name, value) in tree {
        path.push(name);
        let home = home_of(path);
        let allowed = match home {
            ConfigLevel::Branch => {
                level != ConfigLevel::Project || matches!(value, Value::Object(inner) if !inner.is_empty())
            }
            home => level == home,
        };
        if !allowed {
            return Err(format!(
                "{} can't be set at the level {}, only at {}",
                path.join("."),
                level.as_str(),
                home.as_str()
            ));
        }
        if home == ConfigLevel::Branch
            && let Value::Object(inner) = value
        {
            check_level(level, inner, path)?;
        }
        path.pop();
    }
    Ok(())
}

/// The level at which a path belongs; `Branch` means branch or environment.
fn home_of(path: &[&str]) -> ConfigLevel {
    let is = |pattern: &&str| {
        let names: Vec<_> = pattern.split('.').collect();
        names.len() == path.len() && names.iter().zip(path).all(|(name, part)| *name == "*" || name == part)
    };
    if PROJECT_ONLY.iter().any(is) {
        ConfigLevel::Project
    } else if ENVIRONMENT_ONLY.iter().any(is) {
        ConfigLevel::Environment
    } else {
        ConfigLevel::Branch
    }
}

fn check_values(config: &ProjectConfig) -> Result<(), String> {
    let auth = &config.auth;
    check_ids(
        "auth.oauth.providers",
        auth.oauth.providers.keys(),
        is_user_specified_id,
    )?;
    check_ids("auth.signUpRules", auth.sign_up_rules.keys(), is_user_specified_id)?;
    check_ids(
        "domains.trustedDomains",
        config.domains.trusted_domains.keys(),
        is_user_specified_id,
    )?;
    check_ids(
        "dataVault.stores",
        config.data_vault.stores.keys(),
        is_user_specified_id,
    )?;
    check_ids("apps.installed", config.apps.installed.keys(), is_user_specified_id)?;
    check_ids("emails.themes", config.emails.themes.keys(), is_user_specified_id)?;
    check_ids("emails.templates", config.emails.templates.keys(), is_user_specified_id)?;
    check_ids("rbac.permissions", config.rbac.permissions.keys(), is_permission_id)?;
    for (id, permission) in &config.rbac.permissions {
        let at = format!("rbac.permissions.{id}.containedPermissionIds");
        check_ids(
            &at,
            permission.contained_permission_ids.keys(),
            is_grantable_permission_id,
        )?;
    }
    let defaults = &config.rbac.default_permissions;
    for ids in [&defaults.team_creator, &defaults.team_member, &defaults.sign_up] {
        check_ids("rbac.defaultPermissions", ids.keys(), is_grantable_permission_id)?;
    }
    for (id, provider) in &auth.oauth.providers {
        if let Some(kind) = provider.r#type.as_deref()
            && !OAUTH_PROVIDER_TYPES.contains(&kind)
        {
            let known = OAUTH_PROVIDER_TYPES.join(", ");
            return Err(format!(
                "auth.oauth.providers.{id}.type is \"{kind}\"; it must be one of {known}"
            ));
        }
    }
    for (id, domain) in &config.domains.trusted_domains {
        let at = format!("domains.trustedDomains.{id}");
        if let Some(base) = &domain.base_url
            && !redirects::is_valid_base_url(base)
        {
            return Err(format!(
                "{at}.baseUrl is \"{base}\"; it must be an http or https URL of at most 300 characters with wildcards in its host only"
            ));
        }
        if !domain.handler_path.starts_with('/') {
            return Err(format!(
                "{at}.handlerPath is \"{}\"; it must begin with a slash",
                domain.handler_path
            ));
        }
    }
    Ok(())
}

fn check_ids<'a>(at: &str, ids: impl Iterator<Item = &'a String>, valid: fn(&str) -> bool) -> Result<(), String> {
    for id in ids {
        if !valid(id) {
            return Err(format!("\"{id}\" is no valid id in {at}"));
        }
    }
    Ok(())
}

/// `[A-Za-z0-9_][A-Za-z0-9_-]*`, at most 63 characters.
fn is_user_specified_id(id: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    id.len() <= 63 && id.starts_with(word) && id.chars().all(|c| word(c) || c == '-')
}

/// `[a-z0-9_:]+`, at most 255 characters.
fn is_permission_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 255
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | ':'))
}

fn is_grantable_permission_id(id: &str) -> bool {
    is_permission_id(id) || SYSTEM_TEAM_PERMISSIONS.contains(&id)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(level: ConfigLevel, value: Value) -> Result<(), String> {
        check(level, value.as_object().expect("an object"))
    }

    #[test]
    fn each_level_takes_what_belongs_there() {
        use ConfigLevel::{Branch, Environment, Project};
        let cases = [
            (json!({ "project.requirePublishableClientKey": true }), vec![Project]),
            (json!({ "auth.password.allowSignIn": true }), vec![Branch, Environment]),
            (
                json!({ "auth": { "oauth": { "providers": {} } } }),
                vec![Branch, Environment],
            ),
            (
                json!({ "auth.oauth.providers.google.allowSignIn": true }),
                vec![Branch, Environment],
            ),
            (
                json!({ "auth.oauth.providers.google.clientSecret": "s" }),
                vec![Environment],
            ),
            (json!({ "domains": { "allowLocalhost": true } }), vec![Environment]),
            (json!({ "emails.server.host": "h" }), vec![Environment]),
            (json!({ "payments.testMode": false }), vec![Environment]),
            (json!({}), vec![Project, Branch, Environment]),
        ];
        for (overrides, levels) in cases {
            for level in ConfigLevel::ALL {
                let result = checked(level, overrides.clone());
                assert_eq!(
                    result.is_ok(),
                    levels.contains(&level),
                    "{overrides} at {level:?}: {result:?}"
                );
            }
        }
    }

    #[test]
    fn wrong_values_are_refused_with_their_place() {
        for (overrides, part) in [
            (
                json!({ "auth.password.allowSignIn": "yes" }),
                "auth.password.allowSignIn",
            ),
            (json!({ "auth.pasword": {} }), "pasword"),
            (
                json!({ "auth.oauth.accountMergeStrategy": "x" }),
                "auth.oauth.accountMergeStrategy",
            ),
            (
                json!({ "auth.oauth.providers.my provider.type": "google" }),
                "my provider",
            ),
            (json!({ "auth.oauth.providers.a.type": "myspace" }), "myspace"),
            (json!({ "domains.trustedDomains.a.baseUrl": "ftp://x" }), "ftp://x"),
            (json!({ "domains.trustedDomains.a.handlerPath": "x" }), "handlerPath"),
            (json!({ "rbac.permissions.$mine": { "scope": "team" } }), "$mine"),
            (json!({ "rbac.permissions.a": { "description": "no scope" } }), "scope"),
            (json!({ "rbac.defaultPermissions.signUp.$nothing": true }), "$nothing"),
            (json!({ "auth.signUpRules.a.priority": -1 }), "priority"),
            (json!({ "emails.server.port": 65536 }), "port"),
        ] {
            let message = checked(ConfigLevel::Environment, overrides.clone()).expect_err("it is wrong");
            assert!(message.contains(part), "{overrides}: {message}");
        }
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let config = typed(Map::new()).unwrap();
        assert!(config.auth.allow_sign_up && !config.auth.password.allow_sign_in && config.emails.server.is_shared);
        assert_eq!(config, ProjectConfig::default());
    }

    #[test]
    fn the_complete_configuration_reads_back_as_itself() {
        let tree =
            json!({ "auth": { "oauth": { "providers": { "google": { "type": "google", "clientSecret": "s" } } } } });
        let config = typed(tree.as_object().unwrap().clone()).unwrap();
        let Value::Object(shown) = serde_json::to_value(&config).unwrap() else {
            panic!("an object")
        };
        assert_eq!(typed(shown).unwrap(), config);
    }
}
