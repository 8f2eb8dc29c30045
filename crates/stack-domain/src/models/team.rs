//! Teams and who belongs to them.

use stack_types::{Millis, TeamId, UserId};

use super::Metadata;

/// A group of a project's users.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// The team's id.
    pub id: TeamId,
    /// The name that people see.
    pub display_name: String,
    /// Its picture.
    pub profile_image_url: Option<String>,
    /// What the project's code keeps with it.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Millis,
}

/// A user's membership in a team.
///
/// The storage keeps at most one selected membership per user.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamMembership {
    /// The team.
    pub team_id: TeamId,
    /// The member.
    pub user_id: UserId,
    /// Whether it is the member's current team.
    pub is_selected: bool,
    /// The member's name within this team, if it differs from the user's.
    pub display_name: Option<String>,
    /// The member's picture within this team, if it differs from the user's.
    pub profile_image_url: Option<String>,
    /// When the user joined.
    pub created_at: Millis,
}
