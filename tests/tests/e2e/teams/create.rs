//! Creating teams.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, typed};
use stack_types::{client, server};
use uuid::Uuid;

use super::{call, granted, members, start};

#[tokio::test]
async fn a_client_creates_a_team_and_becomes_its_creator() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = typed::<client::TeamCreate>(json!({
        "display_name": "Engines", "client_metadata": { "colour": "blue" }, "creator_user_id": "me",
    }));
    let team = ada.client.create_team().body(body).send().await.answers(201);
    insta::assert_json_snapshot!(project.snapshots().of(&team));
    assert_eq!(members(&project, team.id).await, [json!(ada.id)]);
    assert_eq!(granted(&project, team.id, &ada).await, ["team_admin"]);
    assert_eq!(
        project.user(&ada).await["selected_team_id"],
        Value::Null,
        "it isn't selected"
    );
    let found = ada.client.get_team().team_id(team.id).send().await.answers(200);
    assert_eq!(found, team);
}

#[tokio::test]
async fn clients_create_teams_only_where_they_may() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = json!({ "display_name": "Engines" });
    let refused = call(&project, &ada, "POST /teams", body.clone()).await;
    refused.fails_plainly(403);
    let nobody = project.client_call("POST /teams").json(body);
    nobody.send().await.fails(401, "USER_AUTHENTICATION_REQUIRED");
    let listed = project.server_call("GET /teams").send().await.answers(200);
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_client_names_nobody_else_as_the_creator_and_sets_nothing_that_is_for_servers() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let with = |more: Value| {
        let mut body = json!({ "display_name": "Engines" });
        body.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        call(&project, &ada, "POST /teams", body)
    };
    with(json!({ "creator_user_id": grace.id })).await.fails_plainly(403);
    for field in ["server_metadata", "client_read_only_metadata"] {
        with(json!({ field: 1 })).await.fails(400, "SCHEMA_ERROR");
    }
    for address in [
        "https://example.com/team.png",
        "data:text/html;base64,AAAA",
        "data:image/png;base64,AAAA",
    ] {
        with(json!({ "profile_image_url": address })).await.fails_plainly(400);
    }
    let own = with(json!({ "creator_user_id": ada.id, "profile_image_url": null })).await;
    own.answers(201);
    let listed = call(&project, &ada, "GET /teams?user_id=me", Value::Null).await;
    assert_eq!(listed.answers(200)["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_server_creates_a_team_with_everything_and_no_members() {
    let project = TestProject::start().await;
    let body = typed::<server::TeamCreate>(json!({
        "display_name": "", "profile_image_url": "https://example.com/team.png", "client_metadata": 1,
        "client_read_only_metadata": [2], "server_metadata": { "three": null },
    }));
    let team = project.server().create_team().body(body).send().await.answers(201);
    insta::assert_json_snapshot!(project.snapshots().of(&team));
    assert_eq!(members(&project, team.id).await, Vec::<Value>::new());
    let found = project.server().get_team().team_id(team.id).send().await.answers(200);
    assert_eq!(found, team);
    let body = json!({ "display_name": "Engines", "profile_image_url": "ftp://example.com/team.png" });
    let refused = project.server_call("POST /teams").json(body).send().await;
    refused.fails_plainly(400);
}

#[tokio::test]
async fn a_server_names_the_creator_in_the_new_way_or_in_the_old_one() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = |creator: Value| json!({ "display_name": "Engines", "creator_user_id": creator });
    let create = |line: &str, body: Value| project.server_call(line).json(body);
    let named = create("POST /teams", body(json!(ada.id))).send().await.answers(201);
    let me = create("POST /teams", body(json!("me"))).token(&ada.access_token());
    let me = me.send().await.answers(201);
    let old = create(
        "POST /teams?add_current_user=true",
        json!({ "display_name": "Engines" }),
    );
    let old = old.token(&ada.access_token()).send().await.answers(201);
    for team in [named, me, old] {
        let id = typed(team["id"].clone());
        assert_eq!(members(&project, id).await, [json!(ada.id)]);
        assert_eq!(granted(&project, id, &ada).await, ["team_admin"]);
    }
    create("POST /teams", body(json!("me")))
        .send()
        .await
        .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    create(
        "POST /teams?add_current_user=true",
        json!({ "display_name": "Engines" }),
    )
    .send()
    .await
    .fails_plainly(401);
    create("POST /teams", body(json!(Uuid::from_u128(1))))
        .send()
        .await
        .fails(404, "USER_NOT_FOUND");
    let listed = project.server_call("GET /teams").send().await.answers(200);
    assert_eq!(
        listed["items"].as_array().map(Vec::len),
        Some(3),
        "what failed left nothing behind"
    );
}
