//! All services together.

use std::sync::Arc;

use crate::{
    access::Access,
    anonymous::Anonymous,
    api_keys::ApiKeys,
    bootstrap::Bootstrap,
    cli_auth::CliAuth,
    config::ConfigService,
    contact_channels::ContactChannels,
    core::{Core, Settings},
    data_vault::DataVault,
    limits::Limits,
    mail::{Delivery, EmailDesigns, Emails, Outbox},
    mfa::SecondFactors,
    oauth::OAuth,
    otp::Otp,
    owned_api_keys::OwnedApiKeys,
    passkeys::Passkeys,
    password::Passwords,
    permissions::{PermissionDefinitions, ProjectPermissions, TeamPermissions},
    ports::{Clock, Rng, Storage},
    projects::Projects,
    sessions::Sessions,
    sign_up_rules::Onboarding,
    signing_keys::SigningKeys,
    sweeping::Sweeper,
    team_invitations::TeamInvitations,
    team_member_profiles::TeamMemberProfiles,
    team_memberships::TeamMemberships,
    teams::Teams,
    users::Users,
    webhooks::{WebhookDelivery, Webhooks},
};

/// The rules, over one storage. One per process: it holds the caches and the pool for password hashes.
pub struct Domain<S> {
    /// Who is calling.
    pub access: Access<S>,
    /// Users who have never signed up.
    pub anonymous: Anonymous<S>,
    /// Project keys.
    pub api_keys: ApiKeys<S>,
    /// What a deployment starts with.
    pub bootstrap: Bootstrap<S>,
    /// Logins of command line tools.
    pub cli_auth: CliAuth<S>,
    /// Configurations.
    pub config: ConfigService<S>,
    /// Contact channels.
    pub contact_channels: ContactChannels<S>,
    /// The data vault.
    pub data_vault: DataVault<S>,
    /// The sending of mails.
    pub delivery: Delivery<S>,
    /// Templates, themes and drafts of mails.
    pub email_designs: EmailDesigns<S>,
    /// Mails to users.
    pub emails: Emails<S>,
    /// Sign-in with accounts at other providers.
    pub oauth: OAuth<S>,
    /// Rules of sign-up and onboarding.
    pub onboarding: Onboarding<S>,
    /// Mails.
    pub outbox: Outbox<S>,
    /// How often something may be tried.
    pub limits: Limits<S>,
    /// Sign-in by codes in mails.
    pub otp: Otp<S>,
    /// API keys of users and teams.
    pub owned_api_keys: OwnedApiKeys<S>,
    /// Passkeys.
    pub passkeys: Passkeys<S>,
    /// Passwords.
    pub passwords: Passwords<S>,
    /// Definitions of permissions.
    pub permission_definitions: PermissionDefinitions<S>,
    /// Permissions in the whole project.
    pub project_permissions: ProjectPermissions<S>,
    /// Projects.
    pub projects: Projects<S>,
    /// Second factors.
    pub second_factors: SecondFactors<S>,
    /// Sessions.
    pub sessions: Sessions<S>,
    /// The keys that sign access tokens.
    pub signing_keys: SigningKeys<S>,
    /// Deletes what nobody needs any more.
    pub sweeper: Sweeper<S>,
    /// Invitations to teams.
    pub team_invitations: TeamInvitations<S>,
    /// How members are shown in teams.
    pub team_member_profiles: TeamMemberProfiles<S>,
    /// Who belongs to which team.
    pub team_memberships: TeamMemberships<S>,
    /// Teams.
    pub teams: Teams<S>,
    /// Permissions in teams.
    pub team_permissions: TeamPermissions<S>,
    /// Users.
    pub users: Users<S>,
    /// The sending of webhooks.
    pub webhook_delivery: WebhookDelivery<S>,
    /// Webhooks.
    pub webhooks: Webhooks<S>,
}

impl<S: Storage> Domain<S> {
    /// The rules over `storage`.
    ///
    /// # Panics
    ///
    /// If the settings of password hashing are impossible ones.
    pub fn new(storage: S, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>, settings: Settings) -> Self {
        let core = Arc::new(Core::new(storage, clock, rng, settings));
        Self {
            access: Access(Arc::clone(&core)),
            anonymous: Anonymous(Arc::clone(&core)),
            api_keys: ApiKeys(Arc::clone(&core)),
            bootstrap: Bootstrap(Arc::clone(&core)),
            cli_auth: CliAuth(Arc::clone(&core)),
            config: ConfigService(Arc::clone(&core)),
            contact_channels: ContactChannels(Arc::clone(&core)),
            data_vault: DataVault(Arc::clone(&core)),
            delivery: Delivery(Arc::clone(&core)),
            email_designs: EmailDesigns(Arc::clone(&core)),
            emails: Emails(Arc::clone(&core)),
            oauth: OAuth(Arc::clone(&core)),
            onboarding: Onboarding(Arc::clone(&core)),
            outbox: Outbox(Arc::clone(&core)),
            limits: Limits(Arc::clone(&core)),
            otp: Otp(Arc::clone(&core)),
            owned_api_keys: OwnedApiKeys(Arc::clone(&core)),
            passkeys: Passkeys(Arc::clone(&core)),
            passwords: Passwords(Arc::clone(&core)),
            permission_definitions: PermissionDefinitions(Arc::clone(&core)),
            project_permissions: ProjectPermissions(Arc::clone(&core)),
            projects: Projects(Arc::clone(&core)),
            second_factors: SecondFactors(Arc::clone(&core)),
            sessions: Sessions(Arc::clone(&core)),
            signing_keys: SigningKeys(Arc::clone(&core)),
            sweeper: Sweeper(Arc::clone(&core)),
            team_invitations: TeamInvitations(Arc::clone(&core)),
            team_member_profiles: TeamMemberProfiles(Arc::clone(&core)),
            team_memberships: TeamMemberships(Arc::clone(&core)),
            teams: Teams(Arc::clone(&core)),
            team_permissions: TeamPermissions(Arc::clone(&core)),
            users: Users(Arc::clone(&core)),
            webhook_delivery: WebhookDelivery(Arc::clone(&core)),
            webhooks: Webhooks(core),
        }
    }
}
