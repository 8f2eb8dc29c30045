//! Defining permissions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};
use stack_types::ProjectId;

use super::effective::is_defined;
use crate::{
    config::{ConfigChange, DefaultPermissions, PermissionDefinition, PermissionScope, RbacConfig},
    core::{Core, Tenant},
    error::DomainResult,
    known,
    models::ConfigLevel,
    ports::{PermissionRepository, Storage},
};

/// What each permission of the system lets do.
const SYSTEM_DESCRIPTIONS: [(&str, &str); 6] = [
    ("$delete_team", "Delete the team"),
    ("$invite_members", "Invite others into the team"),
    ("$manage_api_keys", "Create and revoke the API keys of the team"),
    ("$read_members", "See who else is in the team"),
    ("$remove_members", "Remove others from the team"),
    ("$update_team", "Change what the team is called and how it looks"),
];

/// Permissions as people define them.
///
/// A definition is written at the level `environment`, which wins over what code pushes to the level `branch`. Grants
/// change in the same transaction, under the project's lock.
pub struct PermissionDefinitions<S>(pub(crate) Arc<Core<S>>);

/// A permission that is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinedPermission {
    /// Its id.
    pub id: String,
    /// What it lets do, for people.
    pub description: Option<String>,
    /// What comes along with it, at the first step; by id.
    pub contained: BTreeSet<String>,
}

/// A new definition of a permission.
#[derive(Debug, Clone, Default)]
pub struct PermissionUpdate {
    /// A new id, if it is renamed.
    pub new_id: Option<String>,
    /// What it lets do, for people.
    pub description: Option<String>,
    /// What comes along with it.
    pub contained: BTreeSet<String>,
}

impl<S: Storage> PermissionDefinitions<S> {
    /// Lists the permissions of a scope by id, in teams those of the system, too.
    pub fn list(&self, tenant: &Tenant, scope: PermissionScope) -> Vec<DefinedPermission> {
        let system = SYSTEM_DESCRIPTIONS
            .into_iter()
            .filter(|_| scope == PermissionScope::Team)
            .map(|(id, description)| DefinedPermission {
                id: id.to_owned(),
                description: Some(description.to_owned()),
                contained: BTreeSet::new(),
            });
        let defined = tenant.config.rbac.permissions.iter();
        let own = defined
            .filter(|(_, definition)| definition.scope == scope)
            .map(|(id, definition)| defined_permission(id, definition));
        // `$` comes before all that an id may begin with.
        system.chain(own).collect()
    }

    /// Defines a permission. It is nobody's, even if a permission of this id was somebody's before.
    ///
    /// # Errors
    ///
    /// `PERMISSION_ID_ALREADY_EXISTS`, in whichever scope; `CONTAINED_PERMISSION_NOT_FOUND`; bad request if the
    /// configuration takes no more.
    pub async fn create(
        &self,
        project: &ProjectId,
        scope: PermissionScope,
        permission: DefinedPermission,
    ) -> DomainResult<DefinedPermission> {
        let (mut change, config) = self.0.begin_config_change(project, ConfigLevel::Environment).await?;
        if config.rbac.permissions.contains_key(&permission.id) {
            return Err(known::permission_id_already_exists(&permission.id));
        }
        require_contained(&config.rbac, scope, &permission.contained)?;
        write_definition(&mut change, &permission.id, &definition(scope, &permission));
        change
            .writer
            .delete_permission_everywhere(project, &permission.id)
            .await?;
        self.0.commit_config_change(change).await?;
        Ok(permission)
    }

    /// Defines a permission of either scope anew, in its scope. If it is renamed, whoever has it keeps it, whatever
    /// contains it still does, and who gets it from the start still gets it.
    ///
    /// # Errors
    ///
    /// `PERMISSION_NOT_FOUND`, for those of the system, too; `PERMISSION_ID_ALREADY_EXISTS`;
    /// `CONTAINED_PERMISSION_NOT_FOUND`; bad request if the configuration takes no more.
    pub async fn update(
        &self,
        project: &ProjectId,
        id: &str,
        update: PermissionUpdate,
    ) -> DomainResult<DefinedPermission> {
        let (mut change, config) = self.0.begin_config_change(project, ConfigLevel::Environment).await?;
        let mut rbac = config.rbac;
        let old = rbac
            .permissions
            .remove(id)
            .ok_or_else(|| known::permission_not_found(id))?;
        let permission = DefinedPermission {
            id: update.new_id.unwrap_or_else(|| id.to_owned()),
            description: update.description,
            contained: update.contained,
        };
        let new_id = permission.id.clone();
        if rbac.permissions.contains_key(&new_id) {
            return Err(known::permission_id_already_exists(&new_id));
        }
        let new = definition(old.scope, &permission);
        rbac.permissions.insert(new_id.clone(), new.clone());
        require_contained(&rbac, old.scope, &permission.contained)?;
        if new_id != id {
            change.remove(&path_of(id))?;
            replace_everywhere(&mut change, &rbac, id, Some(&new_id))?;
            change.writer.rename_permission(project, id, &new_id).await?;
        }
        write_definition(&mut change, &new_id, &new);
        self.0.commit_config_change(change).await?;
        Ok(permission)
    }

