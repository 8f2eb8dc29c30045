//! Permissions of members.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Answer, Outcome, TestProject, TestUser, typed};
use stack_types::{Empty, PermissionId, TeamId};
use uuid::Uuid;

use super::{define, grant, ids, ids_of, project_with_teams, team_of};

/// What a user's client gets for `GET` of this.
async fn as_client(project: &TestProject, user: &TestUser, path: &str) -> Answer {
    let call = project.client_call(&format!("GET {path}")).token(&user.access_token());
    call.send().await
}

/// A call of a server that changes a permission.
async fn change(project: &TestProject, line: &str) -> Answer {
    project.server_call(line).json(json!({})).send().await
}

#[tokio::test]
async fn the_creator_of_a_team_may_do_everything_in_it() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    let team_id = typed::<TeamId>(json!(team));
    let direct = ada
        .client
        .list_team_permissions()
        .user_id(UserIdOrMe::Me)
        .team_id(team_id);
    let direct = direct.send().await.answers(200);
    let expected = json!([{ "id": "team_admin", "user_id": ada.id, "team_id": team }]);
    assert_eq!(json!(direct.items), expected);
    let all = as_client(&project, &ada, "/team-permissions?user_id=me&recursive=true").await;
    assert_eq!(
        ids_of(&all.answers(200)),
        [
            "$delete_team",
            "$invite_members",
            "$manage_api_keys",
            "$read_members",
            "$remove_members",
            "$update_team",
            "team_admin",
        ]
    );
}

#[tokio::test]
async fn a_permission_is_granted_once_and_revoked() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    let (team_id, user) = (typed::<TeamId>(json!(team)), UserIdOrMe::Id(ada.id));
    for _ in 0..2 {
        let granted = project
            .server()
            .create_team_permission()
            .team_id(team_id)
            .user_id(user)
            .permission_id(PermissionId::from("team_member"))
            .body(Empty::default())
            .send()
            .await;
        let expected = json!({ "id": "team_member", "user_id": ada.id, "team_id": team });
        assert_eq!(json!(granted.answers(201)), expected);
    }
    let path = format!("/team-permissions?user_id={}", ada.id);
    assert_eq!(ids(&project, &path).await, ["team_admin", "team_member"]);
    let server = project.server();
    let revoke = || {
        let call = server.delete_team_permission().team_id(team_id).user_id(user);
        call.permission_id(PermissionId::from("team_member"))
    };
    revoke().send().await.answers(200);
    let missing = revoke().send().await.fails(401, "TEAM_PERMISSION_NOT_FOUND");
    let expected = json!({ "team_id": team, "user_id": ada.id, "permission_id": "team_member" });
    assert_eq!(missing, expected);
    assert_eq!(ids(&project, &path).await, ["team_admin"]);
}

#[tokio::test]
async fn what_comes_along_with_a_permission_is_revoked_with_it_unless_another_brings_it() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    define(&project, "team", "read", &["$read_members"]).await;
    define(&project, "team", "write", &["read"]).await;
    define(&project, "team", "audit", &["read"]).await;
    for id in ["write", "audit"] {
        grant(&project, &team, &ada, id).await;
    }
    let revoke = format!("DELETE /team-permissions/{team}/{}", ada.id);
    change(&project, &format!("{revoke}/team_admin")).await.answers(200);
    let path = format!("/team-permissions?team_id={team}&user_id=me&recursive=true");
    let all = as_client(&project, &ada, &path).await.answers(200);
    assert_eq!(ids_of(&all), ["$read_members", "audit", "read", "write"]);
    change(&project, &format!("{revoke}/write")).await.answers(200);
    let all = as_client(&project, &ada, &path).await.answers(200);
    assert_eq!(ids_of(&all), ["$read_members", "audit", "read"]);
    let indirect = change(&project, &format!("{revoke}/read")).await;
    indirect.fails(401, "TEAM_PERMISSION_NOT_FOUND");
    change(&project, &format!("{revoke}/audit")).await.answers(200);
    assert_eq!(ids_of(&as_client(&project, &ada, &path).await.answers(200)), [""; 0]);
}

#[tokio::test]
async fn circles_of_permissions_do_no_harm() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    define(&project, "team", "a", &[]).await;
    define(&project, "team", "b", &["a"]).await;
    let circle = json!({ "contained_permission_ids": ["b", "a"] });
    let patch = project.admin_call("PATCH /team-permission-definitions/a").json(circle);
    patch.send().await.answers(200);
    grant(&project, &team, &ada, "a").await;
    for id in ["a", "b"] {
        let path = format!("/team-permissions?user_id={}&permission_id={id}&recursive=true", ada.id);
        assert_eq!(ids(&project, &path).await, [id]);
    }
}

