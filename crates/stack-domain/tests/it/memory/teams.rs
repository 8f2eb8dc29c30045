//! Teams, memberships and invitations.

use super::*;

impl TeamRepository for Connection {
    async fn find_team(&mut self, project: &ProjectId, id: TeamId) -> StorageResult<Option<Team>> {
        Ok(of(&self.seen().teams, project).find(|team| team.id == id).cloned())
    }

    async fn lock_team(&mut self, project: &ProjectId, id: TeamId) -> StorageResult<bool> {
        Ok(of(&self.changed()?.teams, project).any(|team| team.id == id))
    }

    async fn list_teams(&mut self, project: &ProjectId, limit: u32) -> StorageResult<Vec<Team>> {
        Ok(of(&self.seen().teams, project).take(limit as usize).cloned().collect())
    }

    async fn owns_projects(&mut self, team: TeamId) -> StorageResult<bool> {
        let mut projects = self.seen().projects.values();
        Ok(projects.any(|stored| stored.project.owner_team_id == Some(team)))
    }

    async fn list_teams_of_user(&mut self, project: &ProjectId, user: UserId, limit: u32) -> StorageResult<Vec<Team>> {
        let state = self.seen();
        let member = |team: &&Team| of(&state.memberships, project).any(|m| m.team_id == team.id && m.user_id == user);
        Ok(of(&state.teams, project)
            .filter(member)
            .take(limit as usize)
            .cloned()
            .collect())
    }

    async fn insert_team(&mut self, project: &ProjectId, team: &Team) -> StorageResult<()> {
        let state = self.changed()?;
        unique(
            of(&state.teams, project).any(|other| other.id == team.id),
            UniqueRule::TeamId,
        )?;
        state.teams.push((project.clone(), team.clone()));
        Ok(())
    }

    async fn update_team(&mut self, project: &ProjectId, team: &Team) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.teams, project, |other| other.id == team.id);
        Ok(found.map(|other| *other = team.clone()).is_some())
    }

    async fn delete_team(&mut self, project: &ProjectId, id: TeamId) -> StorageResult<bool> {
        let state = self.changed()?;
        remove(&mut state.memberships, project, |membership| membership.team_id == id);
        remove(&mut state.invitations, project, |invitation| invitation.team_id == id);
        remove(&mut state.owned_keys, project, |key| key.owner.team() == Some(id));
        state
            .team_permissions
            .retain(|(owner, team, _, _)| owner != project || *team != id);
        Ok(remove(&mut state.teams, project, |team| team.id == id) > 0)
    }

    async fn find_team_membership(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> StorageResult<Option<TeamMembership>> {
        Ok(of(&self.seen().memberships, project)
            .find(|m| m.team_id == team && m.user_id == user)
            .cloned())
    }

    async fn insert_team_membership(&mut self, project: &ProjectId, membership: &TeamMembership) -> StorageResult<()> {
        let state = self.changed()?;
        let is_same = |m: &TeamMembership| (m.team_id, m.user_id) == (membership.team_id, membership.user_id);
        unique(of(&state.memberships, project).any(is_same), UniqueRule::TeamMembership)?;
        state.require_user(project, membership.user_id)?;
        state.require_team(project, membership.team_id)?;
        state.memberships.push((project.clone(), membership.clone()));
        Ok(())
    }

    async fn update_team_membership(
        &mut self,
        project: &ProjectId,
        membership: &TeamMembership,
    ) -> StorageResult<bool> {
        let is_same = |m: &TeamMembership| (m.team_id, m.user_id) == (membership.team_id, membership.user_id);
        let found = find(&mut self.changed()?.memberships, project, is_same);
        Ok(found
            .map(|found| {
                found.display_name.clone_from(&membership.display_name);
                found.profile_image_url.clone_from(&membership.profile_image_url);
            })
            .is_some())
    }

    async fn delete_team_membership(&mut self, project: &ProjectId, team: TeamId, user: UserId) -> StorageResult<bool> {
        let state = self.changed()?;
        state
            .team_permissions
            .retain(|(owner, of_team, of_user, _)| (owner, *of_team, *of_user) != (project, team, user));
        let is_same = |m: &TeamMembership| (m.team_id, m.user_id) == (team, user);
        Ok(remove(&mut state.memberships, project, is_same) > 0)
    }

    async fn find_team_member_profile(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        user: UserId,
    ) -> StorageResult<Option<TeamMemberProfile>> {
        let profiles = self.list_team_member_profiles(project, TeamMembershipsOf::Team(team), u32::MAX);
        Ok(profiles.await?.into_iter().find(|profile| profile.user_id == user))
    }

    async fn list_team_member_profiles(
        &mut self,
        project: &ProjectId,
        whose: TeamMembershipsOf,
        limit: u32,
    ) -> StorageResult<Vec<TeamMemberProfile>> {
        let state = self.seen();
        let is_meant = |m: &&TeamMembership| match whose {
            TeamMembershipsOf::Everybody => true,
            TeamMembershipsOf::Team(team) => m.team_id == team,
            TeamMembershipsOf::User(user) => m.user_id == user,
        };
        let profile = |m: &TeamMembership| {
            let user = state.user(project, m.user_id)?.profile;
            Some(TeamMemberProfile {
                team_id: m.team_id,
                user_id: m.user_id,
                display_name: m.display_name.clone().or(user.display_name),
                profile_image_url: m.profile_image_url.clone().or(user.profile_image_url),
            })
        };
        let memberships = of(&state.memberships, project).filter(is_meant);
        Ok(memberships.filter_map(profile).take(limit as usize).collect())
    }

    async fn select_team(&mut self, project: &ProjectId, user: UserId, team: Option<TeamId>) -> StorageResult<bool> {
        let state = self.changed()?;
        let is_member = |team| of(&state.memberships, project).any(|m| m.user_id == user && m.team_id == team);
        if !team.is_none_or(is_member) {
            return Ok(false);
        }
        for (_, membership) in state
            .memberships
            .iter_mut()
            .filter(|(owner, m)| owner == project && m.user_id == user)
        {
            membership.is_selected = Some(membership.team_id) == team;
        }
        Ok(true)
    }
}

