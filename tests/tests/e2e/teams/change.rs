//! Changing teams.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, typed};
use stack_types::{client, server};
use uuid::Uuid;

use super::{call, grant, join, revoke, start, team_of};

#[tokio::test]
async fn who_may_update_a_team_changes_what_is_sent_and_nothing_else() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&ada, "Engines").await;
    let update = |body: Value| {
        let body = typed::<client::TeamUpdate>(body);
        ada.client.update_team().team_id(team).body(body).send()
    };
    let metadata = json!({ "a": [1, null] });
    let changed = update(json!({ "client_metadata": metadata })).await.answers(200);
    assert_eq!(changed.display_name, "Engines");
    assert_eq!(changed.client_metadata, Patch::Value(metadata));
    let changed = update(json!({ "display_name": "Analytical engines" }))
        .await
        .answers(200);
    assert_eq!(changed.client_metadata, Patch::Value(json!({ "a": [1, null] })));
    let changed = update(json!({ "client_metadata": null })).await.answers(200);
    assert_eq!(changed.display_name, "Analytical engines");
    assert_eq!(changed.client_metadata, Patch::Null);
    update(json!({ "profile_image_url": "https://example.com/team.png" }))
        .await
        .fails_plainly(400);
    let line = format!("PATCH /teams/{team}");
    for field in ["server_metadata", "client_read_only_metadata", "creator_user_id"] {
        let refused = call(&project, &ada, &line, json!({ field: "me" })).await;
        refused.fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test]
async fn without_the_permission_a_member_changes_nothing() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let team = team_of(&ada, "Engines").await;
    join(&project, team, &grace).await;
    let line = format!("PATCH /teams/{team}");
    let body = || json!({ "display_name": "Eve's", "profile_image_url": "nonsense://" });
    let refused = call(&project, &grace, &line, body()).await;
    assert_eq!(
        refused.fails(401, "TEAM_PERMISSION_REQUIRED"),
        json!({ "team_id": team, "user_id": grace.id, "permission_id": "$update_team" })
    );
    call(&project, &eve, &line, body())
        .await
        .fails(404, "TEAM_MEMBERSHIP_NOT_FOUND");
    let nobody = project.client_call(&line).json(body());
    nobody.send().await.fails(401, "USER_AUTHENTICATION_REQUIRED");
    grant(&project, team, &grace, "$update_team").await;
    let name = json!({ "display_name": "Grace's" });
    call(&project, &grace, &line, name.clone()).await.answers(200);
    revoke(&project, team, &grace, "$update_team").await;
    call(&project, &grace, &line, name)
        .await
        .fails(401, "TEAM_PERMISSION_REQUIRED");
}

#[tokio::test]
async fn a_server_changes_every_field() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&ada, "Engines").await;
    let update = |body: Value| {
        let (project, body) = (&project, typed::<server::TeamUpdate>(body));
        async move { project.server().update_team().team_id(team).body(body).send().await }
    };
    let changed = update(json!({
        "display_name": "Looms", "profile_image_url": "https://example.com/team.png", "client_metadata": 1,
        "client_read_only_metadata": 2, "server_metadata": 3,
    }));
    insta::assert_json_snapshot!(project.snapshots().of(changed.await.answers(200)));
    let cleared = update(json!({ "profile_image_url": null, "server_metadata": null }))
        .await
        .answers(200);
    assert_eq!(
        (cleared.profile_image_url, cleared.server_metadata),
        (None, Patch::Null)
    );
    let refused = update(json!({ "profile_image_url": "data:image/png;base64,AAAA" })).await;
    refused.fails_plainly(400);
    let line = format!("PATCH /teams/{}", Uuid::from_u128(1));
    let missing = project.server_call(&line).json(json!({}));
    missing.send().await.fails(404, "TEAM_NOT_FOUND");
}
