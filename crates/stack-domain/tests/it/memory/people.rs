//! Users with their channels, accounts and sessions.

use super::*;

impl UserRepository for Connection {
    async fn find_user(&mut self, project: &ProjectId, id: UserId) -> StorageResult<Option<User>> {
        Ok(self.seen().user(project, id))
    }

    async fn find_users(&mut self, project: &ProjectId, ids: &[UserId]) -> StorageResult<Vec<User>> {
        let state = self.seen();
        Ok(ids.iter().filter_map(|id| state.user(project, *id)).collect())
    }

    async fn list_users(&mut self, project: &ProjectId, filter: &UserFilter) -> StorageResult<UserPage> {
        let state = self.seen();
        let shown = |user: &User| match filter.anonymous {
            AnonymousFilter::Exclude => !user.profile.is_anonymous,
            AnonymousFilter::Include => true,
            AnonymousFilter::Only => user.profile.is_anonymous,
        };
        let unrestricted = |user: &User| {
            let verified = user.primary_email.as_ref().is_some_and(|email| email.is_verified);
            filter.include_restricted
                || user.profile.is_anonymous
                || (user.profile.restriction.is_none() && (verified || !filter.email_verification_required))
        };
        let users = of(&state.users, project).filter_map(|(profile, _)| state.user(project, profile.id));
        let mut items: Vec<_> = users.filter(|user| shown(user) && unrestricted(user)).collect();
        items.sort_by_key(|user| (user.profile.signed_up_at, user.profile.id));
        Ok(UserPage {
            items,
            next_cursor: None,
        })
    }

    async fn insert_user(
        &mut self,
        project: &ProjectId,
        profile: &UserProfile,
        credentials: &UserCredentials,
    ) -> StorageResult<()> {
        let state = self.changed()?;
        if !state.projects.contains_key(project) {
            return Err(StorageError::MissingReference);
        }
        state
            .users
            .push((project.clone(), (profile.clone(), credentials.clone())));
        Ok(())
    }

    async fn update_user_profile(&mut self, project: &ProjectId, profile: &UserProfile) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.users, project, |(old, _)| old.id == profile.id);
        let keep = |(old, _): &mut (UserProfile, _)| {
            *old = UserProfile {
                last_active_at: old.last_active_at,
                ..profile.clone()
            };
        };
        Ok(found.map(keep).is_some())
    }

    async fn find_user_credentials(
        &mut self,
        project: &ProjectId,
        id: UserId,
    ) -> StorageResult<Option<UserCredentials>> {
        let found = of(&self.seen().users, project).find(|(profile, _)| profile.id == id);
        Ok(found.map(|(_, credentials)| credentials.clone()))
    }

    async fn update_user_credentials(
        &mut self,
        project: &ProjectId,
        id: UserId,
        credentials: &UserCredentials,
    ) -> StorageResult<bool> {
        let state = self.changed()?;
        let Some((_, old)) = find(&mut state.users, project, |(profile, _)| profile.id == id) else {
            return Ok(false);
        };
        if old.totp_secret != credentials.totp_secret {
            state.totp_steps.remove(&(project.clone(), id));
        }
        *old = credentials.clone();
        Ok(true)
    }

    async fn accept_totp_step(&mut self, project: &ProjectId, id: UserId, step: i64) -> StorageResult<bool> {
        let state = self.changed()?;
        if state.require_user(project, id).is_err() {
            return Ok(false);
        }
        let last = state.totp_steps.entry((project.clone(), id)).or_insert(i64::MIN);
        let is_later = *last < step;
        *last = step.max(*last);
        Ok(is_later)
    }

    async fn touch_user(&mut self, project: &ProjectId, id: UserId, at: Millis) -> StorageResult<bool> {
        let found = find(&mut self.changed()?.users, project, |(profile, _)| profile.id == id);
        Ok(found
            .map(|(profile, _)| profile.last_active_at = profile.last_active_at.max(at))
            .is_some())
    }

    async fn delete_user(&mut self, project: &ProjectId, id: UserId) -> StorageResult<bool> {
        let state = self.changed()?;
        remove(&mut state.channels, project, |channel| channel.user_id == id);
        remove(&mut state.passkeys, project, |passkey| passkey.user_id == id);
        remove(&mut state.owned_keys, project, |key| key.owner.user() == Some(id));
        remove(&mut state.sessions, project, |session| session.user_id == id);
        remove(&mut state.memberships, project, |membership| membership.user_id == id);
        Ok(remove(&mut state.users, project, |(profile, _)| profile.id == id) > 0)
    }

    async fn lock_user(&mut self, project: &ProjectId, id: UserId) -> StorageResult<bool> {
        Ok(self.changed()?.require_user(project, id).is_ok())
    }

    async fn list_oauth_accounts(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<OAuthAccount>> {
        Ok(of(&self.seen().accounts, project)
            .filter(|account| account.user_id == user)
            .cloned()
            .collect())
    }

    async fn insert_oauth_account(&mut self, project: &ProjectId, account: &OAuthAccount) -> StorageResult<()> {
        let state = self.changed()?;
        let same = |other: &OAuthAccount| {
            (&other.provider_id, &other.account_id) == (&account.provider_id, &account.account_id)
        };
        unique(of(&state.accounts, project).any(same), UniqueRule::OAuthSignInAccount)?;
        state.accounts.push((project.clone(), account.clone()));
        Ok(())
    }
}

