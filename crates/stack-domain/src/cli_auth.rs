//! Logins of command line tools that somebody confirms in a browser.
//!
//! A login has two codes of 224 random bits: the tool keeps one to ask with, the browser gets the other to confirm with.
//! Of both there are only hashes at rest. What waits for the tool is sealed, given once, and wiped by the same statement
//! that marks the login used; of several confirmations, claims or polls at once exactly one has its way.

use std::{sync::Arc, time::Duration};

use stack_types::{KnownError, Millis, ProjectId, Secret};

use crate::{
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    models::{CliLogin, Session, TokenHash, User},
    ports::{CliLoginRepository, Repositories, Storage, Transaction},
    secrets::{digest, random},
};

/// How long a login may take unless it is told otherwise: two hours.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// Logins of command line tools.
pub struct CliAuth<S>(pub(crate) Arc<Core<S>>);

/// A login that has begun.
#[derive(Debug, Clone, PartialEq)]
pub struct StartedCliLogin {
    /// For the tool, which asks with it.
    pub polling_code: Secret,
    /// For the browser, which confirms with it.
    pub login_code: Secret,
    /// Until when it can be confirmed and picked up.
    pub expires_at: Millis,
}

/// How a login stands.
#[derive(Debug, Clone, PartialEq)]
pub enum CliLoginProgress {
    /// Nobody has confirmed it yet.
    Waiting,
    /// It was confirmed: here is the refresh token, this once.
    Success(Secret),
    /// It took too long.
    Expired,
    /// The refresh token was given before.
    Used,
}

/// The tokens of an anonymous session that a tool handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimedSession {
    /// A new access token.
    pub access_token: Secret,
    /// The tool's refresh token.
    pub refresh_token: Secret,
}

impl<S: Storage> CliAuth<S> {
    /// Begins a login, to which the tool may hand over its anonymous session.
    ///
    /// # Errors
    ///
    /// Bad request if the token is that of no live session of an anonymous user.
    pub async fn start(
        &self,
        tenant: &Tenant,
        lifetime: Duration,
        anonymous: Option<&Secret>,
    ) -> DomainResult<StartedCliLogin> {
        let core = &*self.0;
        let expires_at = core.now().saturating_add(lifetime);
        let started = StartedCliLogin {
            polling_code: random::token(&*core.rng),
            login_code: random::token(&*core.rng),
            expires_at,
        };
        let hash = digest::token_hash(&started.polling_code);
        let mut writer = core.storage.write().await?;
        if let Some(token) = anonymous {
            let refused = || DomainError::bad_request("anon_refresh_token is no live session of an anonymous user.");
            core.find_anonymous_session(&mut writer, tenant, token)
                .await?
                .ok_or_else(refused)?;
        }
        let login = CliLogin {
            polling_code_hash: hash,
            login_code_hash: digest::token_hash(&started.login_code),
            expires_at,
            used_at: None,
            refresh_token: None,
            anonymous_refresh_token: anonymous.map(|token| core.seal_for_login(tenant.id(), &hash, token)),
        };
        writer.insert_cli_login(tenant.id(), &login).await?;
        writer.commit().await?;
        Ok(started)
    }

    /// How a login stands. A refresh token that waits is given and wiped.
    ///
    /// # Errors
    ///
    /// `INVALID_POLLING_CODE`.
    pub async fn poll(&self, tenant: &Tenant, polling_code: &Secret) -> DomainResult<CliLoginProgress> {
        let (core, project) = (&*self.0, tenant.id());
        let hash = digest::token_hash(polling_code);
        let found = core
            .storage
            .read()
            .await?
            .find_cli_login_by_polling_code(project, &hash)
            .await?;
        let login = found.ok_or(KnownError::InvalidPollingCode)?;
        let now = core.now();
        if login.expires_at <= now {
            return Ok(CliLoginProgress::Expired);
        }
        if login.used_at.is_some() {
            return Ok(CliLoginProgress::Used);
        }
        let Some(sealed) = login.refresh_token else {
            return Ok(CliLoginProgress::Waiting);
        };
        // A token that was laid down is never exchanged for another, so what was read is what is wiped.
        let token = core.open_of_login(project, &hash, &sealed)?;
        let mut writer = core.storage.write().await?;
        if !writer.use_cli_login(project, &hash, now).await? {
            return Ok(CliLoginProgress::Used);
        }
        writer.commit().await?;
        Ok(CliLoginProgress::Success(token))
    }

