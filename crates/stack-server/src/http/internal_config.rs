//! Tag `internal-config`.

use stack_domain::models::{self, User};
use stack_server_api::{
    AdminAccess, ApiError, InternalConfigApi, Principal, ServerAccess,
    internal_config::{
        DeleteConfigSourceRequest, GetConfigOverrideRequest, GetConfigRequest, GetConfigSourceRequest,
        ReplaceConfigOverrideRequest, ResetConfigKeysRequest, UpdateConfigOverrideRequest,
    },
};
use stack_types::{
    ConfigLevel, ConfigOverride, ConfigSource, CurrentConfigSource, RenderedConfig, ResettableConfigLevel, Success,
};

use super::{
    Server,
    authenticate::{Tenant, access_type},
    error::api_error,
    server::SUCCESS,
};

type AsServer = Principal<ServerAccess, Tenant, Option<User>>;
type Admin = Principal<AdminAccess, Tenant, Option<User>>;

impl InternalConfigApi for Server {
    async fn get_config(&self, who: Admin, _: GetConfigRequest) -> Result<RenderedConfig, ApiError> {
        let rendered = self.domain.config.render(&who.tenant.project).map_err(api_error)?;
        Ok(RenderedConfig {
            config_string: rendered.into(),
        })
    }

    async fn get_config_override(
        &self,
        who: AsServer,
        request: GetConfigOverrideRequest,
    ) -> Result<ConfigOverride, ApiError> {
        let (access, project) = (access_type(who.access.into()), who.tenant.project.id());
        let level = config_level(request.path.level)?;
        let text = self.domain.config.get_override(access, project, level).await;
        Ok(ConfigOverride {
            config_string: text.map_err(api_error)?.into(),
        })
    }

    async fn update_config_override(
        &self,
        who: AsServer,
        request: UpdateConfigOverrideRequest,
    ) -> Result<Success, ApiError> {
        let (access, project) = (access_type(who.access.into()), who.tenant.project.id());
        let (level, text) = (config_level(request.path.level)?, request.body.config_override_string);
        let patched = self.domain.config.patch_override(access, project, level, text.expose());
        patched.await.map(|()| SUCCESS).map_err(api_error)
    }

    async fn replace_config_override(
        &self,
        who: AsServer,
        request: ReplaceConfigOverrideRequest,
    ) -> Result<Success, ApiError> {
        let (access, project) = (access_type(who.access.into()), who.tenant.project.id());
        let (level, body) = (config_level(request.path.level)?, request.body);
        let (text, source) = (body.config_string, body.source.map(source_value).transpose()?);
        let config = &self.domain.config;
        let replaced = config.replace_override(access, project, level, text.expose(), source.as_ref());
        replaced.await.map(|()| SUCCESS).map_err(api_error)
    }

    async fn reset_config_keys(&self, who: Admin, request: ResetConfigKeysRequest) -> Result<Success, ApiError> {
        let level = match request.path.level {
            ResettableConfigLevel::Branch => models::ConfigLevel::Branch,
            ResettableConfigLevel::Environment => models::ConfigLevel::Environment,
            ResettableConfigLevel::Unknown(word) => return Err(let_through(&word)),
        };
        let (project, keys) = (who.tenant.project.id(), request.body.keys);
        let reset = self.domain.config.reset_keys(project, level, &keys).await;
        reset.map(|()| SUCCESS).map_err(api_error)
    }

    async fn get_config_source(&self, who: Admin, _: GetConfigSourceRequest) -> Result<CurrentConfigSource, ApiError> {
        let source = self.domain.config.source(who.tenant.project.id()).await;
        let source: ConfigSource = serde_json::from_value(source.map_err(api_error)?).map_err(ApiError::internal)?;
        Ok(CurrentConfigSource { source })
    }

    async fn delete_config_source(&self, who: Admin, _: DeleteConfigSourceRequest) -> Result<Success, ApiError> {
        let unlinked = self.domain.config.unlink_source(who.tenant.project.id()).await;
        unlinked.map(|()| SUCCESS).map_err(api_error)
    }
}

fn config_level(level: ConfigLevel) -> Result<models::ConfigLevel, ApiError> {
    match level {
        ConfigLevel::Project => Ok(models::ConfigLevel::Project),
        ConfigLevel::Branch => Ok(models::ConfigLevel::Branch),
        ConfigLevel::Environment => Ok(models::ConfigLevel::Environment),
        ConfigLevel::Unknown(word) => Err(let_through(&word)),
    }
}

/// The source as it is remembered: as it came.
fn source_value(source: ConfigSource) -> Result<serde_json::Value, ApiError> {
    serde_json::to_value(source).map_err(ApiError::internal)
}

fn let_through(word: &str) -> ApiError {
    ApiError::internal(format!("the schema let {word} through"))
}
