// The queries, included once for each database: `Db`, `DbRow`, `LOCK_USER` and `BEGIN` are what differs.

use sqlx::{Pool, Row as _, Transaction};

use super::show::Person;

macro_rules! select_users {
    ($rest:literal) => {
        concat!(
            "SELECT
                 u.id, u.signed_up_at, u.last_active_at, u.is_anonymous, u.is_restricted, u.otp_enabled,
                 u.requires_totp_mfa, u.sign_up_bot_score, u.sign_up_free_trial_abuse_score, u.country_code,
                 u.display_name, u.password_hash IS NOT NULL AS has_password, u.restriction_reason,
                 u.restriction_private_details, u.client_metadata, u.client_read_only_metadata, u.server_metadata,
                 u.profile_image_url,
                 c.value AS email, c.is_verified AS email_is_verified, c.used_for_auth AS email_used_for_auth,
                 t.id AS team_id, t.created_at AS team_created_at, t.display_name AS team_display_name,
                 t.client_metadata AS team_client_metadata,
                 t.client_read_only_metadata AS team_client_read_only_metadata,
                 t.server_metadata AS team_server_metadata, t.profile_image_url AS team_profile_image_url,
                 EXISTS (
                     SELECT 1 FROM oauth_accounts a WHERE a.project_id = u.project_id AND a.user_id = u.id
                 ) AS has_oauth_accounts,
                 EXISTS (
                     SELECT 1 FROM passkeys k WHERE k.project_id = u.project_id AND k.user_id = u.id
                 ) AS has_passkey
             FROM users u
             LEFT JOIN contact_channels c
                 ON c.project_id = u.project_id AND c.user_id = u.id AND c.kind = 'email' AND c.is_primary
             LEFT JOIN team_memberships m ON m.project_id = u.project_id AND m.user_id = u.id AND m.is_selected
             LEFT JOIN teams t ON t.project_id = m.project_id AND t.id = m.team_id
             WHERE u.project_id = $1 ",
            $rest
        )
    };
}

const FIND_USER: &str = select_users!("AND u.id = $2");
const PAGE: &str = select_users!(
    "AND NOT u.is_anonymous AND (u.is_anonymous OR NOT u.is_restricted) ORDER BY u.signed_up_at, u.id LIMIT $2"
);
const PERMISSIONS: &str = "
    SELECT p.permission_id FROM team_memberships m LEFT JOIN team_permissions p
        ON p.project_id = m.project_id AND p.team_id = m.team_id AND p.user_id = m.user_id
    WHERE m.project_id = $1 AND m.team_id = $2 AND m.user_id = $3 ORDER BY p.permission_id";
const FIND_SESSION: &str = "
    SELECT id, user_id, token_hash, created_at, expires_at, is_impersonation, last_used_at, last_used_ip_info
    FROM sessions WHERE project_id = $1 AND token_hash = $2";
const TOUCH_SESSION: &str = "
    UPDATE sessions SET
        last_used_at = CASE WHEN last_used_at < $3 THEN $3 ELSE last_used_at END,
        last_used_ip_info = COALESCE($4, last_used_ip_info)
    WHERE project_id = $1 AND id = $2";
const TOUCH_USER: &str = "
    UPDATE users SET last_active_at = CASE WHEN last_active_at < $3 THEN $3 ELSE last_active_at END
    WHERE project_id = $1 AND id = $2";
const FIND_ADDRESS: &str = "
    SELECT id, user_id, kind, value, is_primary, is_verified, used_for_auth, created_at
    FROM contact_channels WHERE project_id = $1 AND kind = 'email' AND value = $2 AND used_for_auth";
const FIND_PASSWORD: &str = "
    SELECT password_hash, otp_enabled, totp_secret, requires_totp_mfa FROM users WHERE project_id = $1 AND id = $2";
const INSERT_SESSION: &str = "
    INSERT INTO sessions (
        project_id, id, user_id, token_hash, created_at, expires_at, is_impersonation, last_used_at, last_used_ip_info
    ) VALUES ($1, $2, $3, $4, $5, $6, FALSE, $5, $7)";

/// A year.
const SESSION_MILLIS: i64 = 365 * 24 * 60 * 60 * 1000;

pub(super) struct Store {
    pub(super) readers: Pool<Db>,
    pub(super) writer: Pool<Db>,
    pub(super) project: String,
}

impl Store {
    pub(super) async fn find_user(&self, id: &str) -> sqlx::Result<Option<Person>> {
        let query = sqlx::query(FIND_USER).bind(&self.project).bind(id);
        let row = query.fetch_optional(&self.readers).await?;
        row.as_ref().map(read).transpose()
    }

    pub(super) async fn page(&self, limit: i64) -> sqlx::Result<Vec<Person>> {
        let query = sqlx::query(PAGE).bind(&self.project).bind(limit + 1);
        query.fetch_all(&self.readers).await?.iter().map(read).collect()
    }

    pub(super) async fn permissions(&self, team: &str, user: &str) -> sqlx::Result<Vec<Option<String>>> {
        let query = sqlx::query_scalar(PERMISSIONS)
            .bind(&self.project)
            .bind(team)
            .bind(user);
        query.fetch_all(&self.readers).await
    }