#[tokio::test]
async fn lists_are_filtered_and_come_by_permission_team_and_user() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let (of_ada, of_grace) = (team_of(&project, &ada).await, team_of(&project, &grace).await);
    grant(&project, &of_grace, &grace, "team_member").await;
    let listed = |path: &'static str| {
        let path = path.replace("ADA", &of_ada).replace("GRACE", &of_grace);
        let path = path
            .replace("ada", &ada.id.to_string())
            .replace("grace", &grace.id.to_string());
        let project = &project;
        async move { ids(project, &path).await }
    };
    let all = listed("/team-permissions").await;
    assert_eq!(all, ["team_admin", "team_admin", "team_member"]);
    assert_eq!(
        listed("/team-permissions?team_id=GRACE").await,
        ["team_admin", "team_member"]
    );
    assert_eq!(listed("/team-permissions?user_id=ada").await, ["team_admin"]);
    assert_eq!(
        listed("/team-permissions?permission_id=team_member").await,
        ["team_member"]
    );
    assert_eq!(
        listed("/team-permissions?permission_id=$invite_members").await,
        [""; 0],
        "nobody was given it directly"
    );
    assert_eq!(
        listed("/team-permissions?permission_id=$invite_members&recursive=true")
            .await
            .len(),
        2
    );
    assert_eq!(listed("/team-permissions?team_id=ADA&user_id=grace").await, [""; 0]);
    assert_eq!(
        listed("/team-permissions?team_id=GRACE&user_id=grace&permission_id=team_member").await,
        ["team_member"]
    );
    let nobody = format!("/team-permissions?user_id={}", Uuid::new_v4());
    assert_eq!(ids(&project, &nobody).await, [""; 0]);
    let whole = project.server_call("GET /team-permissions").send().await.answers(200);
    let mut admins: Vec<_> = [(&of_ada, ada.id), (&of_grace, grace.id)]
        .map(|(team, user)| json!({ "id": "team_admin", "user_id": user, "team_id": team }))
        .into();
    admins.sort_by_key(|item| item["team_id"].to_string());
    assert_eq!(whole["items"].as_array().expect("a list")[..2], admins);
}

#[tokio::test]
async fn clients_list_the_permissions_of_their_own_user_only() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let own = format!("/team-permissions?user_id={}", ada.id);
    as_client(&project, &ada, &own).await.answers(200);
    let team = team_of(&project, &ada).await;
    for query in [
        String::new(),
        format!("?team_id={team}"),
        format!("?user_id={}", grace.id),
    ] {
        let refused = as_client(&project, &ada, &format!("/team-permissions{query}")).await;
        assert!(refused.fails_plainly(403).contains("own user"));
    }
    let nobody = project.client_call("GET /team-permissions?user_id=me").send().await;
    nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}

#[tokio::test]
async fn only_defined_permissions_of_teams_are_granted_and_to_members_only() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let team = team_of(&project, &ada).await;
    define(&project, "project", "billing", &[]).await;
    let line = |team: &str, user: &str, id: &str| format!("/team-permissions/{team}/{user}/{id}");
    let (ada_id, nobody) = (ada.id.to_string(), Uuid::new_v4().to_string());
    for method in ["POST", "DELETE"] {
        let strangers = [
            (nobody.as_str(), ada_id.clone(), "TEAM_MEMBERSHIP_NOT_FOUND"),
            (&team, grace.id.to_string(), "TEAM_MEMBERSHIP_NOT_FOUND"),
            (&team, nobody.clone(), "USER_NOT_FOUND"),
            (nobody.as_str(), nobody.clone(), "USER_NOT_FOUND"),
        ];
        for (team, user, code) in strangers {
            // What is wrong with the member comes before what is wrong with the permission.
            let path = line(team, &user, "nothing");
            change(&project, &format!("{method} {path}")).await.fails(404, code);
        }
        let path = line(&team, "me", "team_admin");
        let nobody = change(&project, &format!("{method} {path}")).await;
        nobody.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
        let path = line(&team, &ada_id, "$fly");
        change(&project, &format!("{method} {path}"))
            .await
            .fails(400, "SCHEMA_ERROR");
    }
    let path = line(&team, &ada_id, "nothing");
    let unknown = change(&project, &format!("POST {path}")).await;
    assert_eq!(
        unknown.fails(404, "PERMISSION_NOT_FOUND"),
        json!({ "permission_id": "nothing" })
    );
    let path = line(&team, &ada_id, "billing");
    let wrong = change(&project, &format!("POST {path}")).await;
    assert_eq!(
        wrong.fails(404, "WRONG_PERMISSION_SCOPE"),
        json!({ "permission_id": "billing", "expected_scope": "team", "actual_scope": "project" })
    );
}

#[tokio::test]
async fn servers_say_me_for_the_user_whose_token_they_send() {
    let project = project_with_teams().await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    for (method, status) in [("POST", 201), ("DELETE", 200)] {
        let line = format!("{method} /team-permissions/{team}/me/$read_members?recursive=true&user_id=ignored");
        let call = project.server_call(&line).token(&ada.access_token()).json(json!({}));
        call.send().await.answers(status);
    }
}

#[tokio::test]
async fn permissions_are_those_of_the_own_project() {
    let project = project_with_teams().await;
    let other = TestProject::create(&project.server).await;
    let ada = project.sign_up("ada@example.com").await;
    let team = team_of(&project, &ada).await;
    for query in [
        String::new(),
        format!("?team_id={team}"),
        format!("?user_id={}", ada.id),
    ] {
        assert_eq!(ids(&other, &format!("/team-permissions{query}")).await, [""; 0]);
    }
    let path = format!("/team-permissions/{team}/{}/team_admin", ada.id);
    for method in ["POST", "DELETE"] {
        let line = format!("{method} {path}");
        change(&other, &line).await.fails(404, "USER_NOT_FOUND");
    }
    assert_eq!(ids(&project, "/team-permissions").await, ["team_admin"]);
    let _: Value = as_client(&project, &ada, "/team-permissions?user_id=me")
        .await
        .answers(200);
}
