//! Where sessions are kept.

use std::future::Future;

use stack_types::{Millis, ProjectId, SessionId, UserId};

use super::StorageResult;
use crate::models::{IpInfo, Session, TokenHash};

/// The table of sessions.
pub trait SessionRepository {
    /// Reads a session, expired or not.
    fn find_session(
        &mut self,
        project: &ProjectId,
        id: SessionId,
    ) -> impl Future<Output = StorageResult<Option<Session>>> + Send;

    /// Reads the session of a refresh token, expired or not.
    fn find_session_by_token(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> impl Future<Output = StorageResult<Option<Session>>> + Send;

    /// Lists a user's sessions that haven't expired at `now`, newest first, then by id.
    fn list_sessions(
        &mut self,
        project: &ProjectId,
        user: UserId,
        now: Millis,
    ) -> impl Future<Output = StorageResult<Vec<Session>>> + Send;

    /// Writes a new session.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such user; `Conflict(Session)` if id or hash are taken.
    fn insert_session(
        &mut self,
        project: &ProjectId,
        session: &Session,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Moves `last_used_at` forward to `at`, never back, and remembers from where if that is known (what was known
    /// stays otherwise). Gives whether there was such a session.
    fn touch_session(
        &mut self,
        project: &ProjectId,
        id: SessionId,
        at: Millis,
        ip_info: Option<&IpInfo>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a session. Gives whether there was one.
    fn delete_session(
        &mut self,
        project: &ProjectId,
        id: SessionId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes all sessions of a user but one. Gives how many.
    fn delete_sessions_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
        except: Option<SessionId>,
    ) -> impl Future<Output = StorageResult<u64>> + Send;

    /// Deletes at most `limit` sessions of all projects that expired before `before`. Gives how many.
    fn delete_expired_sessions(
        &mut self,
        before: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<u64>> + Send;
}