impl ContactChannelRepository for Connection {
    async fn find_auth_contact_channel(
        &mut self,
        project: &ProjectId,
        _: ContactChannelType,
        value: &str,
    ) -> StorageResult<Option<ContactChannel>> {
        let is = |channel: &&ContactChannel| channel.used_for_auth && channel.value == value;
        Ok(of(&self.seen().channels, project).find(is).cloned())
    }

    async fn find_contact_channel(
        &mut self,
        project: &ProjectId,
        id: ContactChannelId,
    ) -> StorageResult<Option<ContactChannel>> {
        let state = self.seen();
        Ok(of(&state.channels, project).find(|channel| channel.id == id).cloned())
    }

    async fn list_contact_channels_of_project(&mut self, project: &ProjectId) -> StorageResult<Vec<ContactChannel>> {
        Ok(of(&self.seen().channels, project).cloned().collect())
    }

    async fn list_contact_channels(&mut self, project: &ProjectId, user: UserId) -> StorageResult<Vec<ContactChannel>> {
        Ok(of(&self.seen().channels, project)
            .filter(|channel| channel.user_id == user)
            .cloned()
            .collect())
    }

    async fn insert_contact_channel(&mut self, project: &ProjectId, channel: &ContactChannel) -> StorageResult<()> {
        let state = self.changed()?;
        state.check_channel(project, channel)?;
        state.require_user(project, channel.user_id)?;
        state.channels.push((project.clone(), channel.clone()));
        Ok(())
    }

    async fn update_contact_channel(&mut self, project: &ProjectId, channel: &ContactChannel) -> StorageResult<bool> {
        let state = self.changed()?;
        state.check_channel(project, channel)?;
        let found = find(&mut state.channels, project, |old| old.id == channel.id);
        Ok(found.map(|old| *old = channel.clone()).is_some())
    }

    async fn delete_contact_channel(
        &mut self,
        project: &ProjectId,
        user: UserId,
        id: ContactChannelId,
    ) -> StorageResult<bool> {
        let is = |channel: &ContactChannel| (channel.user_id, channel.id) == (user, id);
        Ok(remove(&mut self.changed()?.channels, project, is) > 0)
    }
}

impl SessionRepository for Connection {
    async fn find_session(&mut self, project: &ProjectId, id: SessionId) -> StorageResult<Option<Session>> {
        Ok(of(&self.seen().sessions, project)
            .find(|session| session.id == id)
            .cloned())
    }

    async fn find_session_by_token(&mut self, project: &ProjectId, hash: &TokenHash) -> StorageResult<Option<Session>> {
        Ok(of(&self.seen().sessions, project)
            .find(|session| session.token_hash == *hash)
            .cloned())
    }

    async fn list_sessions(&mut self, project: &ProjectId, user: UserId, now: Millis) -> StorageResult<Vec<Session>> {
        let live = |session: &&Session| session.user_id == user && now < session.expires_at;
        Ok(of(&self.seen().sessions, project).filter(live).cloned().collect())
    }

    async fn insert_session(&mut self, project: &ProjectId, session: &Session) -> StorageResult<()> {
        let state = self.changed()?;
        state.require_user(project, session.user_id)?;
        state.sessions.push((project.clone(), session.clone()));
        Ok(())
    }

    async fn touch_session(
        &mut self,
        project: &ProjectId,
        id: SessionId,
        at: Millis,
        ip_info: Option<&IpInfo>,
    ) -> StorageResult<bool> {
        let Some(session) = find(&mut self.changed()?.sessions, project, |session| session.id == id) else {
            return Ok(false);
        };
        session.last_used_at = session.last_used_at.max(at);
        session.last_used_ip_info = ip_info.cloned().or(session.last_used_ip_info.take());
        Ok(true)
    }

    async fn delete_session(&mut self, project: &ProjectId, id: SessionId) -> StorageResult<bool> {
        Ok(remove(&mut self.changed()?.sessions, project, |session| session.id == id) > 0)
    }

    async fn delete_sessions_of_user(
        &mut self,
        project: &ProjectId,
        user: UserId,
        except: Option<SessionId>,
    ) -> StorageResult<u64> {
        let gone = |session: &Session| session.user_id == user && Some(session.id) != except;
        Ok(remove(&mut self.changed()?.sessions, project, gone))
    }

    async fn delete_expired_sessions(&mut self, before: Millis, limit: u32) -> StorageResult<u64> {
        let is_expired = |session: &Session| session.expires_at < before;
        Ok(sweep(&mut self.changed()?.sessions, limit, is_expired))
    }
}
