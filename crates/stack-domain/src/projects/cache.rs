//! Projects that were read a moment ago.
//!
//! **Bound:** a change made by this process is seen by the next request; one made by another process, or while the
//! project was just being read, after at most [`MAX_AGE`].

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use stack_types::ProjectId;

use crate::{
    core::{Core, Tenant},
    error::DomainResult,
    ports::{ProjectRepository, Storage},
};

/// How old a remembered project may be.
const MAX_AGE: Duration = Duration::from_secs(1);
const REMEMBERED: u64 = 10_000;

/// The projects that were read a moment ago.
pub(crate) struct TenantCache(Cache<ProjectId, Arc<Tenant>>);

impl TenantCache {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(MAX_AGE).build())
    }

    pub(crate) async fn forget(&self, project: &ProjectId) {
        self.0.invalidate(project).await;
    }
}

impl<S: Storage> Core<S> {
    /// The project of this id with its configuration, at most [`MAX_AGE`] old.
    pub(crate) async fn find_tenant(&self, id: &ProjectId) -> DomainResult<Option<Arc<Tenant>>> {
        if let Some(tenant) = self.tenants.0.get(id).await {
            return Ok(Some(tenant));
        }
        let Some(stored) = self.storage.read().await?.find_project(id).await? else {
            return Ok(None);
        };
        let tenant = Arc::new(self.tenant(stored)?);
        self.tenants.0.insert(id.clone(), Arc::clone(&tenant)).await;
        Ok(Some(tenant))
    }
}
