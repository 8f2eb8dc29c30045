//! Where one-time codes are kept.

use std::future::Future;

use stack_types::{Millis, ProjectId};

use super::StorageResult;
use crate::models::{CodeKind, OneTimeCode, OneTimeCodeId, TokenHash};

/// The table of one-time codes.
pub trait OneTimeCodeRepository {
    /// Writes a new code.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such project; `Conflict(OneTimeCode)` if id or hash are taken.
    fn insert_one_time_code(
        &mut self,
        project: &ProjectId,
        code: &OneTimeCode,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Reads a code by its hash, expired and used ones too.
    fn find_one_time_code(
        &mut self,
        project: &ProjectId,
        kind: CodeKind,
        hash: &TokenHash,
    ) -> impl Future<Output = StorageResult<Option<OneTimeCode>>> + Send;

    /// Counts an attempt at every code of the project that ends so.
    fn count_one_time_code_attempt(
        &mut self,
        project: &ProjectId,
        tail_hash: &TokenHash,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Marks a code used. Gives whether it was there and unused: of several callers at once, one gets `true`.
    fn use_one_time_code(
        &mut self,
        project: &ProjectId,
        id: OneTimeCodeId,
        at: Millis,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes at most `limit` codes of all projects that expired before `before`. Gives how many.
    fn delete_expired_one_time_codes(
        &mut self,
        before: Millis,
        limit: u32,
    ) -> impl Future<Output = StorageResult<u64>> + Send;
}
