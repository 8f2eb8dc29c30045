//! Tag `internal-api-keys`.

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, START, TestProject, typed};
use stack_types::{ApiKeySetCreate, ApiKeySetCreated, ApiKeySetId, ApiKeySetUpdate, Secret};
use uuid::Uuid;

/// A set with these of the three keys, which lives for an hour.
fn set_of(client: bool, server: bool, admin: bool) -> ApiKeySetCreate {
    ApiKeySetCreate {
        description: "For a test".to_owned(),
        expires_at_millis: START.saturating_add(Duration::from_secs(60 * 60)),
        has_publishable_client_key: client,
        has_secret_server_key: server,
        has_super_secret_admin_key: admin,
    }
}

async fn create(project: &TestProject, set: ApiKeySetCreate) -> ApiKeySetCreated {
    project.admin().create_api_key_set().body(set).send().await.answers(200)
}

/// A call with this key instead of the project's.
async fn with_key(project: &TestProject, access: &str, key: &Secret) -> Answer {
    let call = project
        .server
        .call("GET /projects/current")
        .header("x-stack-access-type", access);
    let call = call.header("x-stack-project-id", project.id.as_str());
    call.header(project.key_of(access).0, key.expose()).send().await
}

#[tokio::test]
async fn a_new_set_shows_its_keys() {
    let project = TestProject::start().await;
    let created = create(&project, set_of(true, true, true)).await;
    insta::assert_json_snapshot!(project.snapshots().of(created));
}

#[tokio::test]
async fn a_set_has_the_keys_that_were_asked_for() {
    let project = TestProject::start().await;
    for wanted in [
        [true, false, false],
        [false, true, false],
        [false, false, true],
        [false, false, false],
    ] {
        let [client, server, admin] = wanted;
        let created = create(&project, set_of(client, server, admin)).await;
        let has = [
            created.publishable_client_key.is_some(),
            created.secret_server_key.is_some(),
            created.super_secret_admin_key.is_some(),
        ];
        assert_eq!(has, wanted);
    }
}

#[tokio::test]
async fn a_key_gives_its_own_access_and_no_other() {
    let project = TestProject::start().await;
    let keys = create(&project, set_of(true, true, true)).await;
    let keys = [
        (
            "client",
            keys.publishable_client_key.expect("a key"),
            "INVALID_PUBLISHABLE_CLIENT_KEY",
        ),
        (
            "server",
            keys.secret_server_key.expect("a key"),
            "INVALID_SECRET_SERVER_KEY",
        ),
        (
            "admin",
            keys.super_secret_admin_key.expect("a key"),
            "INVALID_SUPER_SECRET_ADMIN_KEY",
        ),
    ];
    for (access, _, refused) in &keys {
        for (of, key, _) in &keys {
            let answer = with_key(&project, access, key).await;
            if of == access {
                answer.answers(200);
            } else {
                assert_eq!(answer.fails(401, refused), json!({ "project_id": project.id }));
            }
        }
    }
}

#[tokio::test]
async fn sets_are_listed_with_no_more_of_a_key_than_its_end() {
    let project = TestProject::start().await;
    project.server.advance(Duration::from_secs(1));
    let created = create(&project, set_of(true, true, false)).await;
    let listed = project.admin().list_api_key_sets().send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&listed));
    let hint = |key: &Option<stack_types::ApiKeyHint>| key.as_ref().expect("a key").last_four.clone();
    let set = &listed.items[0];
    assert_eq!(set.id, created.id, "the newest comes first");
    let keys = [created.publishable_client_key, created.secret_server_key].map(|key| key.expect("a key"));
    for (key, hint) in keys
        .iter()
        .zip([hint(&set.publishable_client_key), hint(&set.secret_server_key)])
    {
        assert!(key.expose().ends_with(&hint));
    }
    let text = project.admin_call("GET /internal/api-keys").send().await;
    assert!(keys.iter().all(|key| !text.text().contains(key.expose())));
}

#[tokio::test]
async fn a_set_is_read_as_it_is_listed() {
    let project = TestProject::start().await;
    let listed = project
        .admin()
        .list_api_key_sets()
        .send()
        .await
        .answers(200)
        .items
        .remove(0);
    let read = project
        .admin()
        .get_api_key_set()
        .api_key_id(listed.id)
        .send()
        .await
        .answers(200);
    assert_eq!(read, listed);
}

