//! Spending tries.

use std::{net::IpAddr, sync::Arc, time::Duration};

use moka::sync::Cache;
use stack_types::{Millis, Secret, SessionId, UserId};

use super::{Limit, LimitKeys, LimitSettings, Subject};
use crate::{
    access::AccessType,
    core::{Core, Tenant},
    emails,
    error::{DomainError, DomainResult},
    models::{IpInfo, LimitKey, Spent},
    ports::{Repositories, Storage, StorageError, Transaction},
};

/// How many refusals a process remembers, at about 100 bytes each.
const REMEMBERED: u64 = 50_000;

/// Limits, for what isn't limited by a rule of its own.
pub struct Limits<S>(pub(crate) Arc<Core<S>>);

/// Who tries something, as far as limits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The caller's access. A project's own server isn't limited by its address.
    pub access: AccessType,
    /// The caller's address, from the connection or from a trusted proxy.
    pub address: Option<IpAddr>,
}

impl Origin {
    /// What a session remembers of the place where it is used. Only clients are where their user is.
    pub fn ip_info(&self) -> Option<IpInfo> {
        let address = self.address.filter(|_| self.access == AccessType::Client)?;
        Some(IpInfo {
            ip: address.to_string(),
            is_trusted: true,
            ..IpInfo::default()
        })
    }
}

/// What a process knows of limits.
pub(crate) struct Limiter {
    settings: LimitSettings,
    keys: LimitKeys,
    /// Until when a budget is known to be spent.
    refused: Cache<LimitKey, Millis>,
}

impl Limiter {
    pub(crate) fn new(settings: LimitSettings, server_secret: &Secret) -> Self {
        Self {
            settings,
            keys: LimitKeys::new(server_secret),
            refused: Cache::new(REMEMBERED),
        }
    }
}

impl<S: Storage> Limits<S> {
    /// Somebody shows a first factor; for an account, if they say for which.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub async fn sign_in(&self, tenant: &Tenant, origin: Origin, email: Option<&str>) -> DomainResult<()> {
        let mut tries = self.0.of_address(origin, Limit::SignInPerAddress);
        if let Some(email) = email {
            tries.push((Limit::SignInPerAccount, self.0.account(tenant, email).await?));
        }
        self.0.limit(tenant, &tries).await
    }

    /// A signed-in user shows their password once more: it is guessed from the same budget as by those who sign in.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub async fn show_password(&self, tenant: &Tenant, origin: Origin, user: UserId) -> DomainResult<()> {
        let mut tries = self.0.of_address(origin, Limit::SignInPerAddress);
        tries.push((Limit::SignInPerAccount, Subject::User(user)));
        self.0.limit(tenant, &tries).await
    }

    /// Somebody wants to become a user.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub async fn sign_up(&self, tenant: &Tenant, origin: Origin) -> DomainResult<()> {
        let mut tries = self.0.of_address(origin, Limit::SignUpPerAddress);
        if origin.access == AccessType::Client {
            tries.push((Limit::SignUpPerProject, Subject::Project));
        }
        self.0.limit(tenant, &tries).await
    }

    /// Somebody wants a mail to be sent.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub async fn send_mail(&self, tenant: &Tenant, origin: Origin, email: &str) -> DomainResult<()> {
        let mut tries = self.0.of_address(origin, Limit::MailPerAddress);
        tries.push((Limit::MailPerAccount, self.0.account(tenant, email).await?));
        self.0.limit(tenant, &tries).await
    }

    /// Somebody wants a mail to be sent to one of a user's addresses.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub async fn send_mail_to_user(&self, tenant: &Tenant, origin: Origin, user: UserId) -> DomainResult<()> {
        let mut tries = self.0.of_address(origin, Limit::MailPerAddress);
        tries.push((Limit::MailPerAccount, Subject::User(user)));
        self.0.limit(tenant, &tries).await
    }

    /// A command line tool wants to log in.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub async fn start_cli_login(&self, tenant: &Tenant, origin: Origin) -> DomainResult<()> {
        let tries = self.0.of_address(origin, Limit::CliLoginPerAddress);
        self.0.limit(tenant, &tries).await
    }

    /// Somebody has shown a token or a code that is none. Whoever guesses is refused; whoever has a right one from the
    /// same address isn't.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub async fn wrong_token(&self, tenant: &Tenant, origin: Origin) -> DomainResult<()> {
        let tries = self.0.of_address(origin, Limit::WrongTokenPerAddress);
        self.0.limit(tenant, &tries).await
    }
}

