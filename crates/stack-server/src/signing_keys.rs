//! `stack-server keys`: rotating and listing signing keys on the database of a server, be it running or not.

use anyhow::{Context, Result};
use stack_domain::{Domain, Settings, models::KeyRotation, signing_keys::KeyGeneration};
use stack_storage::Database;
use stack_types::ProjectId;

use crate::{
    app::{Parts, open, server_secret},
    config::Config,
    kept,
};

/// Lets the next generation of signing keys sign, for one project or for all. Gives what was written, project by project.
///
/// # Errors
///
/// If the database can't be reached, or there is no such project.
pub async fn rotate_keys(
    config: &Config,
    parts: Parts,
    project: Option<ProjectId>,
) -> Result<Vec<(ProjectId, KeyRotation)>> {
    let (domain, database) = domain(config, parts).await?;
    let mut rotated = Vec::new();
    for project in chosen(&domain, project).await? {
        let rotation = domain
            .signing_keys
            .rotate(&project)
            .await
            .with_context(|| format!("can't rotate the keys of the project {project}"))?;
        rotated.push((project, rotation));
    }
    database.close().await;
    Ok(rotated)
}

/// The generations of signing keys that are published, of one project or of all.
///
/// # Errors
///
/// As [`rotate_keys`].
pub async fn list_keys(
    config: &Config,
    parts: Parts,
    project: Option<ProjectId>,
) -> Result<Vec<(ProjectId, Vec<KeyGeneration>)>> {
    let (domain, database) = domain(config, parts).await?;
    let mut listed = Vec::new();
    for project in chosen(&domain, project).await? {
        let generations = domain
            .signing_keys
            .list(&project)
            .await
            .with_context(|| format!("can't list the keys of the project {project}"))?;
        listed.push((project, generations));
    }
    database.close().await;
    Ok(listed)
}

/// The project that is named, or all.
async fn chosen(domain: &Domain<Database>, project: Option<ProjectId>) -> Result<Vec<ProjectId>> {
    match project {
        Some(project) => Ok(vec![project]),
        None => Ok(domain.signing_keys.projects().await?),
    }
}

/// The rules over the database of the configuration, without a server.
async fn domain(config: &Config, parts: Parts) -> Result<(Domain<Database>, Database)> {
    let file = kept::sqlite_file(&config.database_url);
    let (database, _) = open(config).await?;
    // Nothing of this makes tokens, so the origin doesn't matter.
    let base_url = config.public_url.clone().unwrap_or_default();
    let settings = Settings {
        access_token_lifetime: config.access_token_lifetime,
        ..Settings::new(base_url, server_secret(config, file.as_deref())?)
    };
    let domain = Domain::new(database.clone(), parts.clock, parts.rng, settings);
    Ok((domain, database))
}
