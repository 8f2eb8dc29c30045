//! The repository itself.

use stack_domain::{
    models::{OAuthAccount, PasswordHash, User, UserCredentials, UserFilter, UserPage, UserProfile},
    ports::{StorageError, StorageResult, UserRepository},
};
use stack_types::{Millis, ProjectId, Secret, UserId};

use super::read::{read_user, select_users};
use crate::{
    db::{Mode, Session, Value, args},
    dialect,
    repositories::{metadata::MetadataTexts, search::fold},
};

const FIND: &str = select_users!(""; "AND u.id = $2");

const INSERT: &str = "
    INSERT INTO users (
        project_id, id, display_name, display_name_folded, profile_image_url,
        client_metadata, client_read_only_metadata, server_metadata,
        is_anonymous, is_restricted, restriction_reason, restriction_private_details,
        country_code, sign_up_bot_score, sign_up_free_trial_abuse_score, signed_up_at,
        last_active_at, password_hash, otp_enabled, totp_secret, requires_totp_mfa
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";

const UPDATE_PROFILE: &str = "
    UPDATE users SET
        display_name = $3, display_name_folded = $4, profile_image_url = $5,
        client_metadata = $6, client_read_only_metadata = $7, server_metadata = $8,
        is_anonymous = $9, is_restricted = $10, restriction_reason = $11, restriction_private_details = $12,
        country_code = $13, sign_up_bot_score = $14, sign_up_free_trial_abuse_score = $15, signed_up_at = $16
    WHERE project_id = $1 AND id = $2";

const FIND_CREDENTIALS: &str = "
    SELECT password_hash, otp_enabled, totp_secret, requires_totp_mfa FROM users WHERE project_id = $1 AND id = $2";

const UPDATE_CREDENTIALS: &str = "
    UPDATE users SET
        password_hash = $3, otp_enabled = $4, totp_secret = $5, requires_totp_mfa = $6,
        totp_last_step = CASE WHEN totp_secret = $5 THEN totp_last_step ELSE NULL END
    WHERE project_id = $1 AND id = $2";

const ACCEPT_TOTP_STEP: &str = "
    UPDATE users SET totp_last_step = $3
    WHERE project_id = $1 AND id = $2 AND (totp_last_step IS NULL OR totp_last_step < $3)";

const TOUCH: &str = "
    UPDATE users SET last_active_at = CASE WHEN last_active_at < $3 THEN $3 ELSE last_active_at END
    WHERE project_id = $1 AND id = $2";

const DELETE: &str = "DELETE FROM users WHERE project_id = $1 AND id = $2";

impl<M: Mode> UserRepository for Session<M> {
    async fn find_user(&mut self, project: &ProjectId, id: UserId) -> StorageResult<Option<User>> {
        let Some(row) = self.fetch_optional(FIND, args![project, id]).await? else {
            return Ok(None);
        };
        let (mut user, has_oauth_accounts) = read_user(&row)?;
        if has_oauth_accounts.0 {
            user.oauth_accounts = self.oauth_accounts_of(project, id).await?;
        }
        Ok(Some(user))
    }

    async fn find_users(&mut self, project: &ProjectId, ids: &[UserId]) -> StorageResult<Vec<User>> {
        let ids = serde_json::to_string(ids).map_err(|error| StorageError::Other(Box::new(error)))?;
        let rows = self.fetch_all(dialect::USERS_BY_ID, args![project, &ids]).await?;
        let users = rows.iter().map(read_user).collect::<StorageResult<Vec<_>>>()?;
        self.with_oauth_accounts(project, users).await
    }

    async fn list_users(&mut self, project: &ProjectId, filter: &UserFilter) -> StorageResult<UserPage> {
        self.page_of_users(project, filter).await
    }

    async fn insert_user(
        &mut self,
        project: &ProjectId,
        profile: &UserProfile,
        credentials: &UserCredentials,
    ) -> StorageResult<()> {
        let texts = ProfileTexts::of(profile);
        let only_here = args![
            profile.last_active_at,
            credentials.password_hash.as_ref().map(|hash| hash.0.expose()),
            credentials.otp_enabled,
            credentials.totp_secret.as_deref(),
            credentials.requires_totp_mfa,
        ];
        let args = [&profile_args(project, profile, &texts)[..], only_here].concat();
        self.write(INSERT, &args).await.map(drop)
    }

    async fn update_user_profile(&mut self, project: &ProjectId, profile: &UserProfile) -> StorageResult<bool> {
        let texts = ProfileTexts::of(profile);
        Ok(self
            .write(UPDATE_PROFILE, &profile_args(project, profile, &texts))
            .await?
            > 0)
    }

    async fn find_user_credentials(
        &mut self,
        project: &ProjectId,
        id: UserId,
    ) -> StorageResult<Option<UserCredentials>> {
        let Some(row) = self.fetch_optional(FIND_CREDENTIALS, args![project, id]).await? else {
            return Ok(None);
        };
        let password_hash: Option<String> = row.get("password_hash")?;
        Ok(Some(UserCredentials {
            password_hash: password_hash.map(|hash| PasswordHash(Secret::new(hash))),
            otp_enabled: row.get("otp_enabled")?,
            totp_secret: row.get("totp_secret")?,
            requires_totp_mfa: row.get("requires_totp_mfa")?,
        }))
    }

    async fn update_user_credentials(
        &mut self,
        project: &ProjectId,
        id: UserId,
        credentials: &UserCredentials,
    ) -> StorageResult<bool> {
        let args = args![
            project,
            id,
            credentials.password_hash.as_ref().map(|hash| hash.0.expose()),
            credentials.otp_enabled,
            credentials.totp_secret.as_deref(),
            credentials.requires_totp_mfa,
        ];
        Ok(self.write(UPDATE_CREDENTIALS, args).await? > 0)
    }

    async fn accept_totp_step(&mut self, project: &ProjectId, id: UserId, step: i64) -> StorageResult<bool> {
        Ok(self.write(ACCEPT_TOTP_STEP, args![project, id, step]).await? > 0)
    }

    async fn touch_user(&mut self, project: &ProjectId, id: UserId, at: Millis) -> StorageResult<bool> {
        Ok(self.write(TOUCH, args![project, id, at]).await? > 0)
    }

    async fn delete_user(&mut self, project: &ProjectId, id: UserId) -> StorageResult<bool> {
        Ok(self.write(DELETE, args![project, id]).await? > 0)
    }

    async fn lock_user(&mut self, project: &ProjectId, id: UserId) -> StorageResult<bool> {
        self.lock(dialect::LOCK_USER, args![project, id]).await
    }

    async fn list_oauth_accounts(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<OAuthAccount>> {
        self.oauth_accounts_of(project, user).await
    }

    async fn insert_oauth_account(&mut self, project: &ProjectId, account: &OAuthAccount) -> StorageResult<()> {
        self.write_oauth_account(project, account).await
    }
}

/// What is made of a profile for its columns.
struct ProfileTexts {
    display_name_folded: Option<String>,
    metadata: MetadataTexts,
}

impl ProfileTexts {
    fn of(profile: &UserProfile) -> Self {
        Self {
            display_name_folded: profile.display_name.as_deref().map(fold),
            metadata: MetadataTexts::of(&profile.metadata),
        }
    }
}

/// The arguments `$1` to `$16` of `INSERT` and `UPDATE_PROFILE`.
fn profile_args<'a>(project: &'a ProjectId, profile: &'a UserProfile, texts: &'a ProfileTexts) -> [Value<'a>; 16] {
    let restriction = profile.restriction.as_ref();
    *args![
        project,
        profile.id,
        profile.display_name.as_deref(),
        texts.display_name_folded.as_deref(),
        profile.profile_image_url.as_deref(),
        texts.metadata.client.as_deref(),
        texts.metadata.client_read_only.as_deref(),
        texts.metadata.server.as_deref(),
        profile.is_anonymous,
        restriction.is_some(),
        restriction.and_then(|restriction| restriction.reason.as_deref()),
        restriction.and_then(|restriction| restriction.private_details.as_deref()),
        profile.country_code.as_deref(),
        profile.risk_scores.bot,
        profile.risk_scores.free_trial_abuse,
        profile.signed_up_at,
    ]
}
