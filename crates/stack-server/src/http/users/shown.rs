//! Users as clients see them, and as servers do.

use stack_domain::{
    config::ProjectConfig,
    models::{Team, User, UserPage},
    users::{RestrictedReason, server_user, shown_oauth_account, shown_restricted_reason},
};
use stack_types::{Pagination, Patch, UserList, client};

/// A page of users.
pub(super) fn user_list(page: UserPage, config: &ProjectConfig) -> UserList {
    UserList {
        items: page.items.into_iter().map(|user| server_user(user, config)).collect(),
        is_paginated: true,
        pagination: Some(Pagination {
            next_cursor: page.next_cursor.map(|id| id.to_string()),
        }),
    }
}

/// A user as clients see their own.
pub(super) fn client_user(user: User, config: &ProjectConfig) -> client::User {
    let reason = RestrictedReason::of(&user, config);
    let User {
        profile,
        sign_in,
        primary_email,
        selected_team,
        oauth_accounts,
    } = user;
    client::User {
        id: profile.id,
        primary_email_verified: primary_email.as_ref().is_some_and(|email| email.is_verified),
        primary_email: primary_email.map(|email| email.value),
        display_name: profile.display_name,
        selected_team_id: selected_team.as_ref().map(|team| team.id),
        selected_team: selected_team.map(client_team),
        profile_image_url: profile.profile_image_url,
        signed_up_at_millis: profile.signed_up_at,
        has_password: sign_in.has_password,
        otp_auth_enabled: sign_in.otp_enabled,
        passkey_auth_enabled: sign_in.has_passkey,
        client_metadata: profile.metadata.client,
        client_read_only_metadata: profile.metadata.client_read_only,
        is_anonymous: profile.is_anonymous,
        is_restricted: reason.is_some(),
        restricted_reason: reason.map(shown_restricted_reason),
        restricted_by_admin: profile.restriction.is_some(),
        restricted_by_admin_reason: profile.restriction.and_then(|restriction| restriction.reason),
        oauth_providers: oauth_accounts.into_iter().map(shown_oauth_account).collect(),
        auth_with_email: sign_in.has_password || sign_in.otp_enabled,
        requires_totp_mfa: sign_in.requires_totp_mfa,
    }
}

fn client_team(team: Team) -> client::SelectedTeam {
    client::SelectedTeam {
        id: team.id,
        display_name: team.display_name,
        profile_image_url: team.profile_image_url,
        client_metadata: Patch::Value(team.metadata.client),
        client_read_only_metadata: Patch::Value(team.metadata.client_read_only),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use stack_domain::models::{
        AdminRestriction, Metadata, PrimaryEmail, RiskScores, SignInMethods, Team, User, UserProfile,
    };
    use stack_types::Millis;
    use uuid::Uuid;

    use super::*;

    /// Whatever only servers may see says so.
    const HIDDEN: &str = "for servers only";

    fn user() -> User {
        let metadata = Metadata {
            client: json!({ "theme": "dark" }),
            client_read_only: json!(["pro"]),
            server: json!({ "note": HIDDEN }),
        };
        User {
            profile: UserProfile {
                id: Uuid::from_u128(1).into(),
                display_name: Some("Ada".to_owned()),
                profile_image_url: None,
                metadata: metadata.clone(),
                is_anonymous: false,
                restriction: Some(AdminRestriction {
                    reason: Some("spam".to_owned()),
                    private_details: Some(HIDDEN.to_owned()),
                }),
                country_code: Some(HIDDEN.to_owned()),
                risk_scores: RiskScores {
                    bot: 97,
                    free_trial_abuse: 98,
                },
                signed_up_at: Millis(1_000),
                last_active_at: Millis(2_000),
            },
            sign_in: SignInMethods {
                has_password: true,
                ..SignInMethods::default()
            },
            primary_email: Some(PrimaryEmail {
                value: "ada@example.com".to_owned(),
                is_verified: true,
                used_for_auth: true,
            }),
            selected_team: Some(Team {
                id: Uuid::from_u128(2).into(),
                display_name: "Engines".to_owned(),
                profile_image_url: None,
                metadata,
                created_at: Millis(500),
            }),
            oauth_accounts: Vec::new(),
        }
    }

    fn names(value: &Value) -> Vec<&str> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect()
    }

    #[test]
    fn a_client_sees_nothing_that_is_for_servers() {
        let shown = serde_json::to_value(client_user(user(), &ProjectConfig::default())).expect("it has a JSON form");
        assert!(!shown.to_string().contains(HIDDEN), "{shown}");
        for name in [
            "server_metadata",
            "last_active_at_millis",
            "risk_scores",
            "country_code",
            "restricted_by_admin_private_details",
            "primary_email_auth_enabled",
        ] {
            assert!(!names(&shown).contains(&name), "{name}");
        }
        assert_eq!(shown["restricted_by_admin_reason"], "spam");
        assert_eq!(shown["selected_team"]["client_metadata"], json!({ "theme": "dark" }));
    }

    #[test]
    fn a_server_sees_what_a_client_sees_and_more() {
        let config = ProjectConfig::default();
        let client = serde_json::to_value(client_user(user(), &config)).expect("it has a JSON form");
        let server = serde_json::to_value(server_user(user(), &config)).expect("it has a JSON form");
        for (name, value) in client.as_object().expect("an object") {
            if name != "selected_team" {
                assert_eq!(&server[name], value, "{name}");
            }
        }
        assert_eq!(server["server_metadata"], json!({ "note": HIDDEN }));
        assert_eq!(server["selected_team"]["server_metadata"], json!({ "note": HIDDEN }));
        assert_eq!(
            server["risk_scores"],
            json!({ "sign_up": { "bot": 97, "free_trial_abuse": 98 } })
        );
    }

    #[test]
    fn metadata_that_was_never_set_is_null_and_not_absent() {
        let mut user = user();
        user.profile.metadata = Metadata::default();
        user.selected_team = None;
        let shown = serde_json::to_value(server_user(user, &ProjectConfig::default())).expect("it has a JSON form");
        for name in [
            "client_metadata",
            "client_read_only_metadata",
            "server_metadata",
            "selected_team",
        ] {
            assert_eq!(shown.get(name), Some(&Value::Null), "{name}");
        }
    }
}
