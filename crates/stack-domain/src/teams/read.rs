//! Looking at teams.

use stack_types::{TeamId, UserId};

use super::{ASKED_FOR, Teams, all_of};
use crate::{
    access::{AccessType, Caller},
    error::{DomainError, DomainResult},
    models::Team,
    ports::{Storage, TeamRepository},
};

impl<S: Storage> Teams<S> {
    /// Lists teams, the oldest first: those of a user, or of the whole project.
    ///
    /// # Errors
    ///
    /// Forbidden if a client doesn't name its own user; bad request if there are more than [`super::MAX_LISTED`].
    pub async fn list(&self, caller: &Caller, user: Option<UserId>) -> DomainResult<Vec<Team>> {
        if caller.access == AccessType::Client && !user.is_some_and(|user| caller.is_self(user)) {
            return Err(DomainError::forbidden(
                "A client may only list the teams of its own user; send user_id, `me` will do.",
            ));
        }
        let (project, mut reader) = (caller.tenant.id(), self.0.storage.read().await?);
        all_of(match user {
            Some(user) => reader.list_teams_of_user(project, user, ASKED_FOR).await?,
            None => reader.list_teams(project, ASKED_FOR).await?,
        })
    }

    /// Reads a team.
    ///
    /// # Errors
    ///
    /// `TEAM_MEMBERSHIP_NOT_FOUND` if a client's user isn't a member; `TEAM_NOT_FOUND`.
    pub async fn get(&self, caller: &Caller, team: TeamId) -> DomainResult<Team> {
        let (core, mut reader) = (&*self.0, self.0.storage.read().await?);
        if caller.access == AccessType::Client {
            core.require_team_access(&mut reader, caller, team, &[]).await?;
        }
        core.find_team_or_refuse(&mut reader, &caller.tenant, team).await
    }
}
