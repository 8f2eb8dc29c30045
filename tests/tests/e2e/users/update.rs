//! `PATCH /users/{user_id}` and `PATCH /users/me`: what is left out, cleared and set.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_codegen::{
    load::Sources,
    model::{Access, Kind, Object},
    views::Views,
};
use stack_tests::{Outcome, PASSWORD, TestProject, TestUser, typed};
use stack_types::{client, server};
use uuid::Uuid;

/// A nullable field of an update: what it is set to, where that shows, and how it shows when set and when cleared.
struct Nullable {
    name: &'static str,
    value: Value,
    shows_as: &'static str,
    set: Value,
    cleared: Value,
}

fn nullable(name: &'static str, value: Value, shows_as: &'static str, set: Value, cleared: Value) -> Nullable {
    Nullable {
        name,
        value,
        shows_as,
        set,
        cleared,
    }
}

/// A field that shows what it was set to.
fn plain(name: &'static str, value: Value) -> Nullable {
    nullable(name, value.clone(), name, value, Value::Null)
}

/// Every nullable field that clients may change.
fn for_clients(team: Uuid) -> Vec<Nullable> {
    vec![
        plain("display_name", json!("Ada")),
        plain("client_metadata", json!({ "a": [1, null] })),
        plain("primary_email", json!("ada@example.com")),
        nullable(
            "totp_secret_base64",
            json!("c2VjcmV0"),
            "requires_totp_mfa",
            json!(true),
            json!(false),
        ),
        plain("selected_team_id", json!(team)),
    ]
}

/// Every nullable field that only servers may change, or as they do.
fn for_servers(team: Uuid) -> Vec<Nullable> {
    let mut fields = for_clients(team);
    fields.extend([
        plain("profile_image_url", json!("https://example.com/ada.png")),
        plain("client_read_only_metadata", json!("text")),
        plain("server_metadata", json!(false)),
        nullable("password", json!(PASSWORD), "has_password", json!(true), json!(false)),
        plain("restricted_by_admin_reason", json!("A test.")),
        plain("restricted_by_admin_private_details", json!("Nobody needs to know.")),
        nullable("country_code", json!("gb"), "country_code", json!("GB"), Value::Null),
    ]);
    // A password needs an address, so that one is cleared last.
    fields.sort_by_key(|field| field.name == "primary_email");
    fields
}

/// The members of a user's update, as this access sees them.
fn update_of(access: Access) -> Object {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi");
    let sources = Sources::from_folder(folder.as_ref()).expect("the contract is readable");
    let api = stack_codegen::read(&sources).expect("the contract is right");
    match &Views::of(&api).view(access).schemas["UserUpdate"].ty.kind {
        Kind::Object(object) => object.clone(),
        other => panic!("an update is an object, not {other:?}"),
    }
}

/// A user who has a team and is restricted, so that every field can be set.
async fn somebody(project: &TestProject) -> (TestUser, Uuid) {
    let body = json!({ "primary_email": "first@example.com", "restricted_by_admin": true });
    let ada = project.user_with(body).await;
    let team = project.user(&ada).await["selected_team_id"].take();
    (ada, typed(team))
}

#[tokio::test]
async fn servers_leave_clear_and_set_every_nullable_field() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let (ada, team) = somebody(&project).await;
    let fields = for_servers(team);
    let named: BTreeSet<_> = fields.iter().map(|field| field.name.to_owned()).collect();
    let all = update_of(Access::Server)
        .properties
        .into_iter()
        .filter(|(_, property)| property.ty.nullable);
    assert_eq!(
        named,
        all.map(|(name, _)| name).collect(),
        "every nullable field is tried"
    );
    for field in fields {
        let patch = |body: Value| {
            project
                .server_call(&format!("PATCH /users/{}", ada.id))
                .json(body)
                .send()
        };
        let shown = |user: Value| user[field.shows_as].clone();
        let set = patch(json!({ field.name: field.value })).await.answers(200);
        assert_eq!(shown(set.clone()), field.set, "{} is set", field.name);
        let left = patch(json!({})).await.answers(200);
        assert_eq!(left, set, "{} is left alone", field.name);
        let cleared = patch(json!({ field.name: null })).await.answers(200);
        assert_eq!(shown(cleared.clone()), field.cleared, "{} is cleared", field.name);
        assert_eq!(project.user(&ada).await, cleared, "{} is stored", field.name);
    }
}

