//! Small contracts for tests.

use crate::{diagnostics::Diagnostics, load::Sources, model::Api};

/// What a fixture needn't write: a root with all accesses. It is added below, so that the lines of a fixture keep their numbers.
const REST: &[(&str, &str)] = &[
    ("openapi", "openapi: 3.0.3\n"),
    (
        "info",
        "info: {title: Fixture, version: 1.0.0, description: A small contract.}\n",
    ),
    ("servers", "servers: [{url: 'http://localhost:8102'}]\n"),
    ("x-base-path", "x-base-path: /api/v1\n"),
    (
        "x-accesses",
        "x-accesses:\n  \
         client: {description: For browsers., security: [projectId, accessType, publishableClientKey]}\n  \
         server: {description: For servers., security: [projectId, accessType, secretServerKey]}\n  \
         admin: {description: For dashboards., security: [projectId, accessType, superSecretAdminKey]}\n",
    ),
    (
        "components",
        "components:\n  securitySchemes:\n    \
         projectId: {type: apiKey, in: header, name: x-stack-project-id}\n    \
         accessType: {type: apiKey, in: header, name: x-stack-access-type}\n    \
         publishableClientKey: {type: apiKey, in: header, name: x-stack-publishable-client-key}\n    \
         secretServerKey: {type: apiKey, in: header, name: x-stack-secret-server-key}\n    \
         superSecretAdminKey: {type: apiKey, in: header, name: x-stack-super-secret-admin-key}\n    \
         accessToken: {type: apiKey, in: header, name: x-stack-access-token}\n    \
         refreshToken: {type: apiKey, in: header, name: x-stack-refresh-token}\n    \
         bearerAuthorization: {type: http, scheme: bearer}\n    \
         basicAuthorization: {type: http, scheme: basic}\n",
    ),
    ("paths", "paths: {}\n"),
];

/// The sources of a contract in one file, of which `yaml` may leave out everything but what the test is about.
///
/// Its keys are those of a root, and `paths`, `schemas`, `parameters` and `errors`; its one tag is called `fixture`
/// unless it has `tags: [{name, description}]`.
pub fn sources(yaml: &str) -> Sources {
    let mut root = yaml.to_owned();
    if !root.is_empty() && !root.ends_with('\n') {
        root.push('\n');
    }
    for (key, text) in REST {
        if !yaml.lines().any(|line| line.starts_with(&format!("{key}:"))) {
            root.push_str(text);
        }
    }
    Sources::single(root)
}

/// The model of a contract in one file; see [`sources`].
///
/// # Panics
///
/// If the linter finds anything, with all that it found.
pub fn fixture(yaml: &str) -> Api {
    crate::read(&sources(yaml)).unwrap_or_else(|diagnostics| panic!("the fixture isn't right:\n{diagnostics}"))
}

/// What the linter finds.
///
/// # Panics
///
/// If it finds nothing.
pub fn diagnostics(yaml: &str) -> Diagnostics {
    crate::read(&sources(yaml)).expect_err("the linter should find something")
}
