//! Mounts the routes of the contract where callers look for them.

use std::sync::Arc;

use axum::Router;

use crate::{Api, root_routes, version_routes};

/// The versions of the API that callers may name. All of them mean the newest, but for operations that a version has of
/// its own ([`Base::Versions`](crate::operation::Base::Versions)).
pub const VERSIONS: [&str; 7] = ["v1", "v2beta1", "v2beta2", "v2beta3", "v2beta4", "v2beta5", "latest"];

/// Every route of the contract, where callers look for it.
pub fn routes<S: Api>() -> Router<Arc<S>> {
    VERSIONS.iter().fold(root_routes::<S>(), |router, version| {
        router.nest(&format!("/api/{version}"), version_routes::<S>(version))
    })
}

/// For a server of some tags: `api` below `/api/{version}` for each of the [`VERSIONS`], beside `root` at the root of the server.
pub fn mount<S: Clone + Send + Sync + 'static>(api: Router<S>, root: Router<S>) -> Router<S> {
    VERSIONS.iter().fold(root, |router, version| {
        router.nest(&format!("/api/{version}"), api.clone())
    })
}
