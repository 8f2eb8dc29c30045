//! Looking at teams.

use std::time::Duration;

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use uuid::Uuid;

use super::{call, empty_team, join, start, team_of};

#[tokio::test]
async fn a_client_lists_the_teams_of_its_user_the_oldest_first() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let mut teams = Vec::new();
    for name in ["first", "second", "third"] {
        project.server.advance(Duration::from_secs(1));
        teams.push(team_of(&grace, name).await);
    }
    for team in [teams[2], teams[0]] {
        join(&project, team, &ada).await;
    }
    let listed = ada
        .client
        .list_teams()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .answers(200);
    let ids: Vec<_> = listed.items.iter().map(|team| team.id).collect();
    assert_eq!(ids, [teams[0], teams[2]]);
    assert_eq!((listed.is_paginated, listed.pagination), (false, None));
    for line in ["GET /teams", &format!("GET /teams?user_id={}", grace.id)] {
        call(&project, &ada, line, Value::Null).await.fails_plainly(403);
    }
    let nobody = project.client_call("GET /teams?user_id=me");
    nobody.send().await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn a_server_lists_all_teams_or_those_of_a_user() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let empty = empty_team(&project, "Empty").await;
    project.server.advance(Duration::from_secs(1));
    let own = team_of(&ada, "Engines").await;
    let server = project.server();
    let listed = server.list_teams().send().await.answers(200);
    assert_eq!(
        listed.items.iter().map(|team| team.id).collect::<Vec<_>>(),
        [empty, own]
    );
    insta::assert_json_snapshot!(project.snapshots().of(&listed));
    let listed = server.list_teams().user_id(UserIdOrMe::Id(ada.id)).send().await;
    assert_eq!(
        listed.answers(200).items.iter().map(|team| team.id).collect::<Vec<_>>(),
        [own]
    );
    let nobodys = UserIdOrMe::Id(Uuid::from_u128(1).into());
    assert!(
        server
            .list_teams()
            .user_id(nobodys)
            .send()
            .await
            .answers(200)
            .items
            .is_empty()
    );
    server
        .list_teams()
        .user_id(UserIdOrMe::Me)
        .send()
        .await
        .fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn a_client_reads_the_teams_of_its_user_only() {
    let project = start().await;
    let ada = project.sign_up("ada@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let team = team_of(&ada, "Engines").await;
    let body = json!({ "server_metadata": "hidden words", "client_read_only_metadata": "shown" });
    let line = format!("PATCH /teams/{team}");
    project.server_call(&line).json(body).send().await.answers(200);
    let line = format!("GET /teams/{team}");
    let seen = call(&project, &ada, &line, Value::Null).await;
    assert!(!seen.text().contains("hidden words"));
    assert_eq!(seen.answers(200)["client_read_only_metadata"], "shown");
    for id in [team, Uuid::from_u128(1).into()] {
        let refused = eve.client.get_team().team_id(id).send().await;
        assert_eq!(
            refused.fails(404, "TEAM_MEMBERSHIP_NOT_FOUND"),
            json!({ "team_id": id, "user_id": eve.id }),
            "whether there is a team isn't told"
        );
    }
    let nobody = project.client_call(&line);
    nobody.send().await.fails(401, "USER_AUTHENTICATION_REQUIRED");
}

#[tokio::test]
async fn a_team_that_is_not_there_or_another_projects_is_not_found() {
    let project = start().await;
    let other = TestProject::create(&project.server).await;
    let team = empty_team(&other, "Engines").await;
    for id in [team, Uuid::from_u128(1).into()] {
        for access in ["server", "admin"] {
            let line = |method: &str| format!("{method} /teams/{id}");
            let get = project.call_as(access, &line("GET")).send().await;
            assert_eq!(get.fails(404, "TEAM_NOT_FOUND"), json!({ "team_id": id }));
            let patch = project
                .call_as(access, &line("PATCH"))
                .json(json!({ "display_name": "Eve" }));
            patch.send().await.fails(404, "TEAM_NOT_FOUND");
            let delete = project.call_as(access, &line("DELETE")).send().await;
            delete.fails(404, "TEAM_NOT_FOUND");
        }
    }
    let kept = other.server().get_team().team_id(team).send().await.answers(200);
    assert_eq!(kept.display_name, "Engines");
}
