//! What holds when many do the same at once.

use futures::future::join_all;
use serde_json::json;
use stack_client::prelude::*;
use stack_domain::password::HashingSettings;
use stack_tests::{Answer, Outcome, PASSWORD, TestProject, TestServer};
use stack_types::client;

fn count(answers: &[Answer], status: u16, code: &str) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status == status && answer.code() == code)
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_sign_ups_with_one_address_exactly_one_wins() {
    let project = TestProject::start().await;
    let answers = join_all((0..64).map(|_| {
        let body = json!({ "email": "ada@example.com", "password": PASSWORD });
        project.client_call("POST /auth/password/sign-up").json(body).send()
    }))
    .await;
    assert_eq!(count(&answers, 200, ""), 1);
    assert_eq!(count(&answers, 409, "USER_EMAIL_ALREADY_EXISTS"), 63);
    assert_eq!(project.count_users().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_refreshes_of_one_session_all_succeed() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let refreshes = join_all((0..100).map(|_| ada.client.refresh_current_session().send())).await;
    for refreshed in refreshes {
        let claims = stack_tests::claims(refreshed.answers(200).access_token.expose());
        assert_eq!(claims["refresh_token_id"], json!(ada.session_id()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_end_a_session_exactly_one_does() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let answers = join_all((0..16).map(|_| {
        project
            .client_call("DELETE /auth/sessions/current")
            .token(&ada.access_token())
            .send()
    }))
    .await;
    assert_eq!(count(&answers, 200, ""), 1);
    assert_eq!(count(&answers, 401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"), 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_delete_a_user_exactly_one_does() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let line = format!("DELETE /users/{}", ada.id);
    let answers = join_all((0..16).map(|_| project.server_call(&line).send())).await;
    assert_eq!(count(&answers, 200, ""), 1);
    assert_eq!(count(&answers, 404, "USER_NOT_FOUND"), 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_upgrade_one_guest_exactly_one_does() {
    let project = TestProject::start().await;
    let guest = project.sign_up_anonymously().await;
    let answers = join_all((0..8).map(|number| {
        let body = json!({ "email": format!("{number}@example.com"), "password": PASSWORD });
        let call = project
            .client_call("POST /auth/password/sign-up")
            .token(&guest.access_token());
        call.header("x-stack-allow-anonymous-user", "true").json(body).send()
    }))
    .await;
    assert_eq!(count(&answers, 200, ""), 8, "the others sign up as users of their own");
    let upgraded = answers
        .iter()
        .filter(|answer| answer.json()["user_id"] == json!(guest.id))
        .count();
    assert_eq!((upgraded, project.count_users().await), (1, 8));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_different_fields_dont_undo_each_other() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let line = format!("PATCH /users/{}", ada.id);
    let bodies = [
        json!({ "display_name": "Ada" }),
        json!({ "client_metadata": 1 }),
        json!({ "client_read_only_metadata": 2 }),
        json!({ "server_metadata": 3 }),
        json!({ "country_code": "GB" }),
        json!({ "restricted_by_admin": true }),
    ];
    for answer in join_all(
        bodies
            .iter()
            .map(|body| project.server_call(&line).json(body.clone()).send()),
    )
    .await
    {
        answer.answers(200);
    }
    let user = project.user(&ada).await;
    for body in bodies {
        for (key, value) in body.as_object().expect("an object") {
            assert_eq!(&user[key], value, "{key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_user_whose_password_changes_is_signed_in_with_one_of_both() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let change = json!({ "password": "another password" });
    let line = format!("PATCH /users/{}", ada.id);
    let sign_ins = join_all((0..8).map(|_| {
        project
            .client_call("POST /auth/password/sign-in")
            .json(body.clone())
            .send()
    }));
    let (sign_ins, changed) = tokio::join!(sign_ins, project.server_call(&line).json(change).send());
    changed.answers(200);
    assert_eq!(
        count(&sign_ins, 200, "") + count(&sign_ins, 400, "EMAIL_PASSWORD_MISMATCH"),
        8
    );
    for answer in sign_ins.into_iter().filter(|answer| answer.status == 200) {
        let token = answer.json()["refresh_token"].as_str().expect("a token").to_owned();
        let refresh = project
            .client_call("POST /auth/sessions/current/refresh")
            .header("x-stack-refresh-token", &token);
        refresh.send().await.fails(401, "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_expired_token_is_renewed_once_for_all_who_wait() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    project.server.advance(std::time::Duration::from_secs(601));
    let update = || {
        let body = client::UserUpdate {
            client_metadata: Patch::Value(json!(1)),
            ..Default::default()
        };
        ada.client.update_current_user().body(body).send()
    };
    for updated in join_all((0..20).map(|_| update())).await {
        updated.answers(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn too_many_passwords_at_once_are_refused_while_everything_else_goes_on() {
    // One at a time, one in line, each so slow that all others come meanwhile.
    let slow = HashingSettings {
        memory_kib: 64 * 1024,
        iterations: 4,
        parallelism: 1,
        max_running: 1,
        max_waiting: 1,
    };
    let project = TestProject::create(&TestServer::start_with_hashing(slow).await).await;
    let sign_ins = join_all((0..16).map(|_| {
        let body = json!({ "email": "nobody@example.com", "password": PASSWORD });
        project.client_call("POST /auth/password/sign-in").json(body).send()
    }));
    let others = join_all((0..16).map(|_| project.client_call("GET /projects/current").send()));
    let (sign_ins, others) = tokio::join!(sign_ins, others);
    assert_eq!(count(&others, 200, ""), 16);
    let (checked, refused) = (
        count(&sign_ins, 400, "EMAIL_PASSWORD_MISMATCH"),
        count(&sign_ins, 503, ""),
    );
    assert!(
        checked >= 2 && refused >= 1 && checked + refused == 16,
        "{checked} checked, {refused} refused"
    );
    for answer in sign_ins.iter().filter(|answer| answer.status == 503) {
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|secs| secs >= 1));
    }
}