#[tokio::test]
async fn clients_leave_clear_and_set_every_nullable_field() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let (ada, team) = somebody(&project).await;
    let fields = for_clients(team);
    let named: BTreeSet<_> = fields.iter().map(|field| field.name.to_owned()).collect();
    let all = update_of(Access::Client)
        .properties
        .into_iter()
        .filter(|(_, property)| property.ty.nullable);
    let uploads = BTreeSet::from(["profile_image_url".to_owned()]);
    assert_eq!(
        &named | &uploads,
        all.map(|(name, _)| name).collect(),
        "every nullable field is tried"
    );
    for field in fields {
        let patch = |body: Value| {
            let call = project.client_call("PATCH /users/me").token(&ada.access_token());
            call.header("x-stack-allow-restricted-user", "true").json(body).send()
        };
        let shown = |user: Value| user[field.shows_as].clone();
        let set = patch(json!({ field.name: field.value })).await.answers(200);
        assert_eq!(shown(set.clone()), field.set, "{} is set", field.name);
        let left = patch(json!({})).await.answers(200);
        assert_eq!(left, set, "{} is left alone", field.name);
        let cleared = patch(json!({ field.name: null })).await.answers(200);
        assert_eq!(shown(cleared), field.cleared, "{} is cleared", field.name);
    }
}

#[tokio::test]
async fn clients_cant_change_what_is_for_servers() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let before = project.user(&ada).await;
    let own = update_of(Access::Client).properties;
    let others: Vec<_> = update_of(Access::Server)
        .properties
        .into_iter()
        .filter(|(name, _)| !own.contains_key(name))
        .collect();
    assert!(others.len() >= 10, "{}", others.len());
    for (name, property) in others {
        let value = match property.ty.kind {
            Kind::Boolean { only: None } => json!(true),
            Kind::Boolean { only: Some(only) } => json!(only),
            Kind::Ref(_) => json!({ "sign_up": { "bot": 1, "free_trial_abuse": 1 } }),
            _ => json!("GB"),
        };
        let call = project.client_call("PATCH /users/me").token(&ada.access_token());
        let details = call
            .json(json!({ "display_name": "Eve", &name: value }))
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
        assert!(
            details["message"].as_str().is_some_and(|text| text.contains(&name)),
            "{name}: {details}"
        );
    }
    assert_eq!(
        project.user(&ada).await,
        before,
        "nothing of a refused request is stored"
    );
}

#[tokio::test]
async fn what_no_update_has_is_refused() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    for name in [
        "id",
        "has_password",
        "is_restricted",
        "signed_up_at_millis",
        "oauth_providers",
        "project_id",
    ] {
        let call = project
            .server_call(&format!("PATCH /users/{}", ada.id))
            .json(json!({ name: null }));
        call.send().await.fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test]
async fn an_update_answers_with_the_whole_user() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = server::UserUpdate {
        display_name: Patch::Value("Ada Lovelace".into()),
        ..Default::default()
    };
    let user = project
        .server()
        .update_user()
        .user_id(ada.id)
        .body(body)
        .send()
        .await
        .answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(user));
    let body = client::UserUpdate {
        client_metadata: Patch::Value(json!({ "theme": "dark" })),
        ..Default::default()
    };
    let me = ada.client.update_current_user().body(body).send().await.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(me));
}

#[tokio::test]
async fn servers_may_update_the_signed_in_user_as_servers_do() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = server::UserUpdate {
        server_metadata: Patch::Value(json!({ "plan": "pro" })),
        ..Default::default()
    };
    let server = project.server().with_tokens(ada.client.tokens());
    let me = server
        .update_current_user()
        .body(body.clone())
        .send()
        .await
        .answers(200);
    assert_eq!((me.id, &me.server_metadata), (ada.id, &json!({ "plan": "pro" })));
    let admin = project.admin().with_tokens(ada.client.tokens());
    assert_eq!(admin.update_current_user().body(body).send().await.answers(200), me);
}

