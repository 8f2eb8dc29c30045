//! Access tokens: what they say, who signed them, and which are refused.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Value, json};
use stack_client::prelude::*;
use stack_tests::{CLAIMS, Outcome, START, TestProject, TestUser, header, verified_claims};
use stack_types::server;

async fn keys(project: &TestProject, query: &str) -> Value {
    let line = format!("GET /projects/{}/.well-known/jwks.json{query}", project.id);
    project.server.call(&line).send().await.answers(200)
}

/// Whether the server takes this token for somebody's.
async fn status(project: &TestProject, token: &str) -> (u16, String) {
    let answer = project.client_call("GET /users/me").token(token).send().await;
    (answer.status.as_u16(), answer.code().to_owned())
}

fn unparsable() -> (u16, String) {
    (401, "UNPARSABLE_ACCESS_TOKEN".to_owned())
}

fn forged(header: Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    format!("{}.{}.{signature}", part(&header), part(claims))
}

/// An ordinary, a restricted and an anonymous user, with what their tokens' issuer and audience end in.
async fn of_every_kind(project: &TestProject) -> [(TestUser, &'static str, &'static str); 3] {
    let body = json!({ "display_name": "Rita", "restricted_by_admin": true });
    [
        (project.sign_up("ada@example.com").await, "projects", ""),
        (
            project.user_with(body).await,
            "projects-restricted-users",
            ":restricted",
        ),
        (project.sign_up_anonymously().await, "projects-anonymous-users", ":anon"),
    ]
}

#[tokio::test]
async fn a_token_has_exactly_the_claims_that_sdks_expect() {
    let project = TestProject::start_with(json!({ "create_team_on_sign_up": true })).await;
    let ada = project.sign_up("ada@example.com").await;
    let body = server::UserUpdate {
        display_name: Patch::Value("Ada Lovelace".into()),
        primary_email_verified: Some(true),
        ..Default::default()
    };
    project
        .server()
        .update_user()
        .user_id(ada.id)
        .body(body)
        .send()
        .await
        .answers(200);
    project.server.advance(Duration::from_secs(90));
    let token = ada
        .client
        .refresh_current_session()
        .send()
        .await
        .answers(200)
        .access_token;
    let claims = stack_tests::claims(token.expose());
    let user = project.user(&ada).await;
    let now_secs = START.as_secs() + 90;
    let expected = json!({
        "sub": ada.id,
        "iat": now_secs,
        "exp": now_secs + 600,
        "iss": format!("{}/api/v1/projects/{}", project.server.public_url(), project.id),
        "aud": project.id,
        "project_id": project.id,
        "branch_id": "main",
        "refresh_token_id": ada.session_id(),
        "role": "authenticated",
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "email_verified": true,
        "selected_team_id": user["selected_team_id"],
        "signed_up_at": START.as_secs(),
        "is_anonymous": false,
        "is_restricted": false,
        "restricted_reason": null,
        "requires_totp_mfa": false,
    });
    assert_eq!(claims, expected);
    let mut names: Vec<_> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, CLAIMS);
    let header = header(token.expose());
    assert_eq!(
        header,
        json!({ "alg": "ES256", "kid": header["kid"] }),
        "nothing else stands in the header"
    );
    assert_eq!(header["kid"].as_str().map(str::len), Some(12));
}

#[tokio::test]
async fn each_kind_of_user_has_an_issuer_and_an_audience() {
    let project = TestProject::start().await;
    for (user, segment, suffix) in of_every_kind(&project).await {
        let claims = user.claims();
        assert_eq!(
            claims["iss"],
            format!("{}/api/v1/{segment}/{}", project.server.public_url(), project.id)
        );
        assert_eq!(claims["aud"], format!("{}{suffix}", project.id));
        assert_eq!(claims["is_anonymous"], json!(suffix == ":anon"));
        assert_eq!(claims["is_restricted"], json!(!suffix.is_empty()));
    }
}

#[tokio::test]
async fn the_published_keys_verify_the_tokens_of_their_kind_only() {
    let project = TestProject::start().await;
    let (own, restricted) = (
        keys(&project, "").await,
        keys(&project, "?include_restricted=true").await,
    );
    let all = keys(&project, "?include_anonymous=true").await;
    let other = keys(&TestProject::create(&project.server).await, "?include_anonymous=true").await;
    for (user, _, suffix) in of_every_kind(&project).await {
        let (token, audience) = (user.access_token(), format!("{}{suffix}", project.id));
        let verified = |keys: &Value| verified_claims(&token, keys, &audience).is_some();
        assert!(verified(&all), "{audience}");
        assert_eq!(verified(&restricted), suffix != ":anon", "{audience}");
        assert_eq!(verified(&own), suffix.is_empty(), "{audience}");
        assert!(!verified(&other), "{audience}");
        let wrong_audience = format!("{}:other", project.id);
        assert_eq!(verified_claims(&token, &all, &wrong_audience), None);
    }
}