    /// Deletes a permission: whoever has it loses it, whatever contains it doesn't any more, and nobody gets it from
    /// the start.
    ///
    /// # Errors
    ///
    /// `PERMISSION_NOT_FOUND` if there is none in this scope that could be deleted.
    pub async fn delete(&self, project: &ProjectId, scope: PermissionScope, id: &str) -> DomainResult<()> {
        let (mut change, config) = self.0.begin_config_change(project, ConfigLevel::Environment).await?;
        let found = config.rbac.permissions.get(id);
        if found.is_none_or(|definition| definition.scope != scope) {
            return Err(known::permission_not_found(id));
        }
        change.remove(&path_of(id))?;
        let mut rbac = config.rbac;
        rbac.permissions.remove(id);
        replace_everywhere(&mut change, &rbac, id, None)?;
        change.writer.delete_permission_everywhere(project, id).await?;
        self.0.commit_config_change(change).await
    }
}

fn defined_permission(id: &str, definition: &PermissionDefinition) -> DefinedPermission {
    let contained = definition.contained_permission_ids.iter();
    DefinedPermission {
        id: id.to_owned(),
        description: definition.description.clone(),
        contained: contained.filter(|(_, on)| **on).map(|(id, _)| id.clone()).collect(),
    }
}

fn definition(scope: PermissionScope, permission: &DefinedPermission) -> PermissionDefinition {
    PermissionDefinition {
        description: permission.description.clone(),
        scope,
        contained_permission_ids: permission.contained.iter().map(|id| (id.clone(), true)).collect(),
    }
}

fn require_contained(rbac: &RbacConfig, scope: PermissionScope, contained: &BTreeSet<String>) -> DomainResult<()> {
    match contained.iter().find(|id| !is_defined(rbac, scope, id)) {
        Some(id) => Err(known::contained_permission_not_found(id)),
        None => Ok(()),
    }
}

/// Ids have no dots.
fn path_of(id: &str) -> String {
    format!("rbac.permissions.{id}")
}

/// Writes a definition whole, so that it makes sense whatever becomes of the other levels.
fn write_definition<W>(change: &mut ConfigChange<W>, id: &str, definition: &PermissionDefinition) {
    change.put(&path_of(id), json!(definition));
}

/// Puts a permission's new id, if it has one, where others contain it and where it is given from the start.
fn replace_everywhere<W>(
    change: &mut ConfigChange<W>,
    rbac: &RbacConfig,
    id: &str,
    new_id: Option<&str>,
) -> DomainResult<()> {
    for (container, definition) in &rbac.permissions {
        let mut definition = definition.clone();
        if replace(&mut definition.contained_permission_ids, id, new_id) {
            write_definition(change, container, &definition);
        }
    }
    let DefaultPermissions {
        team_creator,
        team_member,
        sign_up,
    } = &rbac.default_permissions;
    for (name, ids) in [
        ("teamCreator", team_creator),
        ("teamMember", team_member),
        ("signUp", sign_up),
    ] {
        let Some(on) = ids.get(id) else { continue };
        let path = |id: &str| format!("rbac.defaultPermissions.{name}.{id}");
        change.remove(&path(id))?;
        if let Some(new_id) = new_id {
            change.put(&path(new_id), Value::Bool(*on));
        }
    }
    Ok(())
}

/// Gives whether the id was there.
fn replace(ids: &mut BTreeMap<String, bool>, id: &str, new_id: Option<&str>) -> bool {
    let Some(on) = ids.remove(id) else { return false };
    if let Some(new_id) = new_id {
        ids.insert(new_id.to_owned(), on);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SYSTEM_TEAM_PERMISSIONS;

    #[test]
    fn every_permission_of_the_system_is_described_in_the_order_of_ids() {
        let mut ids = SYSTEM_TEAM_PERMISSIONS;
        ids.sort_unstable();
        assert_eq!(SYSTEM_DESCRIPTIONS.map(|(id, _)| id), ids);
    }
}
