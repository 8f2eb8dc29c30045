//! `GET /users`: order, pages, search and filters.

use std::time::Duration;

use futures::TryStreamExt;
use serde_json::json;
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject, typed};
use stack_types::{UserCreate, UserList, server};
use uuid::Uuid;

/// Users of these names, each a second younger than the one before.
async fn named(names: &[&str]) -> TestProject {
    let project = TestProject::start().await;
    for name in names {
        project.server.advance(Duration::from_secs(1));
        let body = typed::<UserCreate>(json!({ "display_name": name }));
        project.server().create_user().body(body).send().await.answers(201);
    }
    project
}

fn names(page: &UserList) -> Vec<&str> {
    page.items
        .iter()
        .map(|user| user.display_name.as_deref().unwrap_or("-"))
        .collect()
}

fn next(page: &UserList) -> Option<String> {
    page.pagination
        .as_ref()
        .expect("users come in pages")
        .next_cursor
        .clone()
}

/// The names of the users that a search finds.
async fn found(project: &TestProject, query: &str) -> Vec<String> {
    let page = project.server().list_users().query(query).send().await.answers(200);
    names(&page).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn users_come_in_the_order_of_their_sign_up() {
    let project = named(&["Ada", "Grace", "Barbara"]).await;
    let page = project.server().list_users().send().await.answers(200);
    assert_eq!(names(&page), ["Ada", "Grace", "Barbara"]);
    assert!(page.is_paginated);
    assert_eq!(next(&page), None, "without a limit all come at once");
    let desc = project
        .server()
        .list_users()
        .desc(true)
        .order_by("signed_up_at")
        .send()
        .await
        .answers(200);
    assert_eq!(names(&desc), ["Barbara", "Grace", "Ada"]);
}

#[tokio::test]
async fn a_list_shows_each_user_as_it_is_read() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let page = project.server_call("GET /users").send().await.answers(200);
    assert_eq!(
        page,
        json!({ "items": [project.user(&ada).await], "is_paginated": true, "pagination": { "next_cursor": null } })
    );
}

#[tokio::test]
async fn pages_hold_every_user_once_in_both_orders() {
    let project = named(&["1", "2", "3", "4", "5"]).await;
    for (desc, expected) in [(false, ["1", "2", "3", "4", "5"]), (true, ["5", "4", "3", "2", "1"])] {
        let (mut seen, mut cursor) = (Vec::new(), None::<Uuid>);
        let server = project.server();
        for _ in 0..3 {
            let call = server.list_users().limit(2).desc(desc);
            let call = if let Some(cursor) = cursor {
                call.cursor(cursor)
            } else {
                call
            };
            let page = call.send().await.answers(200);
            assert!(page.items.len() <= 2);
            seen.extend(names(&page).into_iter().map(str::to_owned));
            cursor = next(&page).map(|cursor| cursor.parse().expect("a user's id"));
        }
        assert_eq!(seen, expected);
        assert_eq!(cursor, None, "there is no fourth page");
    }
}

#[tokio::test]
async fn users_of_the_same_instant_come_once_each() {
    let project = TestProject::start().await;
    for _ in 0..7 {
        project
            .server()
            .create_user()
            .body(UserCreate::default())
            .send()
            .await
            .answers(201);
    }
    let server = project.server();
    let users: Vec<server::User> = server
        .list_users()
        .limit(3)
        .stream()
        .try_collect()
        .await
        .expect("all pages come");
    let mut ids: Vec<_> = users.iter().map(|user| Uuid::from(user.id)).collect();
    assert!(ids.is_sorted(), "of the same instant, the lower id comes first");
    ids.dedup();
    assert_eq!(ids.len(), 7);
}

