//! What shall become of users, and which of them are asked for.

use stack_domain::{
    models,
    users::{ListUsers, NewOAuthAccount, UserCreate, UserFields, UserUpdate},
};
use stack_server_api::users::ListUsersQuery;
use stack_types::{RiskScores, UserOauthProviderCreate, client, server};

/// Which users to list. They have but one order.
pub(super) fn list_command(query: ListUsersQuery) -> ListUsers {
    ListUsers {
        team_id: query.team_id,
        query: query.query,
        limit: query.limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX)),
        cursor: query.cursor.map(Into::into),
        descending: query.desc.unwrap_or(false),
        include_restricted: query.include_restricted.unwrap_or(false),
        include_anonymous: query.include_anonymous.unwrap_or(false),
        only_anonymous: query.only_anonymous.unwrap_or(false),
    }
}

/// A new user.
pub(super) fn user_creation(body: server::UserCreate) -> UserCreate {
    UserCreate {
        fields: UserFields {
            display_name: body.display_name,
            profile_image_url: body.profile_image_url,
            client_metadata: body.client_metadata,
            client_read_only_metadata: body.client_read_only_metadata,
            server_metadata: body.server_metadata,
            primary_email: body.primary_email,
            primary_email_verified: body.primary_email_verified,
            primary_email_auth_enabled: body.primary_email_auth_enabled,
            passkey_auth_enabled: body.passkey_auth_enabled,
            password: body.password,
            password_hash: body.password_hash,
            otp_auth_enabled: body.otp_auth_enabled,
            totp_secret_base64: body.totp_secret_base64,
            restricted_by_admin: body.restricted_by_admin,
            restricted_by_admin_reason: body.restricted_by_admin_reason,
            restricted_by_admin_private_details: body.restricted_by_admin_private_details,
            country_code: body.country_code,
            risk_scores: body.risk_scores.map(risk_scores),
        },
        is_anonymous: body.is_anonymous.unwrap_or(false),
        oauth_accounts: body
            .oauth_providers
            .unwrap_or_default()
            .into_iter()
            .map(oauth_account)
            .collect(),
    }
}

/// A change by a client: the fields that it may set, and no others.
pub(super) fn client_update(body: client::UserUpdate) -> UserUpdate {
    UserUpdate {
        fields: UserFields {
            display_name: body.display_name,
            profile_image_url: body.profile_image_url,
            client_metadata: body.client_metadata,
            primary_email: body.primary_email,
            passkey_auth_enabled: body.passkey_auth_enabled,
            otp_auth_enabled: body.otp_auth_enabled,
            totp_secret_base64: body.totp_secret_base64,
            ..UserFields::default()
        },
        selected_team_id: body.selected_team_id,
        upgrade: false,
    }
}

/// A change by a server.
pub(super) fn server_update(body: server::UserUpdate) -> UserUpdate {
    UserUpdate {
        fields: UserFields {
            display_name: body.display_name,
            profile_image_url: body.profile_image_url,
            client_metadata: body.client_metadata,
            client_read_only_metadata: body.client_read_only_metadata,
            server_metadata: body.server_metadata,
            primary_email: body.primary_email,
            primary_email_verified: body.primary_email_verified,
            primary_email_auth_enabled: body.primary_email_auth_enabled,
            passkey_auth_enabled: body.passkey_auth_enabled,
            password: body.password,
            password_hash: body.password_hash,
            otp_auth_enabled: body.otp_auth_enabled,
            totp_secret_base64: body.totp_secret_base64,
            restricted_by_admin: body.restricted_by_admin,
            restricted_by_admin_reason: body.restricted_by_admin_reason,
            restricted_by_admin_private_details: body.restricted_by_admin_private_details,
            country_code: body.country_code,
            risk_scores: body.risk_scores.map(risk_scores),
        },
        selected_team_id: body.selected_team_id,
        upgrade: body.is_anonymous == Some(false),
    }
}

/// Scores, which the schema holds between 0 and 100.
fn risk_scores(scores: RiskScores) -> models::RiskScores {
    let score = |score: i64| u8::try_from(score.clamp(0, 100)).unwrap_or_default();
    models::RiskScores {
        bot: score(scores.sign_up.bot),
        free_trial_abuse: score(scores.sign_up.free_trial_abuse),
    }
}

fn oauth_account(account: UserOauthProviderCreate) -> NewOAuthAccount {
    NewOAuthAccount {
        provider_id: account.id,
        account_id: account.account_id,
        email: account.email,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use stack_types::Patch;
    use uuid::Uuid;

    use super::*;

    fn server_change(body: Value) -> UserUpdate {
        server_update(serde_json::from_value(body).expect("it fits"))
    }

    #[test]
    fn what_an_update_leaves_out_is_left_alone() {
        assert_eq!(server_change(json!({})), UserUpdate::default());
        let body = serde_json::from_value(json!({})).expect("it fits");
        assert_eq!(client_update(body), UserUpdate::default());
    }

    #[test]
    fn null_clears_and_a_value_sets() {
        let cleared = server_change(json!({ "display_name": null, "password": null, "selected_team_id": null }));
        assert_eq!(cleared.fields.display_name, Patch::Null);
        assert_eq!(cleared.fields.password, Patch::Null);
        assert_eq!(cleared.selected_team_id, Patch::Null);

        let set = server_change(json!({ "display_name": "Ada", "selected_team_id": Uuid::from_u128(7) }));
        assert_eq!(set.fields.display_name, Patch::Value("Ada".to_owned()));
        assert_eq!(set.selected_team_id, Patch::Value(Uuid::from_u128(7).into()));
    }

    #[test]
    fn metadata_may_be_null_or_anything() {
        let change = server_change(json!({ "client_metadata": null, "server_metadata": [1, null] }));
        assert_eq!(change.fields.client_metadata, Patch::Null);
        assert_eq!(change.fields.client_read_only_metadata, Patch::Absent);
        assert_eq!(change.fields.server_metadata, Patch::Value(json!([1, null])));
    }

    #[test]
    fn only_is_anonymous_false_upgrades() {
        assert!(server_change(json!({ "is_anonymous": false })).upgrade);
        assert!(!server_change(json!({})).upgrade);
    }

    #[test]
    fn a_limit_beyond_all_users_lists_all() {
        let query: ListUsersQuery = serde_json::from_value(json!({ "limit": i64::MAX })).expect("it fits");
        assert_eq!(list_command(query).limit, Some(u32::MAX));
    }
}
