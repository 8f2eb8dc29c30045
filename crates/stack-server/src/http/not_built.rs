//! The one list of what this server leaves out: whole tags, and operations of other tags. Nothing else answers 501.

use stack_server_api::{ApiError, leave_out};

leave_out! {
    /// The tags of which this server has nothing.
    pub const LEFT_OUT_TAGS: super::Server = [
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
        Webhooks,
        InternalConfig,
        InternalEmails,
        InternalEmailTemplates,
        InternalAi,
        InternalMisc,
    ];
}

/// Whom a rule would restrict isn't looked up.
const PREVIEWS: &str = "seeing whom an onboarding rule would restrict";
/// Nothing counts them.
const RULE_COUNTS: &str = "counting how often sign-up rules matched";
/// The rules don't tell why they decide as they do.
const RULE_TRIALS: &str = "trying sign-up rules";

/// The operations of other tags that answer 501, each with what is missing.
pub const NOT_BUILT: &[(&str, &str)] = &[
    ("preview_affected_users", PREVIEWS),
    ("get_sign_up_rules_stats", RULE_COUNTS),
    ("test_sign_up_rules", RULE_TRIALS),
];

/// The answer of an operation that isn't built.
pub(super) fn answer_of(operation: &str) -> ApiError {
    match NOT_BUILT.iter().find(|(id, _)| *id == operation) {
        Some((_, what)) => ApiError::NotBuilt(what),
        // A mistake of ours.
        None => ApiError::internal(format!("not built, but not listed as such: {operation}")),
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
        assert_eq!(answer_of("fly").status().as_u16(), 500);
        assert_eq!(answer_of("test_sign_up_rules").status().as_u16(), 501);
    }
}