    /// Gives the tool the session of a refresh token.
    ///
    /// # Errors
    ///
    /// Bad request if the login code is unknown, expired or used, or the token is that of no live session.
    pub async fn complete(&self, tenant: &Tenant, login_code: &Secret, refresh_token: &Secret) -> DomainResult<()> {
        let core = &*self.0;
        let mut writer = core.storage.write().await?;
        let login = core.find_open_login(&mut writer, tenant, login_code).await?;
        if core
            .find_live_session(&mut writer, tenant, refresh_token)
            .await?
            .is_none()
        {
            return Err(DomainError::bad_request(
                "refresh_token is no live session of this project.",
            ));
        }
        let sealed = core.seal_for_login(tenant.id(), &login.polling_code_hash, refresh_token);
        if !writer
            .confirm_cli_login(tenant.id(), &login.login_code_hash, &sealed)
            .await?
        {
            return Err(no_open_login());
        }
        Ok(writer.commit().await?)
    }

    /// Whether the tool handed over an anonymous session that can be claimed.
    ///
    /// # Errors
    ///
    /// Bad request if the login code is unknown, expired or used.
    pub async fn has_anonymous_session(&self, tenant: &Tenant, login_code: &Secret) -> DomainResult<bool> {
        let core = &*self.0;
        let mut reader = core.storage.read().await?;
        let login = core.find_open_login(&mut reader, tenant, login_code).await?;
        let claimable = core.find_claimable_session(&mut reader, tenant, &login).await?;
        Ok(claimable.is_some())
    }

    /// Gives the tokens of the anonymous session that the tool handed over, once.
    ///
    /// # Errors
    ///
    /// Bad request if the login code is unknown, expired or used, or there is no such session (any more).
    pub async fn claim_anonymous_session(&self, tenant: &Tenant, login_code: &Secret) -> DomainResult<ClaimedSession> {
        let core = &*self.0;
        let nothing = || DomainError::bad_request("There is no anonymous session to claim.");
        let mut writer = core.storage.write().await?;
        let login = core.find_open_login(&mut writer, tenant, login_code).await?;
        let (refresh_token, session, user) = core
            .find_claimable_session(&mut writer, tenant, &login)
            .await?
            .ok_or_else(nothing)?;
        if !writer
            .claim_cli_anonymous_session(tenant.id(), &login.login_code_hash)
            .await?
        {
            return Err(nothing());
        }
        let access_token = core.mint(&mut writer, tenant, &user, session.id, core.now()).await?;
        writer.commit().await?;
        Ok(ClaimedSession {
            access_token,
            refresh_token,
        })
    }
}

impl<S: Storage> Core<S> {
    /// The login of a login code, if it can still be confirmed.
    async fn find_open_login(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        login_code: &Secret,
    ) -> DomainResult<CliLogin> {
        let hash = digest::token_hash(login_code);
        let found = repositories.find_cli_login_by_login_code(tenant.id(), &hash).await?;
        found
            .filter(|login| self.now() < login.expires_at && login.used_at.is_none() && login.refresh_token.is_none())
            .ok_or_else(no_open_login)
    }

    /// The refresh token, the session and the user of the anonymous session that came with a login.
    async fn find_claimable_session(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        login: &CliLogin,
    ) -> DomainResult<Option<(Secret, Session, User)>> {
        let Some(sealed) = &login.anonymous_refresh_token else {
            return Ok(None);
        };
        let token = self.open_of_login(tenant.id(), &login.polling_code_hash, sealed)?;
        let found = self.find_anonymous_session(repositories, tenant, &token).await?;
        Ok(found.map(|(session, user)| (token, session, user)))
    }

    /// The session of a refresh token, if it isn't over and its user is anonymous.
    async fn find_anonymous_session(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        token: &Secret,
    ) -> DomainResult<Option<(Session, User)>> {
        let Some(session) = self.find_live_session(repositories, tenant, token).await? else {
            return Ok(None);
        };
        let user = repositories.find_user(tenant.id(), session.user_id).await?;
        let anonymous = user.filter(|user| user.profile.is_anonymous);
        Ok(anonymous.map(|user| (session, user)))
    }

    fn seal_for_login(&self, project: &ProjectId, login: &TokenHash, token: &Secret) -> String {
        self.sealer.seal(&owner(project, login), token.expose(), &*self.rng)
    }

    fn open_of_login(&self, project: &ProjectId, login: &TokenHash, sealed: &str) -> DomainResult<Secret> {
        self.sealer.open(&owner(project, login), sealed).map(Secret::from)
    }
}

/// What a sealed token of a login belongs to.
fn owner(project: &ProjectId, login: &TokenHash) -> String {
    let digits: String = login.0.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{project}/cli-login/{digits}")
}

fn no_open_login() -> DomainError {
    DomainError::bad_request("The login code is unknown, expired or used.")
}
