//! `POST /users`.

use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{Outcome, PASSWORD, TestProject, typed};
use stack_types::{UserCreate, server};

async fn create(project: &TestProject, body: Value) -> Result<stack_client::ResponseValue<server::User>, Error> {
    project
        .server()
        .create_user()
        .body(typed::<UserCreate>(body))
        .send()
        .await
}

#[tokio::test]
async fn a_user_may_be_created_from_nothing() {
    let project = TestProject::start().await;
    let user = create(&project, json!({})).await.answers(201);
    insta::assert_json_snapshot!(project.snapshots().of(user));
}

#[tokio::test]
async fn a_user_may_be_created_with_everything() {
    let project = TestProject::start_with(json!({ "magic_link_enabled": true })).await;
    let body = json!({
        "display_name": "Ada Lovelace",
        "profile_image_url": "https://example.com/ada.png",
        "client_metadata": { "theme": "dark", "nested": [1, null, { "a": "b" }] },
        "client_read_only_metadata": ["pro"],
        "server_metadata": 42,
        "primary_email": "Ada@Example.com",
        "primary_email_verified": true,
        "primary_email_auth_enabled": true,
        "password": PASSWORD,
        "otp_auth_enabled": true,
        "totp_secret_base64": "c2VjcmV0IG9mIGFuIGFwcA==",
        "restricted_by_admin": true,
        "restricted_by_admin_reason": "A test.",
        "restricted_by_admin_private_details": "Nobody else needs to know.",
        "country_code": "gb",
        "risk_scores": { "sign_up": { "bot": 12, "free_trial_abuse": 34 } },
    });
    let user = create(&project, body).await.answers(201);
    insta::assert_json_snapshot!(project.snapshots().of(&user));
    let read = project.server().get_user().user_id(user.id).send().await.answers(200);
    assert_eq!(read, user, "what was answered is what is stored");
}

#[tokio::test]
async fn an_e_mail_that_somebody_signs_in_with_is_taken() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    let body = json!({ "primary_email": "ADA@example.com", "primary_email_auth_enabled": true });
    let details = create(&project, body).await.fails(409, "USER_EMAIL_ALREADY_EXISTS");
    assert_eq!(
        details,
        json!({ "email": "ada@example.com", "would_work_if_email_was_verified": false })
    );
    assert_eq!(project.count_users().await, 1, "nothing of the refused user is stored");
}

#[tokio::test]
async fn an_e_mail_that_isnt_used_to_sign_in_may_belong_to_many() {
    let project = TestProject::start().await;
    project.sign_up("ada@example.com").await;
    for _ in 0..2 {
        let user = create(&project, json!({ "primary_email": "ada@example.com" }))
            .await
            .answers(201);
        assert!(!user.primary_email_auth_enabled);
    }
}

#[tokio::test]
async fn flags_of_an_address_need_an_address() {
    let project = TestProject::start().await;
    for flag in ["primary_email_verified", "primary_email_auth_enabled"] {
        create(&project, json!({ flag: true })).await.fails_plainly(400);
        create(&project, json!({ flag: true, "primary_email": null }))
            .await
            .fails_plainly(400);
        create(&project, json!({ flag: false })).await.answers(201);
    }
}

#[tokio::test]
async fn a_created_password_signs_in_whatever_its_length() {
    let project = TestProject::start().await;
    let body = json!({ "primary_email": "ada@example.com", "primary_email_auth_enabled": true, "password": "x" });
    create(&project, body).await.answers(201);
    let body = typed::<stack_types::PasswordSignIn>(json!({ "email": "ada@example.com", "password": "x" }));
    project
        .client()
        .sign_in_with_password()
        .body(body)
        .send()
        .await
        .answers(200);
}

/// bcrypt of [`PASSWORD`], if the cost is `04`; else something that looks like a hash.
fn bcrypt(cost: &str) -> String {
    format!("$2b${cost}$DK6UTOUKEx6d20ODH99e2etZ5sGwprFs5SU8u45Q6jBBF0y8LYSIG")
}

#[tokio::test]
async fn a_hash_from_elsewhere_signs_in_again_and_again() {
    let project = TestProject::start().await;
    let email = "ada@example.com";
    let body = json!({ "primary_email": email, "primary_email_auth_enabled": true, "password_hash": bcrypt("04") });
    assert!(create(&project, body).await.answers(201).has_password);
    for _ in 0..2 {
        project.sign_in(email).await;
        let wrong = typed::<stack_types::PasswordSignIn>(json!({ "email": email, "password": "another password" }));
        project
            .client()
            .sign_in_with_password()
            .body(wrong)
            .send()
            .await
            .fails(400, "EMAIL_PASSWORD_MISMATCH");
    }
}

#[tokio::test]
async fn only_one_of_password_and_hash_may_be_given() {
    let project = TestProject::start().await;
    let body = json!({ "primary_email": "ada@example.com", "password": PASSWORD, "password_hash": bcrypt("04") });
    create(&project, body).await.fails_plainly(400);
}

