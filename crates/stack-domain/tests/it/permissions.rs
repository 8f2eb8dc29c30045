//! Permissions: what is bounded, and what other processes see.

use std::{collections::BTreeSet, sync::Arc};

use stack_domain::{
    Tenant,
    access::AccessType,
    config::PermissionScope,
    permissions::{DefinedPermission, ListPermissions, PermissionUpdate},
    ports::{PermissionRepository, Storage, Transaction, UserRepository},
};
use stack_types::UserId;

use crate::harness::{Harness, code};

fn permission(id: &str, contained: &[&str]) -> DefinedPermission {
    DefinedPermission {
        id: id.to_owned(),
        description: None,
        contained: contained.iter().map(|id| (*id).to_owned()).collect(),
    }
}

impl Harness {
    async fn define(&self, id: &str, contained: &[&str]) -> Arc<Tenant> {
        let definitions = &self.domain.permission_definitions;
        let permission = permission(id, contained);
        let defined = definitions.create(&self.demo, PermissionScope::Project, permission);
        defined.await.unwrap();
        self.tenant().await
    }

    async fn let_write(&self, users: std::ops::Range<u128>) {
        let mut writer = self.memory.write().await.unwrap();
        for n in users {
            let user = UserId::from(uuid::Uuid::from_u128(n));
            let granted = writer.insert_project_permission(&self.demo, user, "write");
            granted.await.unwrap();
        }
        writer.commit().await.unwrap();
    }

    async fn project_permissions(&self, which: ListPermissions) -> Result<Vec<String>, stack_domain::DomainError> {
        let server = self.caller(AccessType::Server).await;
        let listed = self.domain.project_permissions.list(&server, which).await?;
        Ok(listed.into_iter().map(|permission| permission.permission_id).collect())
    }
}

#[tokio::test]
async fn more_than_a_hundred_thousand_permissions_are_asked_for_in_parts() {
    let harness = Harness::new().await;
    let tenant = harness.define("read", &[]).await;
    harness.define("write", &["read"]).await;
    let ada = harness.sign_up("ada@example.com").await.user_id;
    harness
        .domain
        .project_permissions
        .grant(&tenant, ada, "read")
        .await
        .unwrap();
    harness.let_write(0..50_000).await;
    let all = ListPermissions::default();
    assert_eq!(harness.project_permissions(all.clone()).await.unwrap().len(), 50_001);
    let recursive = ListPermissions { recursive: true, ..all };
    assert_eq!(code(harness.project_permissions(recursive.clone()).await), "400");
    let of_ada = ListPermissions {
        user_id: Some(ada),
        ..recursive
    };
    assert_eq!(harness.project_permissions(of_ada).await.unwrap(), ["read"]);
    harness.let_write(50_000..100_000).await;
    let all = ListPermissions::default();
    assert_eq!(code(harness.project_permissions(all.clone()).await), "400");
    let rare = ListPermissions {
        permission_id: Some("read".to_owned()),
        ..all
    };
    assert_eq!(harness.project_permissions(rare).await.unwrap(), ["read"]);
}

#[tokio::test]
async fn a_check_is_one_query() {
    let harness = Harness::new().await;
    harness.define("read", &[]).await;
    let ada = harness.sign_up("ada@example.com").await;
    let client = harness.client(&ada).await;
    let before = harness.memory.calls();
    let which = ListPermissions {
        user_id: Some(ada.user_id),
        permission_id: Some("read".to_owned()),
        recursive: true,
        team_id: Some(uuid::Uuid::nil().into()),
    };
    harness.domain.team_permissions.list(&client, which).await.unwrap();
    assert_eq!(harness.memory.calls() - before, 1);
}

#[tokio::test]
async fn a_definition_that_is_refused_leaves_grants_as_they_are() {
    let harness = Harness::new().await;
    let tenant = harness.define("read", &[]).await;
    harness.define("write", &[]).await;
    let ada = harness.sign_up("ada@example.com").await.user_id;
    harness
        .domain
        .project_permissions
        .grant(&tenant, ada, "read")
        .await
        .unwrap();
    let definitions = &harness.domain.permission_definitions;
    let update = |new_id: &str, contained: &str| PermissionUpdate {
        new_id: Some(new_id.to_owned()),
        description: None,
        contained: BTreeSet::from([contained.to_owned()]),
    };
    for (id, update) in [("read", update("write", "read")), ("read", update("look", "read"))] {
        let refused = definitions.update(&harness.demo, id, update).await;
        assert!(["PERMISSION_ID_ALREADY_EXISTS", "CONTAINED_PERMISSION_NOT_FOUND"].contains(&&*code(refused)));
    }
    let mut reader = harness.memory.read().await.unwrap();
    assert_eq!(
        reader.list_permissions_of_user(&harness.demo, ada).await.unwrap(),
        ["read"]
    );
    assert!(reader.find_user(&harness.demo, ada).await.unwrap().is_some());
}
