//! Where users and their OAuth accounts are kept.

use std::future::Future;

use stack_types::{Millis, ProjectId, UserId};

use super::StorageResult;
use crate::models::{OAuthAccount, User, UserCredentials, UserFilter, UserPage, UserProfile};

/// The tables of users and of their OAuth accounts.
pub trait UserRepository {
    /// Reads a user: one query for the user with primary e-mail and selected team, and at most one more for the OAuth
    /// accounts. This is the hot path of the whole server.
    fn find_user(
        &mut self,
        project: &ProjectId,
        id: UserId,
    ) -> impl Future<Output = StorageResult<Option<User>>> + Send;

    /// Reads one page of users: one query for the page and at most one more for the OAuth accounts of all of them.
    /// The cost of a page doesn't depend on how many users precede it.
    fn list_users(
        &mut self,
        project: &ProjectId,
        filter: &UserFilter,
    ) -> impl Future<Output = StorageResult<UserPage>> + Send;

    /// Reads those of some users who are there, in any order: one query for the users and at most one more for the OAuth
    /// accounts of all of them.
    fn find_users(
        &mut self,
        project: &ProjectId,
        ids: &[UserId],
    ) -> impl Future<Output = StorageResult<Vec<User>>> + Send;

    /// Writes a new user, without channels, teams or OAuth accounts.
    ///
    /// # Errors
    ///
    /// `Conflict(UserId)` if the id is taken; `MissingReference` if there is no such project.
    fn insert_user(
        &mut self,
        project: &ProjectId,
        profile: &UserProfile,
        credentials: &UserCredentials,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Writes all columns of a profile but `last_active_at`. Gives whether there was such a user.
    fn update_user_profile(
        &mut self,
        project: &ProjectId,
        profile: &UserProfile,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Reads a user's credentials.
    fn find_user_credentials(
        &mut self,
        project: &ProjectId,
        id: UserId,
    ) -> impl Future<Output = StorageResult<Option<UserCredentials>>> + Send;

    /// Writes a user's credentials. Gives whether there was such a user.
    fn update_user_credentials(
        &mut self,
        project: &ProjectId,
        id: UserId,
        credentials: &UserCredentials,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Remembers that a code of the authenticator app was accepted in this step, if none was in this or a later one.
    /// Gives whether it did: of several callers with the same step, one gets `true`. A new secret forgets the steps of
    /// the old one.
    fn accept_totp_step(
        &mut self,
        project: &ProjectId,
        id: UserId,
        step: i64,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Moves `last_active_at` forward to `at`; never back. Gives whether there was such a user.
    fn touch_user(
        &mut self,
        project: &ProjectId,
        id: UserId,
        at: Millis,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes a user with channels, sessions, memberships, permissions and OAuth accounts. Gives whether there was
    /// one.
    fn delete_user(&mut self, project: &ProjectId, id: UserId) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Keeps others from changing this user until the transaction ends, so that what is read next can be changed
    /// safely. Gives whether there is such a user.
    fn lock_user(&mut self, project: &ProjectId, id: UserId) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Lists a user's OAuth accounts, oldest first, then by id.
    fn list_oauth_accounts(
        &mut self,
        project: &ProjectId,
        user: UserId,
    ) -> impl Future<Output = StorageResult<Vec<OAuthAccount>>> + Send;

    /// Writes a new OAuth account.
    ///
    /// # Errors
    ///
    /// `Conflict(OAuthSignInAccount)` if it allows sign-in and someone else of the project signs in with it;
    /// `MissingReference` if there is no such user.
    fn insert_oauth_account(
        &mut self,
        project: &ProjectId,
        account: &OAuthAccount,
    ) -> impl Future<Output = StorageResult<()>> + Send;
}
