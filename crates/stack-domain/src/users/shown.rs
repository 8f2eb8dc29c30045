//! Users as servers see them, and as events tell of them.

use stack_types::{Patch, RestrictedReasonType, RiskScores, SignUpRiskScores, UserOauthProvider, server};

use crate::{
    config::ProjectConfig,
    models::{self, OAuthAccount, Team, User},
    users::RestrictedReason,
};

/// A user as servers see them.
pub fn server_user(user: User, config: &ProjectConfig) -> server::User {
    let reason = RestrictedReason::of(&user, config);
    let User {
        profile,
        sign_in,
        primary_email,
        selected_team,
        oauth_accounts,
    } = user;
    let restricted_by_admin = profile.restriction.is_some();
    let restriction = profile.restriction.unwrap_or_default();
    server::User {
        id: profile.id,
        primary_email_verified: primary_email.as_ref().is_some_and(|email| email.is_verified),
        primary_email_auth_enabled: primary_email.as_ref().is_some_and(|email| email.used_for_auth),
        primary_email: primary_email.map(|email| email.value),
        display_name: profile.display_name,
        selected_team_id: selected_team.as_ref().map(|team| team.id),
        selected_team: selected_team.map(server_team),
        profile_image_url: profile.profile_image_url,
        signed_up_at_millis: profile.signed_up_at,
        has_password: sign_in.has_password,
        otp_auth_enabled: sign_in.otp_enabled,
        passkey_auth_enabled: sign_in.has_passkey,
        client_metadata: profile.metadata.client,
        client_read_only_metadata: profile.metadata.client_read_only,
        server_metadata: profile.metadata.server,
        last_active_at_millis: profile.last_active_at,
        is_anonymous: profile.is_anonymous,
        is_restricted: reason.is_some(),
        restricted_reason: reason.map(shown_restricted_reason),
        restricted_by_admin,
        restricted_by_admin_reason: restriction.reason,
        restricted_by_admin_private_details: restriction.private_details,
        country_code: profile.country_code,
        risk_scores: risk_scores(profile.risk_scores),
        oauth_providers: oauth_accounts.into_iter().map(shown_oauth_account).collect(),
        auth_with_email: sign_in.has_password || sign_in.otp_enabled,
        requires_totp_mfa: sign_in.requires_totp_mfa,
    }
}

fn server_team(team: Team) -> server::SelectedTeam {
    server::SelectedTeam {
        created_at_millis: team.created_at,
        server_metadata: Patch::Value(team.metadata.server),
        id: team.id,
        display_name: team.display_name,
        profile_image_url: team.profile_image_url,
        client_metadata: Patch::Value(team.metadata.client),
        client_read_only_metadata: Patch::Value(team.metadata.client_read_only),
    }
}

/// An account as the wire has it.
pub fn shown_oauth_account(account: OAuthAccount) -> UserOauthProvider {
    UserOauthProvider {
        id: account.provider_id,
        account_id: account.account_id,
        email: account.email.into(),
    }
}

/// A reason as the wire has it.
pub const fn shown_restricted_reason(reason: RestrictedReason) -> stack_types::RestrictedReason {
    let r#type = match reason {
        RestrictedReason::Anonymous => RestrictedReasonType::Anonymous,
        RestrictedReason::EmailNotVerified => RestrictedReasonType::EmailNotVerified,
        RestrictedReason::RestrictedByAdministrator => RestrictedReasonType::RestrictedByAdministrator,
    };
    stack_types::RestrictedReason { r#type }
}

fn risk_scores(scores: models::RiskScores) -> RiskScores {
    RiskScores {
        sign_up: SignUpRiskScores {
            bot: scores.bot.into(),
            free_trial_abuse: scores.free_trial_abuse.into(),
        },
    }
}
