//! Adding, changing and deleting contact channels.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, typed};
use uuid::Uuid;

use super::{add, call, channels, first_channel};

#[tokio::test]
async fn a_user_adds_an_address_that_is_unverified() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = json!({ "user_id": "me", "value": "Work@Example.com", "type": "email", "used_for_auth": true });
    let body = typed::<stack_types::client::ContactChannelCreate>(body);
    let added = ada.client.create_contact_channel().body(body).send().await.answers(201);
    assert_eq!(
        (
            added.value.as_str(),
            added.is_verified,
            added.is_primary,
            added.used_for_auth
        ),
        ("work@example.com", false, false, true)
    );
    assert!(project.mails().await.is_empty(), "no mail is sent");
    let signed_in = project.sign_in("work@example.com").await;
    assert_eq!(signed_in.id, ada.id);
}

#[tokio::test]
async fn a_client_cant_say_that_an_address_is_verified() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let mut body = json!({ "user_id": "me", "value": "work@example.com", "type": "email", "used_for_auth": false });
    body["is_verified"] = json!(true);
    let refused = call(&project, &ada, "POST /contact-channels", body).await;
    refused.fails(400, "SCHEMA_ERROR");
    let id = first_channel(&project, &ada).await;
    let line = format!("PATCH /contact-channels/me/{id}");
    call(&project, &ada, &line, json!({ "is_verified": true }))
        .await
        .fails(400, "SCHEMA_ERROR");
    assert_eq!(channels(&project, &ada).await[0]["is_verified"], false);
}

#[tokio::test]
async fn servers_add_and_change_anything() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = json!({
        "user_id": ada.id, "value": "work@example.com", "type": "email", "used_for_auth": true, "is_verified": true,
        "is_primary": true,
    });
    let body = typed::<stack_types::server::ContactChannelCreate>(body);
    let added = project
        .server()
        .create_contact_channel()
        .body(body)
        .send()
        .await
        .answers(201);
    assert!(added.is_verified && added.is_primary);
    let user = project.user(&ada).await;
    assert_eq!(
        (&user["primary_email"], &user["primary_email_verified"]),
        (&json!("work@example.com"), &json!(true))
    );
    let primary: Vec<_> = channels(&project, &ada).await;
    assert_eq!(
        primary.iter().filter(|channel| channel["is_primary"] == true).count(),
        1
    );
    let body = typed::<stack_types::server::ContactChannelUpdate>(json!({ "is_verified": false }));
    let changed = project
        .server()
        .update_contact_channel()
        .user_id(UserIdOrMe::Id(ada.id))
        .contact_channel_id(added.id)
        .body(body)
        .send()
        .await
        .answers(200);
    assert!(!changed.is_verified && changed.is_primary);
    let body =
        json!({ "user_id": Uuid::from_u128(1), "value": "x@example.com", "type": "email", "used_for_auth": false });
    let nobody = project.server_call("POST /contact-channels").json(body).send().await;
    nobody.fails(400, "USER_ID_DOES_NOT_EXIST");
}

#[tokio::test]
async fn an_address_is_the_users_once_and_signs_in_one_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let body =
        |value: &str, auth: bool| json!({ "user_id": "me", "value": value, "type": "email", "used_for_auth": auth });
    let again = call(&project, &ada, "POST /contact-channels", body("Ada@example.com", false)).await;
    again.fails_plainly(400);
    let taken = call(
        &project,
        &grace,
        "POST /contact-channels",
        body("ADA@example.com", true),
    )
    .await;
    let details = taken.fails(409, "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE");
    assert_eq!(
        details,
        json!({
            "type": "email", "contact_channel_value": "ada@example.com", "would_work_if_email_was_verified": false,
        })
    );
    let noted = add(&project, &grace, "ada@example.com").await;
    let line = format!("PATCH /contact-channels/me/{}", noted["id"].as_str().expect("an id"));
    let taken = call(&project, &grace, &line, json!({ "used_for_auth": true })).await;
    taken.fails(409, "CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE");
    let taken = call(&project, &grace, &line, json!({ "value": "grace@example.com" })).await;
    taken.fails_plainly(400);
    let unchanged = channels(&project, &grace).await;
    assert!(unchanged.contains(&noted), "{unchanged:?}");
}

