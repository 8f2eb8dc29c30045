//! What holds of teams when many act at once.

use futures::future::join_all;
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, typed};
use stack_types::server;

use super::{empty_team, join, members, start, team_of};

fn count(answers: &[Answer], status: u16, code: &str) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status == status && answer.code() == code)
        .count()
}

async fn granted_to_all(project: &TestProject) -> Vec<Value> {
    let listed = project.server_call("GET /team-permissions").send().await.answers(200);
    listed["items"].as_array().expect("a list").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_add_one_member_exactly_one_does() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = empty_team(&project, "Engines").await;
    let line = format!("POST /team-memberships/{team}/{}", ada.id);
    let answers = join_all((0..16).map(|_| project.server_call(&line).json(json!({})).send())).await;
    assert_eq!(count(&answers, 201, ""), 1);
    assert_eq!(count(&answers, 409, "TEAM_MEMBERSHIP_ALREADY_EXISTS"), 15);
    let line = format!("DELETE /team-memberships/{team}/{}", ada.id);
    let answers = join_all((0..16).map(|_| project.server_call(&line).send())).await;
    assert_eq!(count(&answers, 200, ""), 1);
    assert_eq!(count(&answers, 404, "TEAM_MEMBERSHIP_NOT_FOUND"), 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_different_fields_dont_undo_each_other() {
    let project = TestProject::start().await;
    let team = empty_team(&project, "Engines").await;
    let line = format!("PATCH /teams/{team}");
    let bodies = [
        json!({ "display_name": "Looms" }),
        json!({ "client_metadata": 1 }),
        json!({ "client_read_only_metadata": 2 }),
        json!({ "server_metadata": 3 }),
        json!({ "profile_image_url": "https://example.com/team.png" }),
    ];
    let changes = bodies
        .iter()
        .map(|body| project.server_call(&line).json(body.clone()).send());
    for answer in join_all(changes).await {
        answer.answers(200);
    }
    let line = format!("GET /teams/{team}");
    let found = project.server_call(&line).send().await.answers(200);
    for body in bodies {
        for (key, value) in body.as_object().expect("an object") {
            assert_eq!(&found[key], value, "{key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_team_is_deleted_while_people_join_leave_and_are_invited_and_nothing_is_left() {
    let project = start().await;
    for round in 0..4 {
        let ada = project
            .user_with(json!({ "primary_email": format!("ada-{round}@example.com") }))
            .await;
        let team = team_of(&ada, "Engines").await;
        let mut users = Vec::new();
        for _ in 0..6 {
            users.push(project.user_with(json!({})).await);
        }
        for user in &users[..3] {
            join(&project, team, user).await;
        }
        let call = |line: String, body: Value| {
            let call = project.server_call(&line);
            let call = if body.is_null() { call } else { call.json(body) };
            call.send()
        };
        let mut calls = Vec::new();
        for (number, user) in users.iter().enumerate() {
            calls.push(call(format!("POST /team-memberships/{team}/{}", user.id), json!({})));
            calls.push(call(
                format!("DELETE /team-memberships/{team}/{}", user.id),
                Value::Null,
            ));
            let selected = json!({ "selected_team_id": team });
            calls.push(call(format!("PATCH /users/{}", user.id), selected));
            let name = json!({ "display_name": "Boss" });
            calls.push(call(format!("PATCH /team-member-profiles/{team}/{}", user.id), name));
            let grant = format!("POST /team-permissions/{team}/{}/$update_team", user.id);
            calls.push(call(grant, json!({})));
            let invitation = json!({
                "team_id": team, "email": format!("{round}-{number}@example.com"),
                "callback_url": "http://localhost:3000/join",
            });
            calls.push(call("POST /team-invitations/send-code".to_owned(), invitation));
            if number % 2 == 1 {
                calls.push(call(format!("DELETE /users/{}", user.id), Value::Null));
            }
            if number == 3 {
                calls.push(call(format!("DELETE /teams/{team}"), Value::Null));
            }
        }
        let answers = join_all(calls).await;
        let failed: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status.is_server_error())
            .collect();
        assert!(failed.is_empty(), "{failed:?}");
        let line = format!("GET /teams/{team}");
        project.server_call(&line).send().await.fails(404, "TEAM_NOT_FOUND");
        for line in ["GET /team-member-profiles", "GET /team-permissions"] {
            let left = project.server_call(line).send().await.answers(200);
            assert_eq!(left["items"], json!([]), "{line}");
        }
        for user in users.iter().step_by(2) {
            assert_eq!(project.user(user).await["selected_team_id"], Value::Null);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_creates_a_team_and_is_deleted_meanwhile_leaves_no_half_of_it() {
    let project = TestProject::start().await;
    for _ in 0..8 {
        let ada = project.user_with(json!({})).await;
        let body = typed::<server::TeamCreate>(json!({ "display_name": "Engines", "creator_user_id": ada.id }));
        let server = project.server();
        let line = format!("DELETE /users/{}", ada.id);
        let (created, deleted) = futures::join!(
            server.create_team().body(body).send(),
            project.server_call(&line).send()
        );
        deleted.answers(200);
        if let Ok(team) = &created {
            assert_eq!(members(&project, team.id).await, Vec::<Value>::new());
            assert_eq!(granted_to_all(&project).await, Vec::<Value>::new());
            server.delete_team().team_id(team.id).send().await.answers(200);
        } else {
            created.fails(404, "USER_NOT_FOUND");
        }
        let teams = project.server_call("GET /teams").send().await.answers(200);
        assert_eq!(teams["items"], json!([]));
    }
}