impl<S: Storage> Core<S> {
    /// Somebody tries a second factor of a user. To be called before it is looked at.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub(crate) async fn limit_second_factor(&self, tenant: &Tenant, user: UserId) -> DomainResult<()> {
        let tries = [(Limit::SecondFactorPerAccount, Subject::User(user))];
        self.limit(tenant, &tries).await
    }

    /// A session mints an access token, within a transaction that the caller commits.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`].
    pub(crate) async fn limit_refresh(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        session: SessionId,
    ) -> DomainResult<()> {
        let tries = [(Limit::RefreshPerSession, Subject::Session(session))];
        self.spend(writer, tenant, &self.keys_of(tenant, &tries)).await
    }

    /// Spends a try of each of these budgets, or of none, in a transaction of its own: a try counts whatever comes of
    /// it.
    ///
    /// # Errors
    ///
    /// [`DomainError::TooMany`] if one of them is spent.
    pub(crate) async fn limit(&self, tenant: &Tenant, tries: &[(Limit, Subject)]) -> DomainResult<()> {
        let keys = self.keys_of(tenant, tries);
        if keys.is_empty() {
            return Ok(());
        }
        for (_, key) in &keys {
            self.check_refused(key)?;
        }
        let mut writer = self.storage.write().await?;
        match self.spend(&mut writer, tenant, &keys).await {
            // The project was deleted meanwhile: nothing is left to be guarded.
            Err(DomainError::Storage(StorageError::MissingReference)) => Ok(()),
            Err(error) => Err(error),
            Ok(()) => Ok(writer.commit().await?),
        }
    }

    /// The budgets of the limits that hold, in one order for all, so that no two transactions wait for each other.
    fn keys_of(&self, tenant: &Tenant, tries: &[(Limit, Subject)]) -> Vec<(Limit, LimitKey)> {
        let limiter = &self.limiter;
        let mut keys: Vec<_> = tries
            .iter()
            .filter(|(limit, _)| limiter.settings.of(*limit).is_some())
            .map(|(limit, subject)| (*limit, limiter.keys.of(tenant.id(), *limit, subject)))
            .collect();
        keys.sort_unstable_by_key(|(_, key)| *key);
        keys
    }

    async fn spend(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        keys: &[(Limit, LimitKey)],
    ) -> DomainResult<()> {
        let now = self.now();
        for (limit, key) in keys {
            self.check_refused(key)?;
            let Some(budget) = self.limiter.settings.of(*limit) else {
                continue;
            };
            match writer.spend_rate_limit(tenant.id(), key, budget, now).await? {
                Spent::Granted => {}
                Spent::Refused { until } => {
                    self.limiter.refused.insert(*key, until);
                    return Err(too_many(until, now));
                }
            }
        }
        Ok(())
    }

    /// Refuses what is known to be refused, without asking the database.
    fn check_refused(&self, key: &LimitKey) -> DomainResult<()> {
        let Some(until) = self.limiter.refused.get(key) else {
            return Ok(());
        };
        let now = self.now();
        if now < until {
            return Err(too_many(until, now));
        }
        self.limiter.refused.invalidate(key);
        Ok(())
    }

    fn of_address(&self, origin: Origin, limit: Limit) -> Vec<(Limit, Subject)> {
        let limited = origin.address.filter(|_| origin.access == AccessType::Client);
        limited.map(|ip| (limit, Subject::address(ip))).into_iter().collect()
    }

    /// The account that an e-mail signs in. One that signs nobody in is limited alike, so that nobody learns which do.
    async fn account(&self, tenant: &Tenant, email: &str) -> DomainResult<Subject> {
        let mut reader = self.storage.read().await?;
        let user = self.find_auth_user(&mut reader, tenant, email).await?;
        Ok(user.map_or_else(|| Subject::UnknownEmail(emails::normalize(email)), Subject::User))
    }
}

fn too_many(until: Millis, now: Millis) -> DomainError {
    let millis = u64::try_from(until.get().saturating_sub(now.get())).unwrap_or(0);
    DomainError::TooMany {
        retry_after: Duration::from_millis(millis.max(1)),
    }
}
