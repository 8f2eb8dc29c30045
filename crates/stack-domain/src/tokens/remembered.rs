//! The schedules of keys that were read a moment ago, and what needs them.
//!
//! **Bound:** a rotation is seen by other processes after at most [`SCHEDULE_MAX_AGE`]. It holds later than that.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use stack_types::{Millis, ProjectId, Secret};

use super::{AccessToken, JwkSet, KeySchedule, TokenError};
use crate::{
    core::Core,
    error::DomainResult,
    ports::{Repositories, SigningKeyRepository, Storage},
};

/// How old a remembered schedule may be.
pub const SCHEDULE_MAX_AGE: Duration = Duration::from_secs(10);
const REMEMBERED: u64 = 20_000;

/// The schedules that were read a moment ago, and when.
pub(crate) struct KeySchedules(Cache<ProjectId, (Millis, Arc<KeySchedule>)>);

impl KeySchedules {
    pub(crate) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }

    pub(crate) fn forget(&self, project: &ProjectId) {
        self.0.invalidate(project);
    }

    fn get(&self, project: &ProjectId, now: Millis) -> Option<Arc<KeySchedule>> {
        let (read_at, schedule) = self.0.get(project)?;
        let age = now.get().abs_diff(read_at.get());
        (u128::from(age) < SCHEDULE_MAX_AGE.as_millis()).then_some(schedule)
    }
}

impl<S: Storage> Core<S> {
    /// The schedule of a project's keys, read through a connection of its own if need be.
    pub(crate) async fn key_schedule(&self, project: &ProjectId) -> DomainResult<Arc<KeySchedule>> {
        if let Some(schedule) = self.schedules.get(project, self.now()) {
            return Ok(schedule);
        }
        let rotations = self.storage.read().await?.list_key_rotations(project).await?;
        Ok(self.remember_schedule(project, rotations))
    }

    /// The same where there is a connection already.
    pub(crate) async fn key_schedule_through(
        &self,
        repositories: &mut impl Repositories,
        project: &ProjectId,
    ) -> DomainResult<Arc<KeySchedule>> {
        if let Some(schedule) = self.schedules.get(project, self.now()) {
            return Ok(schedule);
        }
        let rotations = repositories.list_key_rotations(project).await?;
        Ok(self.remember_schedule(project, rotations))
    }

    fn remember_schedule(&self, project: &ProjectId, rotations: Vec<crate::models::KeyRotation>) -> Arc<KeySchedule> {
        let schedule = Arc::new(KeySchedule::new(rotations, self.tokens.lifetime()));
        let remembered = (self.now(), Arc::clone(&schedule));
        self.schedules.0.insert(project.clone(), remembered);
        schedule
    }

    /// Checks an access token. The outer error is the storage's.
    pub(crate) async fn verify_token(&self, token: &Secret) -> DomainResult<Result<Arc<AccessToken>, TokenError>> {
        let Some(project) = self.tokens.project_of(token) else {
            return Ok(Err(TokenError::Unparsable));
        };
        let schedule = self.key_schedule(&project).await?;
        Ok(self.tokens.verify(token, &schedule, self.now()))
    }

    /// The public keys with which a project's tokens can be checked now.
    pub(crate) async fn jwks(
        &self,
        project: &ProjectId,
        include_restricted: bool,
        include_anonymous: bool,
    ) -> DomainResult<JwkSet> {
        let schedule = self.key_schedule(project).await?;
        let now = self.now();
        Ok(self
            .tokens
            .jwks(project, include_restricted, include_anonymous, &schedule, now))
    }
}
