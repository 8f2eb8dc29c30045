//! A storage in memory that keeps the promises of the ports, for trying the rules without a database.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

mod cli_logins;
mod codes;
mod data_vault;
mod mail_to_users;
mod mails;
mod oauth;
mod owned_api_keys;
mod passkeys;
mod people;
mod permissions;
mod security;
mod teams;
mod tenants;
mod webhooks;

use stack_domain::{models::*, ports::*};
use stack_types::{
    ApiKeyId, ApiKeySetId, DataVaultStoreId, Millis, ProjectId, SessionId, TeamId, TeamInvitationId, UserId,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

type Rows<T> = Vec<(ProjectId, T)>;

#[derive(Clone, Default)]
pub struct State {
    projects: BTreeMap<ProjectId, StoredProject>,
    keys: Rows<ApiKeySet>,
    users: Rows<(UserProfile, UserCredentials)>,
    channels: Rows<ContactChannel>,
    accounts: Rows<OAuthAccount>,
    oauth_tokens: Rows<OAuthToken>,
    cli_logins: Rows<CliLogin>,
    codes: Rows<OneTimeCode>,
    emails: Rows<Email>,
    preferences: Rows<(UserId, NotificationPreference)>,
    drafts: Rows<EmailDraft>,
    boosts: BTreeMap<ProjectId, Millis>,
    rule_matches: Rows<(String, String, Millis)>,
    owned_keys: Rows<OwnedApiKey>,
    passkeys: Rows<Passkey>,
    totp_steps: BTreeMap<(ProjectId, UserId), i64>,
    rate_limits: BTreeMap<(ProjectId, LimitKey), i64>,
    key_rotations: Rows<KeyRotation>,
    sessions: Rows<Session>,
    teams: Rows<Team>,
    memberships: Rows<TeamMembership>,
    invitations: Rows<TeamInvitation>,
    team_permissions: BTreeSet<(ProjectId, TeamId, UserId, String)>,
    project_permissions: BTreeSet<(ProjectId, UserId, String)>,
    vault: BTreeMap<(ProjectId, String, [u8; 32]), String>,
    webhooks: webhooks::Webhooks,
}

/// The storage. Clones share their data.
#[derive(Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
    calls: Arc<AtomicU64>,
}

impl Memory {
    /// How many calls of repositories there have been.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }
}

/// A connection: a copy of the data, written back on commit.
pub struct Connection {
    state: State,
    home: Option<OwnedMutexGuard<State>>,
    calls: Arc<AtomicU64>,
}

impl Storage for Memory {
    type Reader = Connection;
    type Writer = Connection;

    async fn read(&self) -> StorageResult<Connection> {
        let state = self.state.lock().await.clone();
        Ok(Connection {
            state,
            home: None,
            calls: Arc::clone(&self.calls),
        })
    }

    async fn write(&self) -> StorageResult<Connection> {
        let home = Arc::clone(&self.state).lock_owned().await;
        Ok(Connection {
            state: home.clone(),
            home: Some(home),
            calls: Arc::clone(&self.calls),
        })
    }
}

impl Transaction for Connection {
    async fn commit(self) -> StorageResult<()> {
        let mut home = self.home.ok_or(StorageError::ReadOnly)?;
        *home = self.state;
        Ok(())
    }
}

impl Connection {
    fn seen(&self) -> &State {
        self.calls.fetch_add(1, Ordering::SeqCst);
        &self.state
    }

    fn changed(&mut self) -> StorageResult<&mut State> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.home.is_none() {
            return Err(StorageError::ReadOnly);
        }
        Ok(&mut self.state)
    }
}

fn unique(taken: bool, rule: UniqueRule) -> StorageResult<()> {
    if taken {
        Err(StorageError::Conflict(rule))
    } else {
        Ok(())
    }
}

fn of<'a, T>(rows: &'a Rows<T>, project: &'a ProjectId) -> impl Iterator<Item = &'a T> {
    rows.iter()
        .filter(move |(owner, _)| owner == project)
        .map(|(_, row)| row)
}

fn find<'a, T>(rows: &'a mut Rows<T>, project: &ProjectId, is: impl Fn(&T) -> bool) -> Option<&'a mut T> {
    rows.iter_mut()
        .find(|(owner, row)| owner == project && is(row))
        .map(|(_, row)| row)
}

fn remove<T>(rows: &mut Rows<T>, project: &ProjectId, is: impl Fn(&T) -> bool) -> u64 {
    let before = rows.len();
    rows.retain(|(owner, row)| owner != project || !is(row));
    u64::try_from(before - rows.len()).unwrap()
}

/// Removes at most `limit` rows of all projects.
fn sweep<T>(rows: &mut Rows<T>, limit: u32, is: impl Fn(&T) -> bool) -> u64 {
    let before = rows.len();
    let mut left = limit;
    rows.retain(|(_, row)| {
        let goes = left > 0 && is(row);
        left -= u32::from(goes);
        !goes
    });
    u64::try_from(before - rows.len()).unwrap()
}

impl State {
    fn user(&self, project: &ProjectId, id: UserId) -> Option<User> {
        let (profile, credentials) = of(&self.users, project).find(|(profile, _)| profile.id == id)?.clone();
        let primary = of(&self.channels, project).find(|channel| channel.user_id == id && channel.is_primary);
        let selected =
            of(&self.memberships, project).find(|membership| membership.user_id == id && membership.is_selected);
        Some(User {
            sign_in: SignInMethods {
                has_password: credentials.password_hash.is_some(),
                otp_enabled: credentials.otp_enabled,
                has_passkey: of(&self.passkeys, project).any(|passkey| passkey.user_id == id),
                requires_totp_mfa: credentials.requires_totp_mfa,
            },
            primary_email: primary.map(|channel| PrimaryEmail {
                value: channel.value.clone(),
                is_verified: channel.is_verified,
                used_for_auth: channel.used_for_auth,
            }),
            selected_team: selected.and_then(|membership| {
                of(&self.teams, project)
                    .find(|team| team.id == membership.team_id)
                    .cloned()
            }),
            oauth_accounts: of(&self.accounts, project)
                .filter(|account| account.user_id == id)
                .cloned()
                .collect(),
            profile,
        })
    }

    fn require_user(&self, project: &ProjectId, id: UserId) -> StorageResult<()> {
        self.user(project, id).map(drop).ok_or(StorageError::MissingReference)
    }

    fn check_channel(&self, project: &ProjectId, new: &ContactChannel) -> StorageResult<()> {
        let others: Vec<_> = of(&self.channels, project).filter(|other| other.id != new.id).collect();
        let own: Vec<_> = others.iter().filter(|other| other.user_id == new.user_id).collect();
        let taken = new.used_for_auth
            && others
                .iter()
                .any(|other| other.used_for_auth && other.value == new.value);
        unique(taken, UniqueRule::AuthContactChannel)?;
        unique(
            own.iter().any(|other| other.value == new.value),
            UniqueRule::ContactChannelValue,
        )?;
        unique(
            new.is_primary && own.iter().any(|other| other.is_primary),
            UniqueRule::PrimaryContactChannel,
        )
    }
}