#[tokio::test]
async fn a_value_is_an_address() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let id = first_channel(&project, &ada).await;
    for value in ["", "ada", "a b@example.com", "ada@example.com\nBcc: eve@example.com"] {
        let body = json!({ "user_id": "me", "value": value, "type": "email", "used_for_auth": false });
        let added = call(&project, &ada, "POST /contact-channels", body).await;
        added.fails(400, "SCHEMA_ERROR");
        let line = format!("PATCH /contact-channels/me/{id}");
        let changed = call(&project, &ada, &line, json!({ "value": value })).await;
        changed.fails(400, "SCHEMA_ERROR");
    }
    let body = json!({ "user_id": "me", "value": "a@example.com", "type": "phone", "used_for_auth": false });
    let added = call(&project, &ada, "POST /contact-channels", body).await;
    added.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_new_address_is_unverified_unless_a_server_says_otherwise() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let id = first_channel(&project, &ada).await;
    let (by_client, by_server) = (
        format!("PATCH /contact-channels/me/{id}"),
        format!("PATCH /contact-channels/{}/{id}", ada.id),
    );
    let change = |body: Value| project.server_call(&by_server).json(body).send();
    change(json!({ "is_verified": true })).await.answers(200);
    let same = call(&project, &ada, &by_client, json!({ "value": "ADA@example.com" })).await;
    assert_eq!(same.answers(200)["is_verified"], true, "that is no change");
    let other = call(&project, &ada, &by_client, json!({ "value": "Countess@Example.com" })).await;
    let other = other.answers(200);
    assert_eq!(
        (&other["value"], &other["is_verified"]),
        (&json!("countess@example.com"), &json!(false))
    );
    let said = change(json!({ "value": "ada@example.com", "is_verified": true })).await;
    assert_eq!(said.answers(200)["is_verified"], true);
    let empty = typed::<stack_types::client::ContactChannelUpdate>(json!({}));
    let unchanged = ada
        .client
        .update_contact_channel()
        .user_id(UserIdOrMe::Me)
        .contact_channel_id(id)
        .body(empty);
    assert_eq!(unchanged.send().await.answers(200).value, "ada@example.com");
}

#[tokio::test]
async fn a_user_has_one_primary_address_or_none() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let work = add(&project, &ada, "work@example.com").await;
    let line = format!("PATCH /contact-channels/me/{}", work["id"].as_str().expect("an id"));
    call(&project, &ada, &line, json!({ "is_primary": true }))
        .await
        .answers(200);
    assert_eq!(project.user(&ada).await["primary_email"], "work@example.com");
    let all = channels(&project, &ada).await;
    assert_eq!(all.iter().filter(|channel| channel["is_primary"] == true).count(), 1);
    call(&project, &ada, &line, json!({ "is_primary": false }))
        .await
        .answers(200);
    assert_eq!(project.user(&ada).await["primary_email"], Value::Null);
}

#[tokio::test]
async fn a_deleted_address_signs_in_nobody() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let id = first_channel(&project, &ada).await;
    let delete = || {
        ada.client
            .delete_contact_channel()
            .user_id(UserIdOrMe::Me)
            .contact_channel_id(id)
            .send()
    };
    assert!(delete().await.answers(200).success);
    delete().await.fails_plainly(400);
    assert_eq!(project.user(&ada).await["primary_email"], Value::Null);
    let body = json!({ "email": "ada@example.com", "password": stack_tests::PASSWORD });
    let call = project.client_call("POST /auth/password/sign-in").json(body);
    call.send().await.fails(400, "EMAIL_PASSWORD_MISMATCH");
    project.sign_up("ada@example.com").await;
}

#[tokio::test]
async fn clients_change_no_channel_of_anybody_else() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let (id, before) = (first_channel(&project, &ada).await, channels(&project, &ada).await);
    let body = json!({ "user_id": ada.id, "value": "eve2@example.com", "type": "email", "used_for_auth": true });
    call(&project, &eve, "POST /contact-channels", body)
        .await
        .fails_plainly(403);
    for (path, status) in [(ada.id.to_string(), 403), ("me".to_owned(), 400)] {
        let line = format!("PATCH /contact-channels/{path}/{id}");
        let body = json!({ "value": "eve2@example.com" });
        call(&project, &eve, &line, body).await.fails_plainly(status);
        let line = format!("DELETE /contact-channels/{path}/{id}");
        call(&project, &eve, &line, Value::Null).await.fails_plainly(status);
    }
    let other = TestProject::create(&project.server).await;
    for method in ["PATCH", "DELETE"] {
        let call = other.server_call(&format!("{method} /contact-channels/{}/{id}", ada.id));
        let call = if method == "PATCH" { call.json(json!({})) } else { call };
        call.send().await.fails_plainly(400);
    }
    assert_eq!(channels(&project, &ada).await, before);
}
