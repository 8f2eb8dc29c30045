//! Sessions: beginning, refreshing, listing and ending them.
//!
//! The refresh token is known to the client only; a session is found by its hash. Refresh tokens aren't rotated: the
//! wire has no place for a new one. A session that was ended can't mint any more, at once and on every process.

use std::{sync::Arc, time::Duration};

use stack_types::{KnownError, Millis, Secret, SessionId, UserId};

use crate::{
    access::{AccessType, Caller},
    core::{Core, Tenant},
    error::{DomainError, DomainResult},
    known,
    models::{IpInfo, Session, User},
    ports::{Repositories, SessionRepository, Storage, Transaction, UserRepository},
    secrets::{digest, random},
    users::RestrictedReason,
};

/// How long a session lasts unless it is told otherwise: a year.
pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How long a session may last at most.
pub const MAX_LIFETIME: Duration = Duration::from_secs(367 * 24 * 60 * 60);

/// Sessions.
pub struct Sessions<S>(pub(crate) Arc<Core<S>>);

/// A new session for a user.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateSession {
    /// Whose it is.
    pub user_id: UserId,
    /// How long it lasts.
    pub lifetime: Duration,
    /// Whether somebody acts in the user's name.
    pub is_impersonation: bool,
}

/// What a client gets when a session begins.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionTokens {
    /// Whose session it is.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
    /// Mints access tokens as long as the session lasts.
    pub refresh_token: Secret,
    /// The first access token.
    pub access_token: Secret,
}

/// What a client gets from a way to sign in that signs up, too.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedIn {
    /// The session.
    pub tokens: SessionTokens,
    /// Whether the user signed up by it.
    pub is_new_user: bool,
}

impl<S: Storage> Sessions<S> {
    /// Begins a session for a user.
    ///
    /// # Errors
    ///
    /// `USER_ID_DOES_NOT_EXIST`; bad request if it shall last too long.
    pub async fn create(&self, tenant: &Tenant, command: CreateSession) -> DomainResult<SessionTokens> {
        if command.lifetime > MAX_LIFETIME {
            return Err(DomainError::bad_request("A session can't last longer than 367 days."));
        }
        let mut writer = self.0.storage.write().await?;
        let missing = || known::user_id_does_not_exist(command.user_id);
        let user = writer
            .find_user(tenant.id(), command.user_id)
            .await?
            .ok_or_else(missing)?;
        let begun = self
            .0
            .begin_session_for(
                &mut writer,
                tenant,
                &user,
                command.lifetime,
                command.is_impersonation,
                None,
            )
            .await?;
        writer.commit().await?;
        Ok(begun)
    }

    /// Lists a user's sessions, newest first.
    ///
    /// # Errors
    ///
    /// Forbidden if a client asks for somebody else's.
    pub async fn list(&self, caller: &Caller, user: UserId) -> DomainResult<Vec<Session>> {
        if caller.is_client_meaning_another(user) {
            return Err(DomainError::forbidden(
                "A client may list the sessions of its own user only.",
            ));
        }
        let mut sessions = self
            .0
            .storage
            .read()
            .await?
            .list_sessions(caller.tenant.id(), user, self.0.now())
            .await?;
        sessions.retain(|session| !session.is_impersonation || caller.access == AccessType::Admin);
        Ok(sessions)
    }

    /// Ends a session of a user.
    ///
    /// # Errors
    ///
    /// Not found if the user has no such session, or if a client means somebody else's;
    /// `CANNOT_DELETE_CURRENT_SESSION` for the caller's own.
    pub async fn delete(&self, caller: &Caller, id: SessionId, user: UserId) -> DomainResult<()> {
        let not_found = || DomainError::not_found("There is no such session.");
        if caller.is_client_meaning_another(user) {
            return Err(not_found());
        }
        let mut writer = self.0.storage.write().await?;
        let session = writer.find_session(caller.tenant.id(), id).await?;
        if session.is_none_or(|session| session.user_id != user) {
            return Err(not_found());
        }
        if caller.session_id == Some(id) {
            return Err(KnownError::CannotDeleteCurrentSession.into());
        }
        if !writer.delete_session(caller.tenant.id(), id).await? {
            return Err(not_found());
        }
        Ok(writer.commit().await?)
    }

