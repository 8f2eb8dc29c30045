//! Which permissions somebody was given.

use stack_types::{TeamId, UserId};

/// A permission that a member was given in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamPermission {
    /// The team.
    pub team_id: TeamId,
    /// The member.
    pub user_id: UserId,
    /// The permission.
    pub permission_id: String,
}

/// A permission that a user was given in the whole project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectPermission {
    /// The user.
    pub user_id: UserId,
    /// The permission.
    pub permission_id: String,
}
