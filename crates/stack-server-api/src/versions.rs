//! Mounts the routes of the contract where callers look for them.

use axum::Router;

/// The versions of the API that callers may name. All of them mean the newest: no route of this contract has ever
/// changed its shape.
pub const VERSIONS: [&str; 7] = ["v1", "v2beta1", "v2beta2", "v2beta3", "v2beta4", "v2beta5", "latest"];

/// `api` below `/api/{version}` for each of the [`VERSIONS`], beside `root` at the root of the server.
pub fn mount<S: Clone + Send + Sync + 'static>(api: Router<S>, root: Router<S>) -> Router<S> {
    VERSIONS.iter().fold(root, |router, version| {
        router.nest(&format!("/api/{version}"), api.clone())
    })
}