#[tokio::test]
async fn a_cursor_names_the_first_user_of_its_page() {
    let project = named(&["Ada", "Grace", "Barbara"]).await;
    let page = project.server().list_users().limit(1).send().await.answers(200);
    let cursor = next(&page).expect("there are more");
    let answer = project
        .server_call(&format!("GET /users?cursor={cursor}"))
        .send()
        .await
        .answers(200);
    assert_eq!(answer["items"][0]["id"], json!(cursor));
    assert_eq!(answer["items"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_unknown_cursor_gives_an_empty_page() {
    let project = named(&["Ada"]).await;
    let page = project
        .server()
        .list_users()
        .cursor(Uuid::new_v4())
        .send()
        .await
        .answers(200);
    assert_eq!((page.items.len(), next(&page)), (0, None));
}

#[tokio::test]
async fn a_search_looks_at_names_addresses_and_ids() {
    let project = named(&["Ada Lovelace", "Grace Hopper"]).await;
    project.server.advance(Duration::from_secs(1));
    let katherine = project.sign_up("Katherine@Example.com").await;
    assert_eq!(found(&project, "LOVE").await, ["Ada Lovelace"]);
    assert_eq!(found(&project, "a").await, ["Ada Lovelace", "Grace Hopper", "-"]);
    assert_eq!(found(&project, "katherine@EXAMPLE").await, ["-"]);
    assert_eq!(found(&project, &katherine.id.to_string()).await, ["-"], "the whole id");
    assert_eq!(
        found(&project, &katherine.id.to_string()[..12]).await,
        [""; 0],
        "a part of an id finds nobody"
    );
    assert_eq!(found(&project, "nobody").await, [""; 0]);
    assert_eq!(found(&project, "").await.len(), 3, "no text is no search");
}

#[tokio::test]
async fn in_a_search_every_character_is_a_letter() {
    let project = named(&[
        "100% sure",
        "under_score",
        r"back\slash",
        "plain",
        "O'Hara; DROP TABLE users",
        "Ödön",
    ])
    .await;
    for (query, expected) in [
        ("%", "100% sure"),
        ("_", "under_score"),
        (r"\", r"back\slash"),
        ("0% s", "100% sure"),
        ("'", "O'Hara; DROP TABLE users"),
        ("öDÖN", "Ödön"),
    ] {
        assert_eq!(found(&project, query).await, [expected], "{query}");
    }
    for query in ["%%", "p%n", "pl_in", "*", "?", "p.*n"] {
        assert_eq!(found(&project, query).await, [""; 0], "{query}");
    }
}

#[tokio::test]
async fn anonymous_and_restricted_users_are_listed_only_on_demand() {
    let project = TestProject::start().await;
    for body in [
        json!({ "display_name": "ordinary" }),
        json!({ "display_name": "restricted", "restricted_by_admin": true }),
        json!({ "display_name": "anonymous", "is_anonymous": true }),
    ] {
        project.server.advance(Duration::from_secs(1));
        project
            .server()
            .create_user()
            .body(typed::<UserCreate>(body))
            .send()
            .await
            .answers(201);
    }
    let server = project.server();
    let list = || server.list_users();
    assert_eq!(names(&list().send().await.answers(200)), ["ordinary"]);
    let restricted = list().include_restricted(true).send().await.answers(200);
    assert_eq!(names(&restricted), ["ordinary", "restricted"]);
    let all = list().include_anonymous(true).send().await.answers(200);
    assert_eq!(names(&all), ["ordinary", "restricted", "anonymous"]);
    let only = list()
        .include_anonymous(true)
        .only_anonymous(true)
        .send()
        .await
        .answers(200);
    assert_eq!(names(&only), ["anonymous"]);
    list().only_anonymous(true).send().await.fails_plainly(400);
}

#[tokio::test]
async fn users_who_havent_shown_their_address_are_restricted_where_the_project_asks_for_it() {
    let project = TestProject::start_with(json!({ "require_email_verification": true })).await;
    for body in [
        json!({ "display_name": "verified", "primary_email": "a@example.com", "primary_email_verified": true }),
        json!({ "display_name": "unverified", "primary_email": "b@example.com" }),
    ] {
        project.server.advance(Duration::from_secs(1));
        project
            .server()
            .create_user()
            .body(typed::<UserCreate>(body))
            .send()
            .await
            .answers(201);
    }
    assert_eq!(
        names(&project.server().list_users().send().await.answers(200)),
        ["verified"]
    );
    let all = project
        .server()
        .list_users()
        .include_restricted(true)
        .send()
        .await
        .answers(200);
    assert_eq!(names(&all), ["verified", "unverified"]);
}

#[tokio::test]
async fn members_of_a_team_can_be_listed() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    project.sign_up("grace@example.com").await;
    let team = ada
        .client
        .get_current_user()
        .send()
        .await
        .answers(200)
        .selected_team_id
        .expect("a team");
    let members = project.server().list_users().team_id(team).send().await.answers(200);
    assert_eq!(members.items.iter().map(|user| user.id).collect::<Vec<_>>(), [ada.id]);
    let nobody = project
        .server()
        .list_users()
        .team_id(Uuid::new_v4())
        .send()
        .await
        .answers(200);
    assert_eq!(nobody.items.len(), 0);
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_refused() {
    let project = TestProject::start().await;
    let query = "limit=0&cursor=1&order_by=name&desc=perhaps&team_id=x&colour=red";
    let answer = project.server_call(&format!("GET /users?{query}")).send().await;
    let details = answer.fails(400, "SCHEMA_ERROR");
    insta::assert_snapshot!(details["message"].as_str().expect("text"));
}

#[tokio::test]
async fn booleans_may_be_written_as_numbers_and_the_last_of_a_name_counts() {
    let project = named(&["Ada", "Grace"]).await;
    let answer = project
        .server_call("GET /users?desc=0&desc=1&limit=2&limit=1")
        .send()
        .await
        .answers(200);
    assert_eq!(answer["items"][0]["display_name"], "Grace");
    assert_eq!(answer["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn clients_may_not_list_users() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let call = project.client_call("GET /users").token(&ada.access_token());
    call.send().await.fails(401, "INSUFFICIENT_ACCESS_TYPE");
}
