//! The client's verifier and the server agree on which access tokens are good.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use stack_client::verify::{Verifier, VerifierBuilder, VerifyError};
use stack_tests::{TestProject, TestServer, TestUser, claims, header};
use stack_types::{KnownError, RestrictedReasonType};

/// A verifier of the project, on the server's clock.
fn verifier_of(project: &TestProject) -> VerifierBuilder {
    let server = project.server.clone();
    let client = project.client();
    client
        .verifier()
        .issuer_url(project.server.public_url())
        .clock(move || server.now().into())
}

async fn refused(verifier: &Verifier, token: &str) -> VerifyError {
    verifier.verify(token).await.expect_err("it isn't good")
}

/// What the server says to this token.
async fn code_of(project: &TestProject, token: &str) -> String {
    let answer = project.client_call("GET /users/me").token(token).send().await;
    answer.code().to_owned()
}

fn forged(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

#[tokio::test]
async fn a_token_says_offline_what_the_server_knows() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let user = verifier_of(&project)
        .build()
        .expect("a verifier")
        .verify(&ada.access_token())
        .await
        .expect("it is good");
    assert_eq!(user.user_id, ada.id);
    assert_eq!(user.session_id.to_string(), ada.session_id());
    assert_eq!(user.project_id, project.id);
    assert_eq!(user.email.as_deref(), Some("ada@example.com"));
    assert!(!user.email_verified && !user.is_restricted && !user.is_anonymous);
    assert_eq!(user.issued_at.as_secs(), project.server.now().as_secs());
    assert_eq!(user.expires_at.as_secs() - user.issued_at.as_secs(), 600);
}

#[tokio::test]
async fn users_who_need_leave_are_taken_with_it_only() {
    let project = TestProject::start().await;
    let rita = json!({ "display_name": "Rita", "restricted_by_admin": true });
    let (restricted, anonymous) = (project.user_with(rita).await, project.sign_up_anonymously().await);
    let strict = verifier_of(&project).build().expect("a verifier");
    let open = verifier_of(&project).allow_anonymous().build().expect("a verifier");
    let by_hand = RestrictedReasonType::RestrictedByAdministrator;

    let error = refused(&strict, &restricted.access_token()).await;
    assert!(matches!(error, VerifyError::Restricted { reason } if reason == by_hand));
    let user = open.verify(&restricted.access_token()).await.expect("it is good");
    assert_eq!(user.restricted_reason, Some(by_hand));

    let error = refused(&strict, &anonymous.access_token()).await;
    assert!(matches!(error, VerifyError::Anonymous));
    let user = open.verify(&anonymous.access_token()).await.expect("it is good");
    assert!(user.is_anonymous);
}

#[tokio::test]
async fn a_forged_token_is_refused_by_both() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let verifier = verifier_of(&project).build().expect("a verifier");
    let token = ada.access_token();
    let signature = token.rsplit_once('.').expect("a JWT").1;
    let (real, mut others) = (header(&token), ada.claims());
    let with = |name: &str, value: &str| {
        let mut header = real.clone();
        header[name] = json!(value);
        forged(&header, &ada.claims(), signature)
    };
    others["sub"] = json!(project.sign_up("grace@example.com").await.id);
    for forged in [
        forged(&real, &others, signature),
        with("kid", "another"),
        with("alg", "none"),
        with("alg", "HS256"),
        with("alg", "ES384"),
        forged(&json!({ "alg": "none" }), &ada.claims(), ""),
        forged(&real, &ada.claims(), &BASE64.encode([0; 64])),
    ] {
        let known = refused(&verifier, &forged).await.known();
        assert_eq!(known, Some(KnownError::UnparsableAccessToken), "{forged:.80}");
        assert_eq!(code_of(&project, &forged).await, "UNPARSABLE_ACCESS_TOKEN");
    }
    verifier.verify(&token).await.expect("the real one is still good");
}

#[tokio::test]
async fn both_see_a_token_expire() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let verifier = verifier_of(&project)
        .leeway(Duration::ZERO)
        .build()
        .expect("a verifier");
    let token = ada.access_token();
    let exp = claims(&token)["exp"].as_u64().expect("seconds");
    let left = exp * 1000 - project.server.now().get() as u64;
    project.server.advance(Duration::from_millis(left - 1));
    verifier.verify(&token).await.expect("it is good");
    project.server.advance(Duration::from_millis(1));
    let answer = project.client_call("GET /users/me").token(&token).send().await;
    let details = answer.fails(401, "ACCESS_TOKEN_EXPIRED");
    let known = refused(&verifier, &token).await.known().expect("a known error");
    assert_eq!((known.code(), known.details()), ("ACCESS_TOKEN_EXPIRED", Some(details)));
}

#[tokio::test]
async fn tokens_of_elsewhere_are_refused() {
    let project = TestProject::start().await;
    let verifier = verifier_of(&project).build().expect("a verifier");
    let neighbour = TestProject::create(&project.server)
        .await
        .sign_up("ada@example.com")
        .await;
    let error = refused(&verifier, &neighbour.access_token()).await;
    assert_eq!(
        error.known().expect("a known error").code(),
        "INVALID_PROJECT_FOR_ACCESS_TOKEN"
    );

    let elsewhere = TestServer::start_with(|config| {
        config.server_secret = Some("another secret, which nobody else knows of".into());
        config.public_url = Some(project.server.public_url().to_owned());
    });
    let stranger = TestProject::internal(&elsewhere.await).owner_named("Eve").await;
    let internal = TestProject::internal(&project.server);
    let error = refused(
        &verifier_of(&internal).build().expect("a verifier"),
        &stranger.access_token(),
    )
    .await;
    assert!(matches!(error, VerifyError::UnknownKey { .. }), "{error}");
}

#[tokio::test]
async fn a_session_that_was_ended_holds_until_its_token_expires() {
    let project = TestProject::start().await;
    let ada: TestUser = project.sign_up("ada@example.com").await;
    let token = ada.access_token();
    ada.client.sign_out().await.expect("it ends");
    let verifier = verifier_of(&project).build().expect("a verifier");
    verifier.verify(&token).await.expect("nobody can see it offline");
}
