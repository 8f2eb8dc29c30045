//! Sessions.

use std::time::Duration;

use stack_domain::{
    access::AccessType,
    models::IpInfo,
    sessions::{CreateSession, DEFAULT_LIFETIME, MAX_LIFETIME},
};
use uuid::Uuid;

use crate::harness::{Harness, code};

#[tokio::test]
async fn a_refresh_token_mints_until_it_expires() {
    let harness = Harness::new().await;
    let (user, tenant) = (harness.sign_up("ada@example.com").await.user_id, harness.tenant().await);
    let command = CreateSession {
        user_id: user,
        lifetime: Duration::from_secs(3600),
        is_impersonation: false,
    };
    let tokens = harness.domain.sessions.create(&tenant, command).await.unwrap();
    harness.advance(3599);
    let ip = IpInfo {
        ip: "203.0.113.7".into(),
        ..Default::default()
    };
    harness
        .domain
        .sessions
        .refresh(&tenant, &tokens.refresh_token, Some(&ip))
        .await
        .unwrap();
    let server = harness.caller(AccessType::Server).await;
    let sessions = harness.domain.sessions.list(&server, user).await.unwrap();
    let session = sessions.iter().find(|session| session.id == tokens.session_id).unwrap();
    assert_eq!(session.last_used_ip_info, Some(ip));
    assert_eq!(session.last_used_at.get() - session.created_at.get(), 3_599_000);
    let active = harness
        .domain
        .users
        .get(&harness.demo, user)
        .await
        .unwrap()
        .profile
        .last_active_at;
    assert_eq!(active, session.last_used_at);
    harness.advance(1);
    let refresh = harness
        .domain
        .sessions
        .refresh(&tenant, &tokens.refresh_token, None)
        .await;
    assert_eq!(code(refresh), "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
}

#[tokio::test]
async fn a_refresh_token_is_good_for_its_own_project_only() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up("ada@example.com").await;
    let internal = harness.domain.projects.find(&"internal".into()).await.unwrap().unwrap();
    let refresh = harness
        .domain
        .sessions
        .refresh(&internal, &tokens.refresh_token, None)
        .await;
    assert_eq!(code(refresh), "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
}

#[tokio::test]
async fn sessions_are_for_users_that_exist_and_not_for_ever() {
    let harness = Harness::new().await;
    let (tenant, nobody) = (harness.tenant().await, Uuid::nil().into());
    let mut command = CreateSession {
        user_id: nobody,
        lifetime: DEFAULT_LIFETIME,
        is_impersonation: false,
    };
    assert_eq!(
        code(harness.domain.sessions.create(&tenant, command.clone()).await),
        "USER_ID_DOES_NOT_EXIST"
    );
    command.lifetime = MAX_LIFETIME + Duration::from_millis(1);
    assert_eq!(code(harness.domain.sessions.create(&tenant, command).await), "400");
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once_and_everywhere() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up("ada@example.com").await;
    let caller = harness.client(&tokens).await;
    harness.domain.sessions.sign_out(&caller).await.unwrap();
    assert_eq!(
        code(harness.domain.sessions.sign_out(&caller).await),
        "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"
    );
    let other = Harness::process(&harness.memory, &harness.clock);
    let refresh = other
        .sessions
        .refresh(&*harness.tenant().await, &tokens.refresh_token, None)
        .await;
    assert_eq!(code(refresh), "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
    assert!(
        harness.client(&tokens).await.user.is_some(),
        "the access token holds until it expires"
    );
    let nobody = harness.caller(AccessType::Client).await;
    assert_eq!(
        code(harness.domain.sessions.sign_out(&nobody).await),
        "ACCESS_TOKEN_EXPIRED"
    );
}

#[tokio::test]
async fn clients_see_and_end_their_own_sessions_only() {
    let harness = Harness::new().await;
    let (ada, bob) = (
        harness.sign_up("ada@example.com").await,
        harness.sign_up("bob@example.com").await,
    );
    let (caller, sessions) = (harness.client(&ada).await, &harness.domain.sessions);
    assert_eq!(code(sessions.list(&caller, bob.user_id).await), "403");
    assert_eq!(code(sessions.delete(&caller, bob.session_id, bob.user_id).await), "404");
    assert_eq!(code(sessions.delete(&caller, bob.session_id, ada.user_id).await), "404");
    assert_eq!(
        code(sessions.delete(&caller, ada.session_id, ada.user_id).await),
        "CANNOT_DELETE_CURRENT_SESSION"
    );
    let server = harness.caller(AccessType::Server).await;
    sessions.delete(&server, bob.session_id, bob.user_id).await.unwrap();
    assert_eq!(code(sessions.delete(&server, bob.session_id, bob.user_id).await), "404");
}

#[tokio::test]
async fn impersonation_is_shown_to_admins_only() {
    let harness = Harness::new().await;
    let (ada, tenant) = (harness.sign_up("ada@example.com").await, harness.tenant().await);
    let command = CreateSession {
        user_id: ada.user_id,
        lifetime: DEFAULT_LIFETIME,
        is_impersonation: true,
    };
    harness.domain.sessions.create(&tenant, command).await.unwrap();
    for (access, seen) in [(AccessType::Server, 1), (AccessType::Admin, 2)] {
        let caller = harness.caller(access).await;
        assert_eq!(
            harness.domain.sessions.list(&caller, ada.user_id).await.unwrap().len(),
            seen
        );
    }
    assert_eq!(
        harness
            .domain
            .sessions
            .list(&harness.client(&ada).await, ada.user_id)
            .await
            .unwrap()
            .len(),
        1
    );
}
