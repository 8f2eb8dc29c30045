//! Tag `projects`.

use stack_domain::{
    Tenant as Project,
    config::legacy::{LegacyConfig, LegacyDomain, LegacyOAuthProvider},
    models::User,
    tokens::{Jwk, JwkSet},
};
use stack_server_api::{
    Access, ApiError, Principal, ProjectsApi,
    projects::{GetCurrentProjectRequest, GetProjectJwksRequest},
};
use stack_types::{
    CurrentProject, CurrentProjectConfig, EnabledOauthProvider, JsonWebKey, JsonWebKeySet, ProjectDomain,
};

use super::{Server, authenticate::Tenant, error::api_error};

impl ProjectsApi for Server {
    async fn get_current_project(
        &self,
        who: Principal<Access, Tenant, Option<User>>,
        _: GetCurrentProjectRequest,
    ) -> Result<CurrentProject, ApiError> {
        Ok(current_project(&who.tenant.project))
    }

    async fn get_project_jwks(&self, request: GetProjectJwksRequest) -> Result<JsonWebKeySet, ApiError> {
        let (id, query) = (request.path.project_id, request.query);
        let keys = self.domain.projects.jwks(
            &id,
            query.include_restricted.unwrap_or(false),
            query.include_anonymous.unwrap_or(false),
        );
        keys.await.map(json_web_key_set).map_err(api_error)
    }
}

/// What anyone may know of a project.
fn current_project(project: &Project) -> CurrentProject {
    let config = LegacyConfig::from(&project.config);
    CurrentProject {
        id: project.id().clone(),
        display_name: project.project.display_name.clone(),
        config: CurrentProjectConfig {
            sign_up_enabled: config.sign_up_enabled,
            credential_enabled: config.credential_enabled,
            magic_link_enabled: config.magic_link_enabled,
            passkey_enabled: config.passkey_enabled,
            client_team_creation_enabled: config.client_team_creation_enabled,
            client_user_deletion_enabled: config.client_user_deletion_enabled,
            allow_user_api_keys: config.allow_user_api_keys,
            allow_team_api_keys: config.allow_team_api_keys,
            enabled_oauth_providers: enabled_oauth_providers(&config.oauth_providers),
            domains: project_domains(config.domains),
        },
    }
}

/// The providers without anything of how they are set up.
pub(super) fn enabled_oauth_providers(providers: &[LegacyOAuthProvider]) -> Vec<EnabledOauthProvider> {
    let enabled = |provider: &LegacyOAuthProvider| EnabledOauthProvider {
        id: provider.id.as_str().into(),
    };
    providers.iter().map(enabled).collect()
}

/// Trusted domains as the wire has them.
pub(super) fn project_domains(domains: Vec<LegacyDomain>) -> Vec<ProjectDomain> {
    let domain = |domain: LegacyDomain| ProjectDomain {
        domain: domain.domain,
        handler_path: domain.handler_path,
    };
    domains.into_iter().map(domain).collect()
}

fn json_web_key_set(keys: JwkSet) -> JsonWebKeySet {
    JsonWebKeySet {
        keys: keys.keys.into_iter().map(json_web_key).collect(),
    }
}

fn json_web_key(key: Jwk) -> JsonWebKey {
    JsonWebKey {
        kty: key.kty.to_owned(),
        alg: key.alg.to_owned(),
        crv: key.crv.to_owned(),
        x: key.x,
        y: key.y,
        kid: key.kid,
    }
}
