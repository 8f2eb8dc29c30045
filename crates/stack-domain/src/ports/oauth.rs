//! Where OAuth accounts and the providers' tokens are kept.

use std::future::Future;

use stack_types::ProjectId;

use super::StorageResult;
use crate::models::{OAuthAccount, OAuthAccountId, OAuthToken, OAuthTokenId};

/// The tables of OAuth accounts and of their tokens. Users' own accounts are read and made by
/// [`super::UserRepository`].
pub trait OAuthRepository {
    /// Lists the accounts of all users, oldest first, then by id.
    fn list_all_oauth_accounts(
        &mut self,
        project: &ProjectId,
    ) -> impl Future<Output = StorageResult<Vec<OAuthAccount>>> + Send;

    /// Lists the rows of one account at a provider, oldest first, then by id: at most one of them signs somebody in.
    fn list_oauth_accounts_at(
        &mut self,
        project: &ProjectId,
        provider_id: &str,
        account_id: &str,
    ) -> impl Future<Output = StorageResult<Vec<OAuthAccount>>> + Send;

    /// Whether somebody signs in with an account of this id, at whichever provider; `except` doesn't count.
    fn is_account_id_used_for_sign_in(
        &mut self,
        project: &ProjectId,
        account_id: &str,
        except: Option<OAuthAccountId>,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Writes e-mail, the provider's id of the account and the flags. Gives whether there was such a row of this user.
    ///
    /// # Errors
    ///
    /// `Conflict(OAuthSignInAccount)` if it allows sign-in and someone else of the project signs in with it.
    fn update_oauth_account(
        &mut self,
        project: &ProjectId,
        account: &OAuthAccount,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Deletes an account with its tokens. Gives whether there was one.
    fn delete_oauth_account(
        &mut self,
        project: &ProjectId,
        id: OAuthAccountId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;

    /// Lists an account's tokens, those written last first, then by id.
    fn list_oauth_tokens(
        &mut self,
        project: &ProjectId,
        account: OAuthAccountId,
    ) -> impl Future<Output = StorageResult<Vec<OAuthToken>>> + Send;

    /// Writes tokens in place of those that the account has for the same scopes, if any, whose id stays. A refresh
    /// token that is stored stays too if the new tokens have none.
    ///
    /// # Errors
    ///
    /// `MissingReference` if there is no such account.
    fn save_oauth_token(
        &mut self,
        project: &ProjectId,
        token: &OAuthToken,
    ) -> impl Future<Output = StorageResult<()>> + Send;

    /// Deletes tokens. Gives whether there were any.
    fn delete_oauth_token(
        &mut self,
        project: &ProjectId,
        id: OAuthTokenId,
    ) -> impl Future<Output = StorageResult<bool>> + Send;
}