#[tokio::test]
async fn a_description_can_be_changed() {
    let project = TestProject::start().await;
    let created = create(&project, set_of(false, true, false)).await;
    let update = ApiKeySetUpdate {
        description: Some("Renamed".to_owned()),
        ..Default::default()
    };
    let updated = project
        .admin()
        .update_api_key_set()
        .api_key_id(created.id)
        .body(update)
        .send()
        .await
        .answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&updated));
    with_key(&project, "server", &created.secret_server_key.expect("a key"))
        .await
        .answers(200);
    let admin = project.admin();
    let same = admin
        .update_api_key_set()
        .api_key_id(created.id)
        .body(ApiKeySetUpdate::default())
        .send()
        .await;
    assert_eq!(same.answers(200), updated);
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_for_good() {
    let project = TestProject::start().await;
    let created = create(&project, set_of(true, true, true)).await;
    let key = created.secret_server_key.expect("a key");
    with_key(&project, "server", &key).await.answers(200);
    let revoke = || {
        let admin = project.admin();
        async move {
            let update = ApiKeySetUpdate {
                revoked: Some(true),
                ..Default::default()
            };
            admin
                .update_api_key_set()
                .api_key_id(created.id)
                .body(update)
                .send()
                .await
                .answers(200)
        }
    };
    let revoked = revoke().await;
    assert_eq!(revoked.manually_revoked_at_millis, Some(START));
    for (access, key) in [
        ("client", created.publishable_client_key.as_ref().expect("a key")),
        ("server", &key),
        ("admin", created.super_secret_admin_key.as_ref().expect("a key")),
    ] {
        assert_eq!(with_key(&project, access, key).await.status, 401, "{access}");
    }
    project.server.advance(Duration::from_secs(60));
    assert_eq!(revoke().await, revoked, "the first revocation counts");
    let body = json!({ "revoked": false });
    let undo = project
        .admin_call(&format!("PATCH /internal/api-keys/{}", created.id))
        .json(body)
        .send()
        .await;
    undo.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn an_admin_may_revoke_the_key_that_they_use() {
    let project = TestProject::start().await;
    let id = project.admin().list_api_key_sets().send().await.answers(200).items[0].id;
    let update = ApiKeySetUpdate {
        revoked: Some(true),
        ..Default::default()
    };
    project
        .admin()
        .update_api_key_set()
        .api_key_id(id)
        .body(update)
        .send()
        .await
        .answers(200);
    project
        .admin()
        .list_api_key_sets()
        .send()
        .await
        .fails(401, "INVALID_SUPER_SECRET_ADMIN_KEY");
}

#[tokio::test]
async fn an_expired_key_is_refused() {
    let project = TestProject::start().await;
    let created = create(&project, set_of(false, true, false)).await;
    let key = created.secret_server_key.expect("a key");
    project.server.advance(Duration::from_millis(60 * 60 * 1000 - 1));
    with_key(&project, "server", &key).await.answers(200);
    project.server.advance(Duration::from_millis(1));
    with_key(&project, "server", &key)
        .await
        .fails(401, "INVALID_SECRET_SERVER_KEY");
}

#[tokio::test]
async fn an_unknown_set_isnt_found() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let foreign = other.admin().list_api_key_sets().send().await.answers(200).items[0].id;
    for id in [ApiKeySetId::from(Uuid::new_v4()), foreign] {
        project
            .admin()
            .get_api_key_set()
            .api_key_id(id)
            .send()
            .await
            .fails(404, "API_KEY_NOT_FOUND");
        let update = ApiKeySetUpdate {
            revoked: Some(true),
            ..Default::default()
        };
        let update = project
            .admin()
            .update_api_key_set()
            .api_key_id(id)
            .body(update)
            .send()
            .await;
        update.fails(404, "API_KEY_NOT_FOUND");
    }
    other.admin().list_api_key_sets().send().await.answers(200);
    project
        .admin_call("GET /internal/api-keys/1")
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_set_needs_all_its_fields() {
    let project = TestProject::start().await;
    let details = project
        .admin_call("POST /internal/api-keys")
        .json(json!({}))
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
    insta::assert_snapshot!(details["message"].as_str().expect("text"));
    let before = project
        .admin()
        .list_api_key_sets()
        .send()
        .await
        .answers(200)
        .items
        .len();
    assert_eq!(before, 1);
}

#[tokio::test]
async fn only_admins_have_to_do_with_keys() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body: ApiKeySetCreate = set_of(true, true, true);
    let body: Value = typed(serde_json::to_value(body).expect("JSON"));
    let id = project.admin().list_api_key_sets().send().await.answers(200).items[0].id;
    for access in ["client", "server"] {
        for line in [
            "GET /internal/api-keys".to_owned(),
            "POST /internal/api-keys".to_owned(),
            format!("GET /internal/api-keys/{id}"),
            format!("PATCH /internal/api-keys/{id}"),
        ] {
            let call = project
                .call_as(access, &line)
                .token(&ada.access_token())
                .json(body.clone());
            let details = call.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
            assert_eq!(
                details,
                json!({ "actual_access_type": access, "allowed_access_types": ["admin"] })
            );
        }
    }
}