impl TeamInvitationRepository for Connection {
    async fn insert_team_invitation(&mut self, project: &ProjectId, invitation: &TeamInvitation) -> StorageResult<()> {
        let state = self.changed()?;
        state.require_team(project, invitation.team_id)?;
        state.invitations.push((project.clone(), invitation.clone()));
        Ok(())
    }

    async fn find_team_invitation(
        &mut self,
        project: &ProjectId,
        id: TeamInvitationId,
    ) -> StorageResult<Option<OpenTeamInvitation>> {
        let state = self.seen();
        let found = of(&state.invitations, project).find(|invitation| invitation.id == id);
        Ok(found.and_then(|found| state.open(project, found)))
    }

    async fn list_invitations_to_team(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        now: Millis,
        limit: u32,
    ) -> StorageResult<Vec<OpenTeamInvitation>> {
        let state = self.seen();
        let to_team = of(&state.invitations, project).filter(|it| it.team_id == team && it.expires_at > now);
        let open = to_team.filter_map(|invitation| state.open(project, invitation));
        Ok(open.take(limit as usize).collect())
    }

    async fn list_invitations_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
        now: Millis,
        limit: u32,
    ) -> StorageResult<Vec<OpenTeamInvitation>> {
        let state = self.seen();
        let is_theirs = |email: &str| {
            of(&state.channels, project).any(|it| it.user_id == user && it.is_verified && it.value == email)
        };
        let theirs = of(&state.invitations, project).filter(|it| it.expires_at > now && is_theirs(&it.recipient_email));
        let open = theirs.filter_map(|invitation| state.open(project, invitation));
        Ok(open.take(limit as usize).collect())
    }

    async fn delete_team_invitation(
        &mut self,
        project: &ProjectId,
        team: TeamId,
        id: TeamInvitationId,
    ) -> StorageResult<bool> {
        let is_same = |it: &TeamInvitation| (it.team_id, it.id) == (team, id);
        Ok(remove(&mut self.changed()?.invitations, project, is_same) > 0)
    }
}

impl State {
    fn require_team(&self, project: &ProjectId, id: TeamId) -> StorageResult<()> {
        let is_there = of(&self.teams, project).any(|team| team.id == id);
        is_there.then_some(()).ok_or(StorageError::MissingReference)
    }

    fn open(&self, project: &ProjectId, invitation: &TeamInvitation) -> Option<OpenTeamInvitation> {
        let team = of(&self.teams, project).find(|team| team.id == invitation.team_id)?;
        Some(OpenTeamInvitation {
            invitation: invitation.clone(),
            team_display_name: team.display_name.clone(),
        })
    }
}