    /// Ends the session of the caller's access token.
    ///
    /// # Errors
    ///
    /// `ACCESS_TOKEN_EXPIRED` without an access token; `REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED` if the session is gone.
    pub async fn sign_out(&self, caller: &Caller) -> DomainResult<()> {
        let id = caller
            .session_id
            .ok_or_else(|| known::access_token_expired(None, None, None, None))?;
        let mut writer = self.0.storage.write().await?;
        if !writer.delete_session(caller.tenant.id(), id).await? {
            return Err(KnownError::RefreshTokenNotFoundOrExpired.into());
        }
        Ok(writer.commit().await?)
    }

    /// Mints an access token.
    ///
    /// # Errors
    ///
    /// `REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED` if the token is unknown, expired or another project's.
    pub async fn refresh(&self, tenant: &Tenant, token: &Secret, ip_info: Option<&IpInfo>) -> DomainResult<Secret> {
        let (project, now) = (tenant.id(), self.0.now());
        let gone = || DomainError::from(KnownError::RefreshTokenNotFoundOrExpired);
        let mut reader = self.0.storage.read().await?;
        let found = self.0.find_live_session(&mut reader, tenant, token).await?;
        drop(reader);
        let session = found.ok_or_else(gone)?;
        let mut writer = self.0.storage.write().await?;
        if !writer.touch_session(project, session.id, now, ip_info).await? {
            return Err(gone());
        }
        self.0.limit_refresh(&mut writer, tenant, session.id).await?;
        writer.touch_user(project, session.user_id, now).await?;
        let user = writer.find_user(project, session.user_id).await?.ok_or_else(gone)?;
        let access_token = self.0.mint(&mut writer, tenant, &user, session.id, now).await?;
        writer.commit().await?;
        Ok(access_token)
    }
}

impl<S: Storage> Core<S> {
    /// The session of a refresh token, if it isn't over.
    pub(crate) async fn find_live_session(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        token: &Secret,
    ) -> DomainResult<Option<Session>> {
        let hash = digest::token_hash(token);
        let found = repositories.find_session_by_token(tenant.id(), &hash).await?;
        Ok(found.filter(|session| self.now() < session.expires_at))
    }

    /// Begins a session of the usual length within a transaction that the caller commits.
    pub(crate) async fn begin_session(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user: &User,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<SessionTokens> {
        self.begin_session_for(writer, tenant, user, DEFAULT_LIFETIME, false, ip_info)
            .await
    }

    async fn begin_session_for(
        &self,
        writer: &mut impl Repositories,
        tenant: &Tenant,
        user: &User,
        lifetime: Duration,
        is_impersonation: bool,
        ip_info: Option<IpInfo>,
    ) -> DomainResult<SessionTokens> {
        let now = self.now();
        // First of all: it keeps the user from being deleted meanwhile.
        if !writer.touch_user(tenant.id(), user.profile.id, now).await? {
            return Err(known::user_id_does_not_exist(user.profile.id));
        }
        let refresh_token = random::token(&*self.rng);
        let session = Session {
            id: random::uuid(&*self.rng).into(),
            user_id: user.profile.id,
            token_hash: digest::token_hash(&refresh_token),
            created_at: now,
            expires_at: now.saturating_add(lifetime),
            is_impersonation,
            last_used_at: now,
            last_used_ip_info: ip_info,
        };
        writer.insert_session(tenant.id(), &session).await?;
        let access_token = self.mint(writer, tenant, user, session.id, now).await?;
        Ok(SessionTokens {
            user_id: session.user_id,
            session_id: session.id,
            refresh_token,
            access_token,
        })
    }

    /// An access token that a session mints at `now`.
    pub(crate) async fn mint(
        &self,
        repositories: &mut impl Repositories,
        tenant: &Tenant,
        user: &User,
        session: SessionId,
        now: Millis,
    ) -> DomainResult<Secret> {
        let schedule = self.key_schedule_through(repositories, tenant.id()).await?;
        let reason = RestrictedReason::of(user, &tenant.config);
        self.tokens.mint(tenant.id(), user, reason, session, &schedule, now)
    }
}
