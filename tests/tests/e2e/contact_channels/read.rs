//! `GET /contact-channels` and `GET /contact-channels/{user_id}/{contact_channel_id}`.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, TestProject};
use uuid::Uuid;

use super::{add, call, channels, first_channel};

#[tokio::test]
async fn a_user_sees_their_channels_the_oldest_first() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project.sign_up("grace@example.com").await;
    project.server.advance(std::time::Duration::from_secs(1));
    let work = add(&project, &ada, "work@example.com").await;
    let listed = ada.client.list_contact_channels().user_id(UserIdOrMe::Me).send().await;
    let listed = listed.answers(200);
    insta::assert_json_snapshot!(project.snapshots().of(&listed));
    let only = format!(
        "GET /contact-channels?user_id=me&contact_channel_id={}",
        work["id"].as_str().expect("an id")
    );
    let only = call(&project, &ada, &only, Value::Null).await.answers(200);
    assert_eq!(only["items"], json!([work]));
    let id = first_channel(&project, &ada).await;
    let got = ada
        .client
        .get_contact_channel()
        .user_id(UserIdOrMe::Me)
        .contact_channel_id(id)
        .send()
        .await;
    assert_eq!(got.answers(200), listed.items[0]);
}

#[tokio::test]
async fn servers_see_the_channels_of_all_users() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let server = project.server();
    let all = server.list_contact_channels().send().await.answers(200);
    let owners: Vec<_> = all.items.iter().map(|channel| channel.user_id).collect();
    assert!(
        owners.contains(&ada.id) && owners.contains(&grace.id) && owners.len() == 2,
        "{owners:?}"
    );
    let one = server
        .list_contact_channels()
        .contact_channel_id(all.items[1].id)
        .send()
        .await;
    assert_eq!(one.answers(200).items, [all.items[1].clone()]);
    let mismatch = server
        .list_contact_channels()
        .user_id(UserIdOrMe::Id(all.items[0].user_id))
        .contact_channel_id(all.items[1].id);
    assert_eq!(mismatch.send().await.answers(200).items, []);
    let nobody = server
        .list_contact_channels()
        .user_id(UserIdOrMe::Id(Uuid::from_u128(1).into()));
    assert_eq!(nobody.send().await.answers(200).items, []);
}

#[tokio::test]
async fn clients_see_no_channel_of_anybody_else() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let eve = project.sign_up("eve@example.com").await;
    let id = first_channel(&project, &ada).await;
    for line in [
        "GET /contact-channels".to_owned(),
        format!("GET /contact-channels?contact_channel_id={id}"),
        format!("GET /contact-channels?user_id={}", ada.id),
        format!("GET /contact-channels/{}/{id}", ada.id),
    ] {
        call(&project, &eve, &line, Value::Null).await.fails_plainly(403);
    }
    let own = format!("GET /contact-channels/me/{id}");
    call(&project, &eve, &own, Value::Null).await.fails_plainly(404);
    let own = format!("GET /contact-channels?user_id=me&contact_channel_id={id}");
    assert_eq!(
        call(&project, &eve, &own, Value::Null).await.answers(200)["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_channel_is_found_through_its_user_and_project_only() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let (ada, grace) = (
        project.sign_up("ada@example.com").await,
        project.sign_up("grace@example.com").await,
    );
    let id = first_channel(&project, &ada).await;
    for (project, user) in [(&project, &grace), (&other, &ada)] {
        let call = project.server_call(&format!("GET /contact-channels/{}/{id}", user.id));
        call.send().await.fails_plainly(404);
    }
    assert_eq!(channels(&other, &ada).await, [] as [Value; 0]);
    let me = project
        .server_call(&format!("GET /contact-channels/me/{id}"))
        .send()
        .await;
    me.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
}
