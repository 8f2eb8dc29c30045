//! From the stored texts to the configuration, and back.

use stack_types::ProjectId;

use super::{ProjectConfig, overrides, overrides::Overrides, validate};
use crate::{
    error::{DomainError, DomainResult},
    models::{ConfigLevel, StoredConfig},
    ports::Rng,
    secrets::seal::Sealer,
};

impl ProjectConfig {
    /// Merges the levels that are stored for a project and fills in the defaults.
    ///
    /// # Errors
    ///
    /// [`DomainError::Internal`] if what is stored makes no sense.
    pub fn load(project: &ProjectId, stored: &StoredConfig, sealer: &Sealer) -> DomainResult<Self> {
        let mut all = Overrides::new();
        for level in ConfigLevel::ALL {
            overrides::merge(&mut all, open(project, stored, level, sealer)?);
        }
        let tree = overrides::unfold(&all).map_err(DomainError::internal)?;
        validate::typed(tree)
            .map_err(|message| DomainError::internal(format!("stored configuration of {project}: {message}")))
    }
}

/// The overrides of one level; none if nothing is stored.
pub(crate) fn open(
    project: &ProjectId,
    stored: &StoredConfig,
    level: ConfigLevel,
    sealer: &Sealer,
) -> DomainResult<Overrides> {
    let Some(text) = stored.level(level) else {
        return Ok(Overrides::new());
    };
    let opened = match level {
        ConfigLevel::Environment => sealer.open(&owner(project), text)?,
        ConfigLevel::Project | ConfigLevel::Branch => text.to_owned(),
    };
    overrides::parse(&opened).map_err(DomainError::internal)
}

/// The text of one level as it is stored, if it is valid.
///
/// # Errors
///
/// Bad request if the overrides can't stand at this level.
pub(crate) fn seal(
    project: &ProjectId,
    level: ConfigLevel,
    overrides: &Overrides,
    sealer: &Sealer,
    rng: &dyn Rng,
) -> DomainResult<String> {
    validate::check(level, overrides).map_err(DomainError::bad_request)?;
    let text = serde_json::to_string(overrides).map_err(DomainError::internal)?;
    Ok(match level {
        ConfigLevel::Environment => sealer.seal(&owner(project), &text, rng),
        ConfigLevel::Project | ConfigLevel::Branch => text,
    })
}

fn owner(project: &ProjectId) -> String {
    format!("config/environment/{project}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use stack_types::Secret;

    use super::*;
    use crate::ports::SeededRng;

    #[test]
    fn later_levels_override_earlier_ones_and_secrets_are_sealed() {
        let (project, rng, sealer) = (ProjectId::from("p"), SeededRng::new(1), Sealer::new(&Secret::new("s")));
        let write =
            |level, value: serde_json::Value| seal(&project, level, value.as_object().unwrap(), &sealer, &rng).unwrap();
        let stored = StoredConfig {
            project: Some(write(
                ConfigLevel::Project,
                json!({ "project.requirePublishableClientKey": true }),
            )),
            branch: Some(write(
                ConfigLevel::Branch,
                json!({ "auth": { "password": { "allowSignIn": true }, "otp": { "allowSignIn": true } } }),
            )),
            environment: Some(write(
                ConfigLevel::Environment,
                json!({ "auth.otp.allowSignIn": false, "auth.oauth.providers.google.clientSecret": "hunter2" }),
            )),
            branch_source: None,
        };
        assert!(!format!("{stored:?}").contains("hunter2"));
        let config = ProjectConfig::load(&project, &stored, &sealer).unwrap();
        assert!(config.project.require_publishable_client_key);
        assert!(config.auth.password.allow_sign_in && !config.auth.otp.allow_sign_in);
        assert_eq!(
            config.auth.oauth.providers["google"].client_secret,
            Some(Secret::new("hunter2"))
        );
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(
            ProjectConfig::load(&ProjectId::from("q"), &stored, &sealer).is_err(),
            "a moved text doesn't open"
        );
    }
}
