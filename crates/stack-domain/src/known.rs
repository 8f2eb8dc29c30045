//! The known errors that carry details, built in one place: a change of their types in the contract ends here.

use stack_types::{EmailId, KnownError, Millis, ProjectId, SessionId, TeamId, UserId};

use crate::{
    config::PermissionScope,
    error::DomainError,
    models::{ApiKeyOwnerKind, ContactChannelType, EmailStatus},
    users::{RestrictedReason, shown_restricted_reason},
};

pub(crate) fn invalid_shared_provider(provider_id: &str) -> DomainError {
    KnownError::InvalidSharedOauthProviderId {
        provider_id: provider_id.to_owned(),
    }
    .into()
}

pub(crate) fn email_not_editable(id: EmailId, status: EmailStatus) -> DomainError {
    KnownError::EmailNotEditable {
        email_id: id.to_string(),
        status: status.as_str().to_uppercase().replace('-', "_"),
    }
    .into()
}

pub(crate) fn access_token_expired(
    expired_at: Option<Millis>,
    project: Option<&ProjectId>,
    user: Option<UserId>,
    session: Option<SessionId>,
) -> DomainError {
    KnownError::AccessTokenExpired {
        expired_at_millis: expired_at,
        project_id: project.cloned(),
        user_id: user,
        refresh_token_id: session,
    }
    .into()
}

pub(crate) fn admin_access_token_expired(expired_at: Millis) -> DomainError {
    KnownError::AdminAccessTokenExpired {
        expired_at_millis: Some(expired_at),
    }
    .into()
}

pub(crate) fn invalid_project_for_access_token(expected: &ProjectId, actual: &ProjectId) -> DomainError {
    KnownError::InvalidProjectForAccessToken {
        expected_project_id: expected.clone(),
        actual_project_id: actual.clone(),
    }
    .into()
}

pub(crate) fn restricted_user_not_allowed(reason: RestrictedReason) -> DomainError {
    KnownError::RestrictedUserNotAllowed {
        restricted_reason: shown_restricted_reason(reason),
    }
    .into()
}

pub(crate) fn team_invitation_restricted(reason: RestrictedReason) -> DomainError {
    KnownError::TeamInvitationRestrictedUserNotAllowed {
        restricted_reason: shown_restricted_reason(reason),
    }
    .into()
}

pub(crate) fn current_project_not_found(project: &ProjectId) -> DomainError {
    KnownError::CurrentProjectNotFound {
        project_id: project.clone(),
    }
    .into()
}

pub(crate) fn project_not_found(project: &ProjectId) -> DomainError {
    KnownError::ProjectNotFound {
        project_id: project.clone(),
    }
    .into()
}

pub(crate) fn branch_does_not_exist(branch: &str) -> DomainError {
    KnownError::BranchDoesNotExist {
        branch_id: branch.to_owned(),
    }
    .into()
}

pub(crate) fn publishable_client_key_required(project: &ProjectId) -> DomainError {
    KnownError::PublishableClientKeyRequiredForProject {
        project_id: Some(project.clone()),
    }
    .into()
}

pub(crate) fn invalid_publishable_client_key(project: &ProjectId) -> DomainError {
    KnownError::InvalidPublishableClientKey {
        project_id: project.clone(),
    }
    .into()
}

pub(crate) fn invalid_secret_server_key(project: &ProjectId) -> DomainError {
    KnownError::InvalidSecretServerKey {
        project_id: project.clone(),
    }
    .into()
}

pub(crate) fn invalid_super_secret_admin_key(project: &ProjectId) -> DomainError {
    KnownError::InvalidSuperSecretAdminKey {
        project_id: project.clone(),
    }
    .into()
}

pub(crate) fn user_id_does_not_exist(user: UserId) -> DomainError {
    KnownError::UserIdDoesNotExist { user_id: user }.into()
}

pub(crate) fn user_email_already_exists(email: &str) -> DomainError {
    KnownError::UserEmailAlreadyExists {
        email: email.to_owned(),
        would_work_if_email_was_verified: false,
    }
    .into()
}

