//! How a user with primary e-mail and selected team is read in one query.

use stack_domain::{
    models::{AdminRestriction, OAuthAccount, PrimaryEmail, RiskScores, SignInMethods, Team, User, UserProfile},
    ports::StorageResult,
};

use crate::{db::Row, repositories::metadata::read_metadata};

/// Selects users `u` with all that [`read_user`] wants; `$from` adds a table, `$rest` conditions, order and limit.
macro_rules! select_users {
    ($from:literal; $($rest:expr),+) => {
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
             FROM users u ",
            $from,
            " LEFT JOIN contact_channels c
                 ON c.project_id = u.project_id AND c.user_id = u.id AND c.kind = 'email' AND c.is_primary
             LEFT JOIN team_memberships m ON m.project_id = u.project_id AND m.user_id = u.id AND m.is_selected
             LEFT JOIN teams t ON t.project_id = m.project_id AND t.id = m.team_id
             WHERE u.project_id = $1 ",
            $($rest),+
        )
    };
}
pub(crate) use select_users;

/// Reads a row of `select_users`; the OAuth accounts are filled in by the caller if there are any.
pub(super) fn read_user(row: &Row) -> StorageResult<(User, HasOAuthAccounts)> {
    let user = User {
        profile: read_profile(row)?,
        sign_in: SignInMethods {
            has_password: row.get("has_password")?,
            otp_enabled: row.get("otp_enabled")?,
            has_passkey: row.get("has_passkey")?,
            requires_totp_mfa: row.get("requires_totp_mfa")?,
        },
        primary_email: match row.get("email")? {
            Some(value) => Some(PrimaryEmail {
                value,
                is_verified: row.get("email_is_verified")?,
                used_for_auth: row.get("email_used_for_auth")?,
            }),
            None => None,
        },
        selected_team: read_selected_team(row)?,
        oauth_accounts: Vec::new(),
    };
    Ok((user, HasOAuthAccounts(row.get("has_oauth_accounts")?)))
}

/// Whether a user that was read has OAuth accounts yet to be read.
#[derive(Clone, Copy)]
pub(super) struct HasOAuthAccounts(pub(super) bool);

fn read_profile(row: &Row) -> StorageResult<UserProfile> {
    let restriction = if row.get("is_restricted")? {
        Some(AdminRestriction {
            reason: row.get("restriction_reason")?,
            private_details: row.get("restriction_private_details")?,
        })
    } else {
        None
    };
    Ok(UserProfile {
        id: row.get("id")?,
        display_name: row.get("display_name")?,
        profile_image_url: row.get("profile_image_url")?,
        metadata: read_metadata(row, ["client_metadata", "client_read_only_metadata", "server_metadata"])?,
        is_anonymous: row.get("is_anonymous")?,
        restriction,
        country_code: row.get("country_code")?,
        risk_scores: RiskScores {
            bot: row.get("sign_up_bot_score")?,
            free_trial_abuse: row.get("sign_up_free_trial_abuse_score")?,
        },
        signed_up_at: row.get("signed_up_at")?,
        last_active_at: row.get("last_active_at")?,
    })
}

fn read_selected_team(row: &Row) -> StorageResult<Option<Team>> {
    let Some(id) = row.get("team_id")? else { return Ok(None) };
    Ok(Some(Team {
        id,
        display_name: row.get("team_display_name")?,
        profile_image_url: row.get("team_profile_image_url")?,
        metadata: read_metadata(
            row,
            [
                "team_client_metadata",
                "team_client_read_only_metadata",
                "team_server_metadata",
            ],
        )?,
        created_at: row.get("team_created_at")?,
    }))
}

/// Reads a row of the OAuth accounts.
pub(in crate::repositories) fn read_oauth_account(row: &Row) -> StorageResult<OAuthAccount> {
    Ok(OAuthAccount {
        id: row.get("id")?,
        user_id: row.get("user_id")?,
        provider_id: row.get("provider_id")?,
        account_id: row.get("account_id")?,
        email: row.get("email")?,
        allow_sign_in: row.get("allow_sign_in")?,
        allow_connected_accounts: row.get("allow_connected_accounts")?,
        created_at: row.get("created_at")?,
    })
}