    /// The session and its user, marked as active.
    pub(super) async fn refresh(&self, hash: &[u8], now: i64, ip_info: &str) -> sqlx::Result<Option<(String, Person)>> {
        let query = sqlx::query(FIND_SESSION).bind(&self.project).bind(hash);
        let Some(row) = query.fetch_optional(&self.readers).await? else {
            return Ok(None);
        };
        let (session, user): (String, String) = (row.try_get("id")?, row.try_get("user_id")?);
        if row.try_get::<i64, _>("expires_at")? <= now {
            return Ok(None);
        }
        let mut writer = self.writer.begin_with(BEGIN).await?;
        let touch = sqlx::query(TOUCH_SESSION)
            .bind(&self.project)
            .bind(&session)
            .bind(now)
            .bind(ip_info);
        touch.execute(&mut *writer).await?;
        self.touch_user(&mut writer, &user, now).await?;
        let person = self.reread(&mut writer, &user).await?;
        writer.commit().await?;
        Ok(person.map(|person| (session, person)))
    }

    /// Who signs in with this address, and their hash.
    pub(super) async fn find_password(&self, email: &str) -> sqlx::Result<Option<(String, String)>> {
        let mut reader = self.readers.acquire().await?;
        let query = sqlx::query(FIND_ADDRESS).bind(&self.project).bind(email);
        let Some(row) = query.fetch_optional(&mut *reader).await? else {
            return Ok(None);
        };
        let user: String = row.try_get("user_id")?;
        let query = sqlx::query(FIND_PASSWORD).bind(&self.project).bind(&user);
        let row = query.fetch_one(&mut *reader).await?;
        Ok(Some((user, row.try_get("password_hash")?)))
    }

    /// A new session, if the hash is still that.
    pub(super) async fn sign_in(
        &self,
        user: &str,
        password_hash: &str,
        session: &str,
        token_hash: &[u8],
        now: i64,
        ip_info: &str,
    ) -> sqlx::Result<Option<Person>> {
        let mut writer = self.writer.begin_with(BEGIN).await?;
        let lock = sqlx::query(LOCK_USER).bind(&self.project).bind(user);
        lock.fetch_optional(&mut *writer).await?;
        let query = sqlx::query(FIND_PASSWORD).bind(&self.project).bind(user);
        let row = query.fetch_one(&mut *writer).await?;
        if row.try_get::<Option<String>, _>("password_hash")?.as_deref() != Some(password_hash) {
            return Ok(None);
        }
        let person = self.reread(&mut writer, user).await?;
        self.touch_user(&mut writer, user, now).await?;
        let insert = sqlx::query(INSERT_SESSION)
            .bind(&self.project)
            .bind(session)
            .bind(user)
            .bind(token_hash)
            .bind(now)
            .bind(now + SESSION_MILLIS)
            .bind(ip_info);
        insert.execute(&mut *writer).await?;
        writer.commit().await?;
        Ok(person)
    }

    async fn touch_user(&self, writer: &mut Transaction<'_, Db>, user: &str, now: i64) -> sqlx::Result<()> {
        let query = sqlx::query(TOUCH_USER).bind(&self.project).bind(user).bind(now);
        query.execute(&mut **writer).await.map(drop)
    }

    async fn reread(&self, writer: &mut Transaction<'_, Db>, user: &str) -> sqlx::Result<Option<Person>> {
        let query = sqlx::query(FIND_USER).bind(&self.project).bind(user);
        let row = query.fetch_optional(&mut **writer).await?;
        row.as_ref().map(read).transpose()
    }
}

fn read(row: &DbRow) -> sqlx::Result<Person> {
    Ok(Person {
        id: row.try_get("id")?,
        signed_up_at: row.try_get("signed_up_at")?,
        last_active_at: row.try_get("last_active_at")?,
        is_anonymous: row.try_get("is_anonymous")?,
        is_restricted: row.try_get("is_restricted")?,
        otp_enabled: row.try_get("otp_enabled")?,
        requires_totp_mfa: row.try_get("requires_totp_mfa")?,
        bot_score: row.try_get("sign_up_bot_score")?,
        free_trial_abuse_score: row.try_get("sign_up_free_trial_abuse_score")?,
        country_code: row.try_get("country_code")?,
        display_name: row.try_get("display_name")?,
        has_password: row.try_get("has_password")?,
        restriction_reason: row.try_get("restriction_reason")?,
        restriction_private_details: row.try_get("restriction_private_details")?,
        metadata: [
            row.try_get("client_metadata")?,
            row.try_get("client_read_only_metadata")?,
            row.try_get("server_metadata")?,
        ],
        profile_image_url: row.try_get("profile_image_url")?,
        email: row.try_get("email")?,
        email_is_verified: row.try_get("email_is_verified")?,
        email_used_for_auth: row.try_get("email_used_for_auth")?,
        has_passkey: row.try_get("has_passkey")?,
        team_id: row.try_get("team_id")?,
        team_created_at: row.try_get("team_created_at")?,
        team_display_name: row.try_get("team_display_name")?,
        team_profile_image_url: row.try_get("team_profile_image_url")?,
        team_metadata: [
            row.try_get("team_client_metadata")?,
            row.try_get("team_client_read_only_metadata")?,
            row.try_get("team_server_metadata")?,
        ],
    })
}