/// The address is that of a user who never verified it.
pub(crate) fn user_email_not_verified(email: &str) -> DomainError {
    KnownError::UserEmailAlreadyExists {
        email: email.to_owned(),
        would_work_if_email_was_verified: true,
    }
    .into()
}

pub(crate) fn contact_channel_used_for_auth(kind: ContactChannelType, value: &str) -> DomainError {
    KnownError::ContactChannelAlreadyUsedForAuthBySomeoneElse {
        r#type: kind.as_str().to_owned(),
        contact_channel_value: Some(value.to_owned()),
        would_work_if_email_was_verified: false,
    }
    .into()
}

pub(crate) fn email_is_not_primary_email(email: &str, primary_email: Option<String>) -> DomainError {
    KnownError::EmailIsNotPrimaryEmail {
        email: email.to_owned(),
        primary_email,
    }
    .into()
}

pub(crate) fn wrong_api_key_type(expected: ApiKeyOwnerKind, actual: ApiKeyOwnerKind) -> DomainError {
    KnownError::WrongApiKeyType {
        expected_type: expected.as_str().to_owned(),
        actual_type: actual.as_str().to_owned(),
    }
    .into()
}

pub(crate) fn team_not_found(team: TeamId) -> DomainError {
    KnownError::TeamNotFound { team_id: team }.into()
}

pub(crate) fn team_membership_not_found(team: TeamId, user: UserId) -> DomainError {
    KnownError::TeamMembershipNotFound {
        team_id: team,
        user_id: user,
    }
    .into()
}

pub(crate) fn team_permission_required(team: TeamId, user: UserId, permission: &str) -> DomainError {
    KnownError::TeamPermissionRequired {
        team_id: team,
        user_id: user,
        permission_id: permission.to_owned(),
    }
    .into()
}

pub(crate) fn team_permission_not_found(team: TeamId, user: UserId, permission: &str) -> DomainError {
    KnownError::TeamPermissionNotFound {
        team_id: team,
        user_id: user,
        permission_id: permission.to_owned(),
    }
    .into()
}

pub(crate) fn permission_not_found(permission: &str) -> DomainError {
    KnownError::PermissionNotFound {
        permission_id: permission.to_owned(),
    }
    .into()
}

pub(crate) fn wrong_permission_scope(
    permission: &str,
    expected: PermissionScope,
    actual: PermissionScope,
) -> DomainError {
    KnownError::WrongPermissionScope {
        permission_id: permission.to_owned(),
        expected_scope: expected.as_str().to_owned(),
        actual_scope: Some(actual.as_str().to_owned()),
    }
    .into()
}

pub(crate) fn contained_permission_not_found(permission: &str) -> DomainError {
    KnownError::ContainedPermissionNotFound {
        permission_id: permission.to_owned(),
    }
    .into()
}

pub(crate) fn permission_id_already_exists(permission: &str) -> DomainError {
    KnownError::PermissionIdAlreadyExists {
        permission_id: permission.to_owned(),
    }
    .into()
}

pub(crate) fn password_too_short(min_length: usize) -> DomainError {
    KnownError::PasswordTooShort {
        min_length: i64::try_from(min_length).unwrap_or(i64::MAX),
    }
    .into()
}

pub(crate) fn password_too_long(max_length: usize) -> DomainError {
    KnownError::PasswordTooLong {
        max_length: i64::try_from(max_length).unwrap_or(i64::MAX),
    }
    .into()
}

pub(crate) fn sign_up_rejected() -> DomainError {
    let message = "Your sign up was rejected by an administrator's sign-up rule.".to_owned();
    KnownError::SignUpRejected { message }.into()
}

pub(crate) fn invalid_oauth_client(client_id: Option<&str>) -> DomainError {
    KnownError::InvalidOauthClientIdOrSecret {
        client_id: client_id.map(str::to_owned),
    }
    .into()
}

pub(crate) fn email_used_by_someone_else(email: &str, would_work_if_verified: bool) -> DomainError {
    KnownError::ContactChannelAlreadyUsedForAuthBySomeoneElse {
        r#type: "email".to_owned(),
        contact_channel_value: Some(email.to_owned()),
        would_work_if_email_was_verified: would_work_if_verified,
    }
    .into()
}
