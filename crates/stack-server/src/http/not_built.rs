//! The one list of what this server leaves out: whole tags, and operations of other tags. Nothing else answers 501.

use stack_server_api::{ApiError, leave_out};

leave_out! {
    /// The tags of which this server has nothing.
    pub const LEFT_OUT_TAGS: super::Server = [
        Otp,
        Mfa,
        Passkey,
        CliAuth,
        OauthProviders,
        ConnectedAccounts,
        ContactChannels,
        Teams,
        TeamMemberships,
        TeamMemberProfiles,
        TeamInvitations,
        PermissionDefinitions,
        TeamPermissions,
        ProjectPermissions,
        ApiKeys,
        DataVault,
        Payments,
        Emails,
        EmailOutbox,
        Webhooks,
        InternalConfig,
        InternalEmails,
        InternalEmailTemplates,
        InternalOnboarding,
        InternalAi,
        InternalMisc,
    ];
}

/// Mail is needed for it.
const RESET_CODES: &str = "sending password reset codes";
/// Such a code was never sent.
const RESETS: &str = "resetting passwords by code";
/// The codes are those of sign-ins at other providers, which aren't there.
const AUTHORIZATION_CODES: &str = "the grant authorization_code, since nobody can sign in at other providers yet";
/// As the grant.
const OTHER_PROVIDERS: &str = "sign-in at other providers";
/// As the grant.
const OTHER_DOMAINS: &str = "signing in on another domain of the project";
/// The first factor alone must not begin a session.
const SECOND_FACTORS: &str = "sign-in with a second factor";

/// The operations of other tags that answer 501, each with what is missing. Where only some requests to it do, the text
/// names them. Some of the texts are those of the rules, by which they are found.
pub const NOT_BUILT: &[(&str, &str)] = &[
    ("send_password_reset_code", RESET_CODES),
    ("reset_password", RESETS),
    ("check_password_reset_code", RESETS),
    ("create_oauth_token", AUTHORIZATION_CODES),
    ("authorize_with_oauth_provider", OTHER_PROVIDERS),
    ("finish_oauth_authorization", OTHER_PROVIDERS),
    ("finish_oauth_authorization_by_form", OTHER_PROVIDERS),
    ("sign_in_with_apple", OTHER_PROVIDERS),
    ("create_own_provider_access_token", OTHER_PROVIDERS),
    ("authorize_cross_domain", OTHER_DOMAINS),
    ("sign_up_with_password", SECOND_FACTORS),
    ("sign_in_with_password", SECOND_FACTORS),
];

/// The answer of an operation that isn't built.
pub(super) fn answer_of(operation: &str) -> ApiError {
    find(|(id, _)| *id == operation, operation)
}

/// The answer where a rule says that `what` isn't built.
pub(super) fn answer_for(what: &'static str) -> ApiError {
    find(|(_, text)| *text == what, what)
}

/// What isn't listed doesn't answer 501: it is a mistake of ours.
fn find(is_meant: impl Fn(&&(&str, &'static str)) -> bool, name: &str) -> ApiError {
    match NOT_BUILT.iter().find(is_meant) {
        Some((_, what)) => ApiError::NotBuilt(what),
        None => ApiError::internal(format!("not built, but not listed as such: {name}")),
    }
}

#[cfg(test)]
mod tests {
    use stack_server_api::OPERATIONS;

    use super::*;

    #[test]
    fn every_entry_names_an_operation_of_a_tag_that_is_there() {
        for (id, _) in NOT_BUILT {
            let operation = OPERATIONS.iter().find(|operation| operation.id == *id);
            let tag = operation.map(|operation| operation.tag);
            assert!(tag.is_some_and(|tag| !LEFT_OUT_TAGS.contains(&tag)), "{id}");
        }
    }

    #[test]
    fn what_is_not_listed_does_not_answer_501() {
        assert_eq!(answer_for("flying").status().as_u16(), 500);
        assert_eq!(answer_of("reset_password").status().as_u16(), 501);
    }
}