#[tokio::test]
async fn a_hash_that_isnt_bcrypt_or_too_dear_is_refused() {
    let project = TestProject::start().await;
    for hash in [
        bcrypt("17"),
        bcrypt("03"),
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA".to_owned(),
        "hunter2".to_owned(),
    ] {
        let body = json!({ "primary_email": "ada@example.com", "password_hash": hash });
        create(&project, body).await.fails_plainly(400);
    }
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn ways_to_sign_in_that_the_project_doesnt_offer_are_refused() {
    let project = TestProject::start_with(json!({ "credential_enabled": false })).await;
    for body in [
        json!({ "password": PASSWORD, "primary_email": "ada@example.com" }),
        json!({ "password_hash": bcrypt("10"), "primary_email": "ada@example.com" }),
        json!({ "otp_auth_enabled": true }),
        json!({ "passkey_auth_enabled": true }),
    ] {
        create(&project, body).await.fails_plainly(400);
    }
}

#[tokio::test]
async fn an_account_at_a_provider_belongs_to_one_user_and_a_provider_has_to_be_set_up() {
    let project = TestProject::start_with(json!({ "oauth_providers": [{ "id": "github", "type": "shared" }] })).await;
    let with = |provider: &str| json!({ "oauth_providers": [{ "id": provider, "account_id": "4711", "email": "ada@example.com" }] });
    let user = create(&project, with("github")).await.answers(201);
    insta::assert_json_snapshot!(user.oauth_providers, @r#"
    [
      {
        "id": "github",
        "account_id": "4711",
        "email": "ada@example.com"
      }
    ]
    "#);
    create(&project, with("github"))
        .await
        .fails(400, "OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN");
    create(&project, with("gitlab")).await.fails_plainly(400);
}

#[tokio::test]
async fn a_picture_has_to_be_on_the_web() {
    let project = TestProject::start().await;
    for url in [
        "ftp://example.com/ada.png",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "data:text/html,x",
    ] {
        create(&project, json!({ "profile_image_url": url }))
            .await
            .fails_plainly(400);
    }
    let answer = project
        .server_call("POST /users")
        .json(json!({ "profile_image_url": "ada.png" }))
        .send()
        .await;
    answer.fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_reason_for_a_restriction_needs_one() {
    let project = TestProject::start().await;
    for key in ["restricted_by_admin_reason", "restricted_by_admin_private_details"] {
        create(&project, json!({ key: "A test." })).await.fails_plainly(400);
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once() {
    let project = TestProject::start().await;
    let body = json!({
        "display_name": "x".repeat(257),
        "primary_email": "not an address",
        "primary_email_verified": "perhaps",
        "profile_image_url": [],
        "country_code": "GBR",
        "risk_scores": { "sign_up": { "bot": 101 } },
        "password": "y".repeat(71),
        "dispaly_name": "Ada",
    });
    let details = project
        .server_call("POST /users")
        .json(body)
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
    insta::assert_snapshot!(details["message"].as_str().expect("text"));
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn a_parameter_of_the_list_is_tolerated_and_an_unknown_one_isnt() {
    let project = TestProject::start().await;
    project
        .server_call("POST /users?limit=1&cursor=nonsense")
        .json(json!({}))
        .send()
        .await
        .answers(201);
    project
        .server_call("POST /users?limits=1")
        .json(json!({}))
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
}

#[tokio::test]
async fn a_user_needs_a_body() {
    let project = TestProject::start().await;
    project
        .server_call("POST /users")
        .send()
        .await
        .fails(400, "SCHEMA_ERROR");
    for body in [json!(null), json!([]), json!("user")] {
        project
            .server_call("POST /users")
            .json(body)
            .send()
            .await
            .fails(400, "SCHEMA_ERROR");
    }
}

#[tokio::test]
async fn clients_may_not_create_users() {
    let project = TestProject::start().await;
    let details = project
        .client_call("POST /users")
        .json(json!({}))
        .send()
        .await
        .fails(401, "INSUFFICIENT_ACCESS_TYPE");
    assert_eq!(
        details,
        json!({ "actual_access_type": "client", "allowed_access_types": ["server", "admin"] })
    );
    assert_eq!(project.count_users().await, 0);
}

#[tokio::test]
async fn admins_may_create_users_too() {
    let project = TestProject::start().await;
    project
        .admin()
        .create_user()
        .body(UserCreate::default())
        .send()
        .await
        .answers(201);
}

#[tokio::test]
async fn a_new_user_gets_a_personal_team_where_the_project_says_so() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    for (body, name) in [
        (json!({}), "Personal Team"),
        (json!({ "primary_email": "ada@example.com" }), "ada@example.com's Team"),
        (
            json!({ "primary_email": "ada@example.com", "display_name": "Ada" }),
            "Ada's Team",
        ),
    ] {
        let user = create(&project, body).await.answers(201);
        assert_eq!(user.selected_team, None, "the answer is older than the team");
        let user = project.server().get_user().user_id(user.id).send().await.answers(200);
        let team = user.selected_team.expect("the team is selected at once");
        assert_eq!(
            (Some(team.id), team.display_name.as_str()),
            (user.selected_team_id, name)
        );
    }
}
