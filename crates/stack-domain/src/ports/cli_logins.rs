//! Where logins of command line tools are kept.

use std::future::Future;

use stack_types::{Millis, ProjectId};

use super::StorageResult;
use crate::models::{CliLogin, TokenHash};

/// The table of logins of command line tools.
pub trait CliLoginRepository {
    /// Writes a new login.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project; `Conflict(CliLogin)` if one of the hashes is taken.
    fn insert_cli_login(
        &mut self,
        project: &ProjectId,
        login: &CliLogin,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Reads the login of a polling code, be it over or not.
    fn find_cli_login_by_polling_code(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> impl Future<Output = StorageResult<Option<CliLogin>>> + Send;

    /// Reads the login of a login code, be it over or not.
    fn find_cli_login_by_login_code(
        &mut self,
        project: &ProjectId,
        hash: &TokenHash,
    ) -> impl Future<Output = StorageResult<Option<CliLogin>>> + Send;

    /// Lays a sealed refresh token down for the tool, if none was laid down before and none was picked up. Gives
    /// whether it was: of several callers at once, one gets `true`.
    fn confirm_cli_login(
        &mut self,
        project: &ProjectId,
        login_code: &TokenHash,
        sealed_token: &str,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Marks a confirmed login used and wipes both of its tokens. Gives whether it was confirmed and unused: of several
    /// callers at once, one gets `true`.
    fn use_cli_login(
        &mut self,
        project: &ProjectId,
        polling_code: &TokenHash,
        at: Millis,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Wipes the token of the anonymous session. Gives whether there was one: of several callers at once, one gets
    /// `true`.
    fn claim_cli_anonymous_session(
        &mut self,
        project: &ProjectId,
        login_code: &TokenHash,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes at most `limit` logins of all projects that expired before `before`. Gives how many.
    fn delete_expired_cli_logins(
        &mut self,
        before: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<u64>> + Send;
}
