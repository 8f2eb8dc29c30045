//! Where passkeys are kept.

use std::future::Future;

use stack_types::{ProjectId, UserId};

use super::StorageResult;
use crate::models::Passkey;

/// The table of passkeys.
pub trait PasskeyRepository {
    /// Reads a passkey by the id of its credential.
    fn find_passkey(
        &mut self,
        project: &ProjectId,
        credential_id: &[u8],
    ) -> impl Future<Output = StorageResult<Option<Passkey>>> + Send;

    /// Writes a user's passkey in place of the one that they had.
    ///
    /// # Errors
    ///
    /// `Conflict(PasskeyCredential)` if it is another user's; `MissingReference` if there is no such user.
    fn put_passkey(&mut self, project: &ProjectId, passkey: &Passkey)
    -> impl Future<Output = StorageResult<()>> + Send;

    /// Moves the counter of a user's passkey to `sign_count` if that is more, or if both are zero. Gives whether it did:
    /// of several callers with the same counter above zero, one gets `true`.
    fn count_passkey_use(
        &mut self,
        project: &ProjectId,
        user: UserId,
        credential_id: &[u8],
        sign_count: u32,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a user's passkey. Gives whether there was one.
    fn delete_passkey(&mut self, project: &ProjectId, user: UserId)
    -> impl Future<Output = StorageResult<bool>> + Send;
}
