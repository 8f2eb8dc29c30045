//! Which changes are told, and how.

use serde_json::{Value, json};
use stack_tests::{ProjectOptions, TestProject, TestServer};
use stack_webhooks::Event;

use super::{
    add_endpoint, allow_loopback, create_user,
    receiver::{Received, Receiver},
};

const CALLBACK: &str = "http://localhost:3000/handler/password-reset";

/// A project without personal teams, so that users are all that is told of.
async fn start() -> TestProject {
    let server = TestServer::start_with(allow_loopback).await;
    let config = json!({
        "create_team_on_sign_up": false,
        "allow_localhost": true,
        "client_user_deletion_enabled": true,
    });
    TestProject::create_with(&server, ProjectOptions { config }).await
}

/// The next event, which has to be one that receivers know.
async fn next(receiver: &mut Receiver) -> (String, Value) {
    let received: Received = receiver.next().await;
    let event: Event = serde_json::from_slice(&received.body).expect("an event");
    assert!(!matches!(event, Event::Unknown { .. }), "{event:?}");
    let mut json = received.json();
    let members = json.as_object().map(|object| object.len());
    assert_eq!(members, Some(2), "{json}");
    (received.event_type(), json["data"].take())
}

#[tokio::test]
async fn every_way_to_sign_up_makes_a_user_once() {
    let project = start().await;
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({})).await;

    let id = create_user(&project, json!({ "server_metadata": { "plan": "pro" } })).await;
    let (event_type, data) = next(&mut receiver).await;
    assert_eq!((event_type.as_str(), &data["id"]), ("user.created", &json!(id)));
    assert_eq!(
        data["server_metadata"],
        json!({ "plan": "pro" }),
        "servers' data are there"
    );

    let ada = project.sign_up("ada@example.com").await;
    let (event_type, data) = next(&mut receiver).await;
    assert_eq!((event_type.as_str(), &data["id"]), ("user.created", &json!(ada.id)));
    assert_eq!(data["primary_email"], "ada@example.com");

    let nobody = project.sign_up_anonymously().await;
    let (event_type, data) = next(&mut receiver).await;
    assert_eq!((event_type.as_str(), &data["id"]), ("user.created", &json!(nobody.id)));
    assert_eq!(data["is_anonymous"], true);

    let body = json!({ "email": "bob@example.com", "password": stack_tests::PASSWORD });
    let call = project
        .client_call("POST /auth/password/sign-up")
        .token(&nobody.access_token());
    let call = call.header("x-stack-allow-anonymous-user", "true");
    call.json(body).send().await.answers(200);
    let (event_type, data) = next(&mut receiver).await;
    assert_eq!(
        (event_type.as_str(), &data["id"]),
        ("user.updated", &json!(nobody.id)),
        "it is an upgrade"
    );
    assert_eq!(data["is_anonymous"], false);
    receiver.hears_nothing().await;
}

#[tokio::test]
async fn changes_by_clients_and_servers_and_resets_of_passwords_are_told() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({})).await;
    let me = |line: &str| project.client_call(line).token(&ada.access_token());

    me("PATCH /users/me")
        .json(json!({ "display_name": "Ada" }))
        .send()
        .await
        .answers(200);
    let (event_type, data) = next(&mut receiver).await;
    assert_eq!(
        (event_type.as_str(), &data["display_name"]),
        ("user.updated", &json!("Ada"))
    );

    let body = json!({ "email": "ada@example.com", "callback_url": CALLBACK });
    let asked = project
        .client_call("POST /auth/password/send-reset-code")
        .json(body)
        .send()
        .await;
    asked.answers(200);
    let code = project.mail_to("ada@example.com").await.link_code();
    let body = json!({ "code": code, "password": "another password" });
    project
        .client_call("POST /auth/password/reset")
        .json(body)
        .send()
        .await
        .answers(200);
    assert_eq!(next(&mut receiver).await.0, "user.updated");

    let ada = project.session_of(ada.id.0).await;
    let me = |line: &str| project.client_call(line).token(&ada.access_token());
    let body = json!({ "old_password": "another password", "new_password": "a third password" });
    me("POST /auth/password/update").json(body).send().await.answers(200);
    let body = json!({ "type": "email", "value": "ada@example.org", "used_for_auth": false, "user_id": "me" });
    me("POST /contact-channels").json(body).send().await.answers(201);
    receiver.hears_nothing().await;

    me("DELETE /users/me").send().await.answers(200);
    let (event_type, data) = next(&mut receiver).await;
    assert_eq!(
        (event_type.as_str(), data),
        ("user.deleted", json!({ "id": ada.id, "teams": [] }))
    );
}

