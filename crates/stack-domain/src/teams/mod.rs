//! Teams: groups of a project's users.
//!
//! Who belongs to a team is [`crate::team_memberships`]' to say, how members are shown in it
//! [`crate::team_member_profiles`]', and who is asked to join [`crate::team_invitations`]'.
//!
//! Whoever changes a team, deletes it, joins it or takes up an invitation to it locks its row first; all else is locked
//! after it, in the order code, invitation, membership. So none of them waits for another in a circle.

mod change;
mod member;
mod read;
mod shown;

use std::sync::Arc;

pub use change::{TeamCreate, TeamFields};
pub use shown::server_team;

pub(crate) use member::TeamCreator;

use crate::{
    core::Core,
    error::{DomainError, DomainResult},
};

/// How many teams, members or invitations are listed at once.
pub const MAX_LISTED: u32 = 100_000;

/// How many to ask the storage for: one more than are listed.
pub(crate) const ASKED_FOR: u32 = MAX_LISTED + 1;

/// Gives what was asked for, unless it is more than may be listed at once. Nobody takes a part of it for all.
///
/// # Errors
///
/// Bad request.
pub(crate) fn all_of<T>(listed: Vec<T>) -> DomainResult<Vec<T>> {
    if listed.len() > MAX_LISTED as usize {
        return Err(DomainError::bad_request(format!(
            "There are more than {MAX_LISTED} of them. Ask for those of one team or of one user."
        )));
    }
    Ok(listed)
}

/// Teams.
pub struct Teams<S>(pub(crate) Arc<Core<S>>);
