//! Who is let in as whom, and the errors in their order.

use stack_domain::{
    access::{AccessType, Credentials},
    models::ConfigLevel,
    sessions::CreateSession,
    users::UserCreate,
};
use stack_types::{ProjectId, Secret};

use crate::harness::{Harness, INTERNAL, code};

async fn authenticated(harness: &Harness, credentials: &Credentials) -> String {
    match harness.domain.access.authenticate(credentials).await {
        Ok(_) => "ok".to_owned(),
        Err(error) => code::<()>(Err(error)),
    }
}

#[tokio::test]
async fn each_access_type_needs_its_own_key() {
    let harness = Harness::new().await;
    for (access, missing, invalid) in [
        (AccessType::Client, "ok", "INVALID_PUBLISHABLE_CLIENT_KEY"),
        (
            AccessType::Server,
            "SERVER_AUTHENTICATION_REQUIRED",
            "INVALID_SECRET_SERVER_KEY",
        ),
        (
            AccessType::Admin,
            "ADMIN_AUTHENTICATION_REQUIRED",
            "INVALID_SUPER_SECRET_ADMIN_KEY",
        ),
    ] {
        assert_eq!(authenticated(&harness, &harness.credentials(access)).await, "ok");
        let none = Credentials::new(access, harness.demo.clone());
        assert_eq!(authenticated(&harness, &none).await, missing);
        for key in ["nonsense", "internal-client", "internal-server", "internal-admin"] {
            let key = Some(Secret::new(key));
            let foreign = Credentials {
                publishable_client_key: key.clone(),
                secret_server_key: key.clone(),
                super_secret_admin_key: key,
                ..none.clone()
            };
            assert_eq!(authenticated(&harness, &foreign).await, invalid);
        }
        // The key of another access type in the right place.
        let swapped = Credentials {
            publishable_client_key: Some("demo-admin".into()),
            secret_server_key: Some("demo-admin".into()),
            super_secret_admin_key: Some("demo-server".into()),
            ..none
        };
        assert_eq!(authenticated(&harness, &swapped).await, invalid);
    }
}

#[tokio::test]
async fn a_project_may_require_a_client_key() {
    let harness = Harness::new().await;
    let text = r#"{"project.requirePublishableClientKey":true}"#;
    let with = |key: Option<&str>| Credentials {
        publishable_client_key: key.map(Secret::from),
        ..Credentials::new(AccessType::Client, harness.demo.clone())
    };
    assert_eq!(
        authenticated(&harness, &with(Some("__stack_public_client__"))).await,
        "ok"
    );
    let config = &harness.domain.config;
    config
        .patch_override(AccessType::Admin, &harness.demo, ConfigLevel::Project, text)
        .await
        .unwrap();
    for key in [None, Some("__stack_public_client__")] {
        assert_eq!(
            authenticated(&harness, &with(key)).await,
            "PUBLISHABLE_CLIENT_KEY_REQUIRED_FOR_PROJECT"
        );
    }
    assert_eq!(authenticated(&harness, &with(Some("demo-client"))).await, "ok");
}

#[tokio::test]
async fn the_first_thing_that_is_wrong_is_told() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up("ada@example.com").await;
    let nowhere = ProjectId::from("00000000-0000-4000-8000-000000000000");
    let mut credentials = Credentials {
        access_token: Some("nonsense".into()),
        branch_id: Some("dev".into()),
        ..Credentials::new(AccessType::Server, nowhere)
    };
    assert_eq!(authenticated(&harness, &credentials).await, "UNPARSABLE_ACCESS_TOKEN");
    credentials.access_token = Some(tokens.access_token);
    assert_eq!(
        authenticated(&harness, &credentials).await,
        "INVALID_PROJECT_FOR_ACCESS_TOKEN"
    );
    credentials.access_token = None;
    assert_eq!(authenticated(&harness, &credentials).await, "CURRENT_PROJECT_NOT_FOUND");
    credentials.project_id = harness.demo.clone();
    assert_eq!(
        authenticated(&harness, &credentials).await,
        "SERVER_AUTHENTICATION_REQUIRED"
    );
    credentials.secret_server_key = Some("demo-server".into());
    assert_eq!(authenticated(&harness, &credentials).await, "BRANCH_DOES_NOT_EXIST");
    credentials.branch_id = Some("main".into());
    assert_eq!(authenticated(&harness, &credentials).await, "ok");
}