#[tokio::test]
async fn metadata_of_each_kind_is_replaced_as_a_whole() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    for kind in ["client_metadata", "client_read_only_metadata", "server_metadata"] {
        for value in [
            json!({ "a": 1 }),
            json!({ "b": { "c": [] } }),
            json!([]),
            json!("text"),
            json!(0.5),
            json!(true),
        ] {
            let call = project
                .server_call(&format!("PATCH /users/{}", ada.id))
                .json(json!({ kind: value }));
            assert_eq!(call.send().await.answers(200)[kind], value);
        }
    }
}

#[tokio::test]
async fn metadata_keeps_the_order_and_the_numbers_of_what_was_sent() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let text = r#"{"client_metadata":{"z":1,"a":9007199254740993,"m":1.5,"ü":"\u0000\ud83d\ude00"}}"#;
    let call = project
        .server_call(&format!("PATCH /users/{}", ada.id))
        .body("application/json", text);
    let metadata = call.send().await.answers(200)["client_metadata"].take();
    assert_eq!(
        metadata,
        serde_json::from_str::<Value>(text).expect("JSON")["client_metadata"]
    );
}

#[tokio::test]
async fn an_empty_name_is_none() {
    let project = TestProject::start().await;
    let ada = project.user_with(json!({ "display_name": "Ada" })).await;
    let call = project
        .server_call(&format!("PATCH /users/{}", ada.id))
        .json(json!({ "display_name": "" }));
    assert_eq!(call.send().await.answers(200)["display_name"], Value::Null);
}

#[tokio::test]
async fn a_name_has_256_characters_at_most() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = || project.client_call("PATCH /users/me").token(&ada.access_token());
    call()
        .json(json!({ "display_name": "ä".repeat(256) }))
        .send()
        .await
        .answers(200);
    call()
        .json(json!({ "display_name": "ä".repeat(257) }))
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn clients_upload_pictures_and_dont_link_to_them() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    for url in [
        "https://example.com/ada.png",
        "data:image/svg+xml;base64,AAAA",
        "data:image/png;base64,AAAA",
    ] {
        let call = project.client_call("PATCH /users/me").token(&ada.access_token());
        call.json(json!({ "profile_image_url": url }))
            .send()
            .await
            .fails_plainly(400);
    }
    let call = project.client_call("PATCH /users/me").token(&ada.access_token());
    call.json(json!({ "profile_image_url": null }))
        .send()
        .await
        .answers(200);
}

#[tokio::test]
async fn an_unknown_user_cant_be_updated() {
    let project = TestProject::start().await;
    let server = project.server();
    let update = |user: UserIdOrMe| {
        server
            .update_user()
            .user_id(user)
            .body(server::UserUpdate::default())
            .send()
    };
    update(UserIdOrMe::Id(Uuid::new_v4().into()))
        .await
        .fails(404, "USER_NOT_FOUND");
    update(UserIdOrMe::Me)
        .await
        .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn a_team_of_others_cant_be_selected() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let team = project.user(&grace).await["selected_team_id"].take();
    for team in [team, json!(Uuid::new_v4())] {
        let body = json!({ "selected_team_id": team });
        let expected = json!({ "team_id": team, "user_id": ada.id });
        let server = project
            .server_call(&format!("PATCH /users/{}", ada.id))
            .json(body.clone())
            .send()
            .await;
        assert_eq!(server.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND"), expected);
        let client = ada
            .client
            .update_current_user()
            .body(typed::<client::UserUpdate>(body))
            .send()
            .await;
        assert_eq!(client.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND"), expected);
    }
}

#[tokio::test]
async fn an_anonymous_user_can_be_made_an_ordinary_one_and_never_back() {
    let project = TestProject::start().await;
    let guest = project.sign_up_anonymously().await;
    project.server.advance(std::time::Duration::from_secs(1));
    let patch = |value: bool| {
        project
            .server_call(&format!("PATCH /users/{}", guest.id))
            .json(json!({ "is_anonymous": value }))
            .send()
    };
    let user = patch(false).await.answers(200);
    assert_eq!(
        (&user["is_anonymous"], &user["is_restricted"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(
        user["signed_up_at_millis"],
        json!(project.server.now()),
        "the sign-up begins anew"
    );
    patch(true).await.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn clients_may_not_update_users_by_id() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project
        .client_call(&format!("PATCH /users/{}", ada.id))
        .token(&ada.access_token());
    call.json(json!({})).send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}
