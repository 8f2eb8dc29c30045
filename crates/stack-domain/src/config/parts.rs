//! The configuration with types and defaults: every key that there is, once.
//!
//! Serialized it is the complete configuration that admins read; what isn't set stands there with its default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use stack_types::Secret;

/// Defines parts of the configuration: camelCase, unknown keys refused, missing keys filled from `Default`.
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty $(= $default:expr)?,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", default, deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: parts!(@default $($default)?),)* }
            }
        }
    )*};
    (@default) => { Default::default() };
    (@default $default:expr) => { $default };
}

parts! {
    /// The whole configuration of a project, all levels merged and all defaults filled in.
    ProjectConfig {
        /// Where the project's data lives; this server only knows its own database.
        source_of_truth: Value = json!({ "type": "hosted" }),
        /// Settings of the project as a whole.
        project: ProjectSettings,
        /// Permissions.
        rbac: RbacConfig,
        /// Teams.
        teams: TeamsConfig,
        /// Users.
        users: UsersConfig,
        /// What a user must do before they count as signed up.
        onboarding: OnboardingConfig,
        /// API keys of users and teams.
        api_keys: ApiKeysConfig,
        /// Which parts of the product the dashboard shows.
        apps: AppsConfig,
        /// Ways of signing in.
        auth: AuthConfig,
        /// Mail.
        emails: EmailsConfig,
        /// Where the project's apps live.
        domains: DomainsConfig,
        /// Payments.
        payments: PaymentsConfig,
        /// Replication into other databases; kept, not used.
        db_sync: Map<String, Value>,
        /// Stores of the data vault.
        data_vault: DataVaultConfig,
        /// Analytics; kept, not used.
        analytics: Map<String, Value>,
        /// Custom dashboards; kept, not used.
        dashboards: Map<String, Value>,
    }

    /// Settings of the project as a whole.
    ProjectSettings {
        /// Whether client access needs a publishable key.
        require_publishable_client_key: bool,
    }

    /// Definitions of permissions and who gets which.
    RbacConfig {
        /// The definitions, by id. System permissions aren't among them.
        permissions: BTreeMap<String, PermissionDefinition>,
        /// Who gets which permissions from the start.
        default_permissions: DefaultPermissions,
    }

    /// Ids of the permissions that are granted without being asked for.
    DefaultPermissions {
        /// Granted to whoever creates a team.
        team_creator: BTreeMap<String, bool>,
        /// Granted to whoever joins a team.
        team_member: BTreeMap<String, bool>,
        /// Project permissions granted to every new user.
        sign_up: BTreeMap<String, bool>,
    }

    /// Settings of teams.
    TeamsConfig {
        /// Whether every new user gets a team of their own.
        create_personal_team_on_sign_up: bool,
        /// Whether clients may create teams.
        allow_client_team_creation: bool,
    }

    /// Settings of users.
    UsersConfig {
        /// Whether clients may delete their own user.
        allow_client_user_deletion: bool,
    }

    /// What a user must do before they count as signed up.
    OnboardingConfig {
        /// Whether users without a verified primary e-mail are restricted.
        require_email_verification: bool,
    }

    /// API keys of users and teams.
    ApiKeysConfig {
        /// Who may have some.
        enabled: ApiKeysEnabled,
    }

    /// Who may have API keys.
    ApiKeysEnabled {
        /// Users.
        user: bool,
        /// Teams.
        team: bool,
    }

    /// Which parts of the product the dashboard shows.
    AppsConfig {
        /// By the part's name.
        installed: BTreeMap<String, AppConfig>,
    }

    /// Whether the dashboard shows a part of the product.
    AppConfig {
        /// Whether it does.
        enabled: bool,
    }

    /// Ways of signing in.
    AuthConfig {
        /// Whether new users may sign up.
        allow_sign_up: bool = true,
        /// By password.
        password: MethodConfig,
        /// By a code or link in a mail.
        otp: MethodConfig,
        /// By passkey.
        passkey: MethodConfig,
        /// By an account at a provider.
        oauth: OAuthConfig,
        /// Rules that are tried on every sign-up.
        sign_up_rules: BTreeMap<String, SignUpRule>,
        /// What happens if no rule decides.
        sign_up_rules_default_action: SignUpRulesDefaultAction,
    }

    /// A way of signing in.
    MethodConfig {
        /// Whether it is on.
        allow_sign_in: bool,
    }

    /// Signing in by an account at a provider.
    OAuthConfig {
        /// What happens if a provider tells an e-mail with which somebody signs in already.
        account_merge_strategy: AccountMergeStrategy,
        /// The providers, by the id under which the API knows them.
        providers: BTreeMap<String, OAuthProviderConfig>,
    }

    /// One provider.
    OAuthProviderConfig {
        /// Which provider it is, e.g. `google`.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#type: Option<String>,
        /// Whether the deployment's own client at the provider is used.
        is_shared: bool = true,
        /// Whether users may sign in with it.
        allow_sign_in: bool,
        /// Whether users may connect accounts for their tokens.
        allow_connected_accounts: bool,
        /// Client id at the provider.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        /// Client secret at the provider.
        #[serde(skip_serializing_if = "Option::is_none")]
        client_secret: Option<Secret>,
        /// Facebook's configuration id.
        #[serde(skip_serializing_if = "Option::is_none")]
        facebook_config_id: Option<String>,
        /// Microsoft's tenant.
        #[serde(skip_serializing_if = "Option::is_none")]
        microsoft_tenant_id: Option<String>,
        /// Apple's bundles for native sign-in.
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        apple_bundles: BTreeMap<String, AppleBundle>,
    }

    /// An app bundle at Apple.
    AppleBundle {
        /// Its id.
        bundle_id: String,
    }

    /// A rule that is tried on every sign-up.
    SignUpRule {
        /// Whether it is tried.
        enabled: bool,
        /// What people call it.
        #[serde(skip_serializing_if = "Option::is_none")]
        display_name: Option<String>,
        /// Greater ones are tried first.
        priority: u32,
        /// When it applies, in CEL; empty: never.
        #[serde(skip_serializing_if = "Option::is_none")]
        condition: Option<String>,
        /// What happens then.
        action: SignUpRuleAction,
    }

    /// What a rule does with a sign-up.
    SignUpRuleAction {
        /// Which kind of action.
        r#type: SignUpRuleActionType,
        /// A message for the project's own people.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    }

    /// Mail.
    EmailsConfig {
        /// The account that sends.
        server: EmailServer,
        /// The theme of all mails that don't choose another.
        selected_theme_id: String = super::validate::DEFAULT_EMAIL_THEME_ID.to_owned(),
        /// Themes of the project's own, by id.
        themes: BTreeMap<String, EmailTheme>,
        /// Templates of the project's own, by id.
        templates: BTreeMap<String, EmailTemplate>,
    }

    /// The mail account.
    EmailServer {
        /// Whether the deployment's own account is used.
        is_shared: bool = true,
        /// Which service it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// Host name of the SMTP server.
        #[serde(skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        /// Port of the SMTP server.
        #[serde(skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
        /// Who signs in there.
        #[serde(skip_serializing_if = "Option::is_none")]
        username: Option<String>,
        /// With which password.
        #[serde(skip_serializing_if = "Option::is_none")]
        password: Option<Secret>,
        /// Name of the sender.
        #[serde(skip_serializing_if = "Option::is_none")]
        sender_name: Option<String>,
        /// Address of the sender.
        #[serde(skip_serializing_if = "Option::is_none")]
        sender_email: Option<String>,
        /// Domain that the service manages for the project.
        #[serde(skip_serializing_if = "Option::is_none")]
        managed_subdomain: Option<String>,
        /// Local part of the sender within that domain.
        #[serde(skip_serializing_if = "Option::is_none")]
        managed_sender_local_part: Option<String>,
    }

    /// A theme of mails.
    EmailTheme {
        /// What people call it.
        display_name: String,
        /// Its source.
        tsx_source: String,
    }

    /// A template of mails.
    EmailTemplate {
        /// What people call it.
        display_name: String,
        /// Its source.
        tsx_source: String,
        /// Its theme; `false` for none.
        #[serde(skip_serializing_if = "Option::is_none")]
        theme_id: Option<Value>,
    }

    /// Where the project's apps live.
    DomainsConfig {
        /// Whether every local host is trusted too.
        allow_localhost: bool,
        /// Trusted domains, by an id that means nothing.
        trusted_domains: BTreeMap<String, TrustedDomain>,
    }

    /// A place where an app of the project lives.
    TrustedDomain {
        /// Origin or pattern of origins; see [`crate::redirects`].
        #[serde(skip_serializing_if = "Option::is_none")]
        base_url: Option<String>,
        /// Where the app answers sign-in pages.
        handler_path: String = "/handler".to_owned(),
    }

    /// The data vault.
    DataVaultConfig {
        /// Its stores, by id.
        stores: BTreeMap<String, DataVaultStore>,
    }

    /// A store of the data vault.
    DataVaultStore {
        /// What people call it.
        display_name: String = "Unnamed Vault".to_owned(),
    }
}

/// Payments; kept, not used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PaymentsConfig {
    /// Whether nobody may buy anything new.
    pub block_new_purchases: bool,
    /// Whether purchases cost nothing.
    pub test_mode: bool,
    /// Everything else.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Default for PaymentsConfig {
    fn default() -> Self {
        Self {
            block_new_purchases: false,
            test_mode: true,
            rest: Map::new(),
        }
    }
}

/// The definition of a permission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PermissionDefinition {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it holds.
    pub scope: PermissionScope,
    /// What it includes.
    #[serde(default)]
    pub contained_permission_ids: BTreeMap<String, bool>,
}

/// Where a permission holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PermissionScope {
    /// Within a team.
    Team,
    /// In the whole project.
    Project,
}

impl PermissionScope {
    /// Its name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Project => "project",
        }
    }
}

/// What happens if a provider tells an e-mail with which somebody signs in already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountMergeStrategy {
    /// The account is linked to that user if both sides have verified the e-mail.
    #[default]
    LinkMethod,
    /// The sign-in fails.
    RaiseError,
    /// A second user is created, who can't sign in by that e-mail.
    AllowDuplicates,
}

/// What a sign-up rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUpRuleActionType {
    /// Lets the user in.
    #[default]
    Allow,
    /// Keeps the user out.
    Reject,
    /// Lets the user in, restricted.
    Restrict,
    /// Only takes note.
    Log,
}

/// What happens if no sign-up rule decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUpRulesDefaultAction {
    /// The user is let in.
    #[default]
    Allow,
    /// The user is kept out.
    Reject,
}