#[tokio::test]
async fn a_token_is_good_for_ten_minutes() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let exp = ada.claims()["exp"].as_i64().expect("seconds");
    let left = Duration::from_millis((exp * 1000 - project.server.now().get()) as u64);
    project.server.advance(left - Duration::from_millis(1));
    assert_eq!(status(&project, &ada.access_token()).await.0, 200);
    project.server.advance(Duration::from_millis(1));
    let answer = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await;
    let details = answer.fails(401, "ACCESS_TOKEN_EXPIRED");
    let expected = json!({
        "expired_at_millis": exp * 1000,
        "project_id": project.id,
        "user_id": ada.id,
        "refresh_token_id": ada.session_id(),
    });
    assert_eq!(details, expected);
}

#[tokio::test]
async fn the_life_of_a_token_is_a_setting() {
    let server =
        stack_tests::TestServer::start_with(|config| config.access_token_lifetime = Duration::from_secs(60)).await;
    let project = TestProject::create(&server).await;
    let ada = project.sign_up("ada@example.com").await;
    server.advance(Duration::from_secs(61));
    assert_eq!(
        status(&project, &ada.access_token()).await,
        (401, "ACCESS_TOKEN_EXPIRED".to_owned())
    );
}

#[tokio::test]
async fn a_token_that_was_tampered_with_is_refused() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let grace = project.sign_up("grace@example.com").await;
    let (token, other) = (ada.access_token(), grace.access_token());
    assert_eq!(status(&project, &token).await.0, 200);
    let parts: Vec<_> = token.split('.').collect();
    let other_parts: Vec<_> = other.split('.').collect();
    let mut claims = ada.claims();
    claims["sub"] = json!(grace.id);
    for wrong in [
        forged(header(&token), &claims, parts[2]),
        format!("{}.{}.{}", parts[0], other_parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}.{}", parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], BASE64.encode([0; 64])),
        token.to_uppercase(),
        "nonsense".to_owned(),
        format!("Bearer {token}"),
        "a".repeat(20_000),
    ] {
        assert_eq!(status(&project, &wrong).await, unparsable(), "{wrong:.80}");
    }
}

#[tokio::test]
async fn only_es256_with_a_known_key_counts() {
    let project = TestProject::start().await;
    let ada = project.sign_up("ada@example.com").await;
    let (claims, real) = (ada.claims(), header(&ada.access_token()));
    let kid = &real["kid"];
    let signature = ada
        .access_token()
        .rsplit_once('.')
        .map(|(_, signature)| signature.to_owned())
        .expect("a JWT");
    let set: Value = keys(&project, "").await;
    let public = set["keys"][0]["x"].as_str().expect("a coordinate").to_owned();
    let hmac = |header: Value| {
        let key = jsonwebtoken::EncodingKey::from_secret(public.as_bytes());
        let mut hs256 = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        hs256.kid = header["kid"].as_str().map(str::to_owned);
        jsonwebtoken::encode(&hs256, &claims, &key).expect("a token")
    };
    for wrong in [
        forged(json!({ "alg": "none", "kid": kid }), &claims, ""),
        forged(json!({ "alg": "None" }), &claims, ""),
        forged(json!({ "alg": "ES256" }), &claims, &signature),
        forged(json!({ "alg": "ES256", "kid": "unknown" }), &claims, &signature),
        forged(json!({ "alg": "ES384", "kid": kid }), &claims, &signature),
        forged(
            json!({ "alg": "ES256", "kid": kid, "jwk": set["keys"][0] }),
            &claims,
            &signature,
        ),
        hmac(real.clone()),
    ] {
        assert_eq!(status(&project, &wrong).await, unparsable(), "{wrong:.80}");
    }
}

#[tokio::test]
async fn a_token_of_another_project_is_refused_by_name() {
    let project = TestProject::start().await;
    let other = TestProject::create(&project.server).await;
    let ada = other.sign_up("ada@example.com").await;
    let answer = project
        .client_call("GET /users/me")
        .token(&ada.access_token())
        .send()
        .await;
    let details = answer.fails(401, "INVALID_PROJECT_FOR_ACCESS_TOKEN");
    assert_eq!(
        details,
        json!({ "expected_project_id": project.id, "actual_project_id": other.id })
    );
}

#[tokio::test]
async fn a_token_of_another_server_is_refused() {
    let project = TestProject::start().await;
    let elsewhere = stack_tests::TestServer::start_with(|config| {
        config.server_secret = Some("another secret, which nobody else knows of".into());
    })
    .await;
    let internal = TestProject::internal(&elsewhere).owner_named("Eve").await;
    let call = TestProject::internal(&project.server)
        .client_call("GET /users/me")
        .token(&internal.access_token());
    call.send().await.fails(401, "UNPARSABLE_ACCESS_TOKEN");
}

#[tokio::test]
async fn a_token_works_on_every_process_with_the_same_secret() {
    let url =
        |config: &mut stack_server::config::Config| config.public_url = Some("https://auth.example.com".to_owned());
    let (first, second) = (
        stack_tests::TestServer::start_with(url).await,
        stack_tests::TestServer::start_with(url).await,
    );
    let owner = TestProject::internal(&first).owner_named("Grace").await;
    let call = TestProject::internal(&second)
        .client_call("GET /users/me")
        .token(&owner.access_token());
    call.send().await.fails(400, "CANNOT_GET_OWN_USER_WITHOUT_USER");
    assert_eq!(
        owner.claims()["iss"],
        "https://auth.example.com/api/v1/projects/internal"
    );
}