/// The types of the next events, with what is told of each.
async fn take(receiver: &mut Receiver, count: usize) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    while all.len() < count {
        all.push(next(receiver).await);
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn types(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(event_type, _)| event_type.as_str()).collect()
}

#[tokio::test]
async fn teams_and_those_who_join_and_leave_them_are_told() {
    let project = start().await;
    let (ada, bob) = (
        create_user(&project, json!({})).await,
        create_user(&project, json!({})).await,
    );
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({})).await;
    let call = |line: String| project.server_call(&line);

    let body = json!({ "display_name": "Analysts", "creator_user_id": ada });
    let made = call("POST /teams".to_owned()).json(body).send().await.answers(201);
    let team = made["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        next(&mut receiver).await,
        ("team.created".to_owned(), made),
        "its creator joins without a word"
    );

    let body = json!({ "display_name": "Engineers", "server_metadata": 7 });
    let changed = call(format!("PATCH /teams/{team}"))
        .json(body)
        .send()
        .await
        .answers(200);
    assert_eq!(next(&mut receiver).await, ("team.updated".to_owned(), changed));

    let joins = call(format!("POST /team-memberships/{team}/{bob}"))
        .json(json!({}))
        .send()
        .await;
    joins.answers(201);
    let membership = json!({ "team_id": team, "user_id": bob });
    assert_eq!(
        next(&mut receiver).await,
        ("team_membership.created".to_owned(), membership.clone())
    );
    let (event_type, data) = next(&mut receiver).await;
    assert_eq!(
        (event_type.as_str(), &data["user_id"]),
        ("team_permission.created", &json!(bob))
    );
    assert_eq!(data["id"], "team_member", "and what members get by themselves");

    let permission = format!("/team-permissions/{team}/{bob}/$update_team");
    call(format!("POST {permission}"))
        .json(json!({}))
        .send()
        .await
        .answers(201);
    let expected = json!({ "id": "$update_team", "user_id": bob, "team_id": team });
    assert_eq!(
        next(&mut receiver).await,
        ("team_permission.created".to_owned(), expected.clone())
    );
    call(format!("DELETE {permission}")).send().await.answers(200);
    assert_eq!(
        next(&mut receiver).await,
        ("team_permission.deleted".to_owned(), expected)
    );

    call(format!("DELETE /team-memberships/{team}/{bob}"))
        .send()
        .await
        .answers(200);
    assert_eq!(
        next(&mut receiver).await,
        ("team_membership.deleted".to_owned(), membership)
    );

    call(format!("DELETE /users/{ada}")).send().await.answers(200);
    let told = take(&mut receiver, 2).await;
    assert_eq!(types(&told), ["team_membership.deleted", "user.deleted"]);
    assert_eq!(told[0].1, json!({ "team_id": team, "user_id": ada }));
    assert_eq!(told[1].1, json!({ "id": ada, "teams": [{ "id": team }] }));

    call(format!("DELETE /teams/{team}")).send().await.answers(200);
    assert_eq!(
        next(&mut receiver).await,
        ("team.deleted".to_owned(), json!({ "id": team }))
    );
    receiver.hears_nothing().await;
}

#[tokio::test]
async fn permissions_in_the_project_are_told() {
    let project = start().await;
    let admin = |line: &str| project.admin_call(line);
    let body = json!({ "id": "read", "description": "", "contained_permission_ids": [] });
    admin("POST /project-permission-definitions")
        .json(body)
        .send()
        .await
        .answers(201);
    let ada = create_user(&project, json!({})).await;
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({})).await;
    let path = format!("/project-permissions/{ada}/read");
    project
        .server_call(&format!("POST {path}"))
        .json(json!({}))
        .send()
        .await
        .answers(201);
    let expected = json!({ "id": "read", "user_id": ada });
    assert_eq!(
        next(&mut receiver).await,
        ("project_permission.created".to_owned(), expected.clone())
    );
    project.server_call(&format!("DELETE {path}")).send().await.answers(200);
    assert_eq!(
        next(&mut receiver).await,
        ("project_permission.deleted".to_owned(), expected)
    );
    receiver.hears_nothing().await;
}

#[tokio::test]
async fn the_team_that_a_new_user_gets_is_told() {
    let config = json!({ "create_team_on_sign_up": true });
    let server = TestServer::start_with(allow_loopback).await;
    let project = TestProject::create_with(&server, ProjectOptions { config }).await;
    let mut receiver = Receiver::start().await;
    add_endpoint(&project, &receiver, json!({})).await;
    create_user(&project, json!({ "display_name": "Ada" })).await;
    let told = take(&mut receiver, 2).await;
    assert_eq!(types(&told), ["team.created", "user.created"]);
    assert_eq!(told[0].1["display_name"], "Ada's Team");
    assert_eq!(told[1].1["selected_team"], Value::Null);
}
