//! Tag `data-vault`.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_domain::models::ConfigLevel;
use stack_tests::{Answer, Outcome, Secrets, TestProject, typed};

/// A project with the stores `secrets` and `more`.
async fn project() -> TestProject {
    let project = TestProject::start().await;
    add_stores(&project).await;
    project
}

async fn add_stores(project: &TestProject) {
    let stores = json!({ "dataVault.stores": { "secrets": { "displayName": "Secrets" }, "more": {} } });
    project.configure(ConfigLevel::Branch, stores).await;
}

async fn set(project: &TestProject, store: &str, key: &str, value: &str) -> Answer {
    let body = json!({ "hashed_key": key, "encrypted_value": value });
    let line = format!("POST /data-vault/stores/{store}/set");
    project.server_call(&line).json(body).send().await
}

async fn get(project: &TestProject, store: &str, key: &str) -> Answer {
    let line = format!("POST /data-vault/stores/{store}/get");
    project
        .server_call(&line)
        .json(json!({ "hashed_key": key }))
        .send()
        .await
}

#[tokio::test]
async fn a_value_comes_back_as_it_was_sent() {
    let project = project().await;
    let store = || stack_types::DataVaultStoreId::from("secrets");
    let entry = json!({ "hashed_key": "a hash", "encrypted_value": "ciphertext" });
    let entry = typed::<stack_types::DataVaultEntry>(entry);
    let set_it = project
        .server()
        .set_data_vault_value()
        .id(store())
        .body(entry)
        .send()
        .await
        .answers(200);
    assert!(set_it.success);
    let key = || typed::<stack_types::DataVaultKey>(json!({ "hashed_key": "a hash" }));
    let value = project
        .server()
        .get_data_vault_value()
        .id(store())
        .body(key())
        .send()
        .await
        .answers(200);
    assert_eq!(value.encrypted_value.expose(), "ciphertext");
    let by_admin = project
        .admin()
        .get_data_vault_value()
        .id(store())
        .body(key())
        .send()
        .await
        .answers(200);
    assert_eq!(by_admin, value);
    for (key, odd) in [
        (" ", ""),
        ("ä", " "),
        ("\r\n", "ä\u{1f511}\r\n\""),
        ("0", &*"v".repeat(1_000_000)),
    ] {
        set(&project, "secrets", key, odd).await.answers(200);
        assert_eq!(
            get(&project, "secrets", key).await.answers(200),
            json!({ "encrypted_value": odd })
        );
    }
}

#[tokio::test]
async fn a_value_takes_the_place_of_the_one_before_and_of_no_other() {
    let project = project().await;
    for (store, key, value) in [
        ("secrets", "a", "1"),
        ("secrets", "A", "2"),
        ("more", "a", "3"),
        ("secrets", "a", "4"),
    ] {
        set(&project, store, key, value).await.answers(200);
    }
    for (store, key, value) in [("secrets", "a", "4"), ("secrets", "A", "2"), ("more", "a", "3")] {
        assert_eq!(get(&project, store, key).await.answers(200)["encrypted_value"], value);
    }
}

#[tokio::test]
async fn what_isnt_there_is_told_apart() {
    let project = project().await;
    let details = get(&project, "secrets", "unknown")
        .await
        .fails(400, "DATA_VAULT_STORE_HASHED_KEY_DOES_NOT_EXIST");
    assert_eq!(details, json!({ "store_id": "secrets", "hashed_key": "unknown" }));
    for store in ["nowhere", "Secrets", "a%2Fb"] {
        get(&project, store, "a")
            .await
            .fails(400, "DATA_VAULT_STORE_DOES_NOT_EXIST");
        let details = set(&project, store, "a", "x")
            .await
            .fails(400, "DATA_VAULT_STORE_DOES_NOT_EXIST");
        assert!(details["store_id"].is_string());
    }
}

#[tokio::test]
async fn keys_and_values_have_a_greatest_length() {
    let project = project().await;
    set(&project, "secrets", &"ä".repeat(1000), "x").await.answers(200);
    assert_eq!(
        get(&project, "secrets", &"ä".repeat(1000)).await.answers(200),
        json!({ "encrypted_value": "x" })
    );
    for (key, value) in [
        ("", "x".to_owned()),
        (&*"k".repeat(1001), "x".to_owned()),
        ("k", "v".repeat(1_000_001)),
    ] {
        set(&project, "secrets", key, &value).await.fails(400, "SCHEMA_ERROR");
    }
    get(&project, "secrets", "").await.fails(400, "SCHEMA_ERROR");
    for body in [
        json!({ "hashed_key": "a", "encrypted_value": null }),
        json!({ "hashed_key": ["a"] }),
        Value::Null,
    ] {
        let call = project.server_call("POST /data-vault/stores/secrets/set").json(body);
        call.send().await.fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test]
async fn a_store_that_leaves_the_configuration_shuts_and_opens_again() {
    let project = project().await;
    set(&project, "more", "a", "kept").await.answers(200);
    project
        .configure(ConfigLevel::Branch, json!({ "dataVault.stores": {} }))
        .await;
    get(&project, "more", "a")
        .await
        .fails(400, "DATA_VAULT_STORE_DOES_NOT_EXIST");
    add_stores(&project).await;
    assert_eq!(
        get(&project, "more", "a").await.answers(200),
        json!({ "encrypted_value": "kept" })
    );
}

#[tokio::test]
async fn a_value_is_its_projects_only() {
    let project = project().await;
    let other = TestProject::create(&project.server).await;
    add_stores(&other).await;
    set(&project, "secrets", "a", "mine").await.answers(200);
    get(&other, "secrets", "a")
        .await
        .fails(400, "DATA_VAULT_STORE_HASHED_KEY_DOES_NOT_EXIST");
    set(&other, "secrets", "a", "theirs").await.answers(200);
    assert_eq!(
        get(&project, "secrets", "a").await.answers(200),
        json!({ "encrypted_value": "mine" })
    );
}

#[tokio::test]
async fn neither_keys_nor_values_stand_in_the_database() {
    let project = project().await;
    let (key, value) = ("a key that somebody could know", "a value that nobody may read");
    set(&project, "secrets", key, value).await.answers(200);
    let mut secrets = Secrets::default();
    secrets.add("key", key);
    secrets.add("value", value);
    let bytes = project.server.database().bytes().await;
    assert_eq!(secrets.found_in(&bytes), [""; 0]);
    let twin = project.on(&project.server.twin().await);
    assert_eq!(
        get(&twin, "secrets", key).await.answers(200),
        json!({ "encrypted_value": value })
    );
}

#[tokio::test]
async fn clients_have_no_vault() {
    let project = project().await;
    let ada = project.sign_up("ada@example.com").await;
    for (line, body) in [
        ("POST /data-vault/stores/secrets/get", json!({ "hashed_key": "a" })),
        (
            "POST /data-vault/stores/secrets/set",
            json!({ "hashed_key": "a", "encrypted_value": "x" }),
        ),
    ] {
        let call = project.client_call(line).token(&ada.access_token()).json(body);
        call.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
    }
}
