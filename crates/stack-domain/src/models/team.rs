//! Teams, who belongs to them and who is asked to.

use stack_types::{Millis, TeamId, TeamInvitationId, UserId};

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

/// How a member is shown in a team: with the name and the picture that they have there, else with their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMemberProfile {
    /// The team.
    pub team_id: TeamId,
    /// The member.
    pub user_id: UserId,
    /// The member's name.
    pub display_name: Option<String>,
    /// The member's picture.
    pub profile_image_url: Option<String>,
}

/// Whose memberships are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamMembershipsOf {
    /// Those of all members of all teams.
    Everybody,
    /// Those of the members of a team.
    Team(TeamId),
    /// Those of a user in all their teams.
    User(UserId),
}

/// An invitation that is neither taken up nor revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamInvitation {
    /// The invitation's id, and that of its code.
    pub id: TeamInvitationId,
    /// The team.
    pub team_id: TeamId,
    /// The address that was invited, in its normal form.
    pub recipient_email: String,
    /// When it was sent.
    pub created_at: Millis,
    /// From when on it is refused.
    pub expires_at: Millis,
}

/// An invitation, with what its team is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTeamInvitation {
    /// The invitation.
    pub invitation: TeamInvitation,
    /// What people call the team.
    pub team_display_name: String,
}