#[tokio::test]
async fn anonymous_and_restricted_users_must_be_welcome() {
    let harness = Harness::new().await;
    let anonymous = harness
        .domain
        .anonymous
        .sign_up(&*harness.tenant().await, None)
        .await
        .unwrap();
    harness
        .configure(|update| update.config.require_email_verification = Some(true))
        .await;
    let restricted = harness.sign_up("ada@example.com").await;
    for (tokens, anonymous_allowed, restricted_allowed, expected) in [
        (&anonymous, false, true, "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED"),
        (&anonymous, true, false, "ok"),
        (&restricted, false, false, "RESTRICTED_USER_NOT_ALLOWED"),
        (&restricted, false, true, "ok"),
        (&restricted, true, false, "ok"),
    ] {
        let credentials = Credentials {
            access_token: Some(tokens.access_token.clone()),
            allow_anonymous_user: anonymous_allowed,
            allow_restricted_user: restricted_allowed,
            ..harness.credentials(AccessType::Client)
        };
        assert_eq!(authenticated(&harness, &credentials).await, expected);
    }
}

#[tokio::test]
async fn the_token_of_a_deleted_user_is_that_of_nobody() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up("ada@example.com").await;
    let server = harness.caller(AccessType::Server).await;
    harness.domain.users.delete(&server, tokens.user_id).await.unwrap();
    assert!(harness.client(&tokens).await.user.is_none());
}

#[tokio::test]
async fn reading_the_own_user_costs_one_query() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up("ada@example.com").await;
    harness.client(&tokens).await;
    let before = harness.memory.calls();
    let caller = harness.client(&tokens).await;
    assert_eq!(
        caller.own_user().unwrap().primary_email.as_ref().unwrap().value,
        "ada@example.com"
    );
    assert_eq!(harness.memory.calls() - before, 1);
}

#[tokio::test]
async fn members_of_the_owning_team_are_admins() {
    let harness = Harness::new().await;
    let internal = ProjectId::from(INTERNAL);
    let tenant = harness.domain.projects.find(&internal).await.unwrap().unwrap();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let user = harness
            .domain
            .users
            .create(&tenant, UserCreate::default())
            .await
            .unwrap();
        assert!(user.selected_team.is_none(), "the answer was built before the team");
        let lifetime = std::time::Duration::from_secs(3600);
        let session = CreateSession {
            user_id: user.profile.id,
            lifetime,
            is_impersonation: false,
        };
        tokens.push(harness.domain.sessions.create(&tenant, session).await.unwrap());
    }
    let caller = {
        let credentials = Credentials {
            access_token: Some(tokens[0].access_token.clone()),
            ..Credentials::new(AccessType::Client, internal.clone())
        };
        harness.domain.access.authenticate(&credentials).await.unwrap()
    };
    let team = caller
        .own_user()
        .unwrap()
        .selected_team
        .clone()
        .expect("dashboard users get a team of their own");
    assert_eq!(team.display_name, "Personal Team");
    let command = stack_domain::projects::CreateProject {
        display_name: "Mine".into(),
        owner_team_id: team.id,
        rest: Default::default(),
    };
    let project = harness.domain.projects.create(&caller, command).await.unwrap();
    let with = |token: &Secret| Credentials {
        admin_access_token: Some(token.clone()),
        ..Credentials::new(AccessType::Admin, project.id().clone())
    };
    assert_eq!(authenticated(&harness, &with(&tokens[0].access_token)).await, "ok");
    let stranger = with(&tokens[1].access_token);
    assert_eq!(
        authenticated(&harness, &stranger).await,
        "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN"
    );
    let elsewhere = with(&harness.sign_up("ada@example.com").await.access_token);
    assert_eq!(
        authenticated(&harness, &elsewhere).await,
        "ADMIN_ACCESS_TOKEN_IS_NOT_ADMIN"
    );
    assert_eq!(
        authenticated(&harness, &with(&"nonsense".into())).await,
        "UNPARSABLE_ADMIN_ACCESS_TOKEN"
    );
    let anonymous = harness.domain.anonymous.sign_up(&tenant, None).await.unwrap();
    assert_eq!(
        authenticated(&harness, &with(&anonymous.access_token)).await,
        "UNPARSABLE_ADMIN_ACCESS_TOKEN"
    );
    let owned = harness.domain.projects.list(&caller).await.unwrap();
    assert_eq!(
        owned
            .iter()
            .map(|tenant| tenant.project.display_name.as_str())
            .collect::<Vec<_>>(),
        ["Mine"]
    );
    harness.advance(601);
    assert_eq!(
        authenticated(&harness, &with(&tokens[0].access_token)).await,
        "ADMIN_ACCESS_TOKEN_EXPIRED"
    );
}
