//! Users.

use serde_json::{Value, json};
use stack_domain::{
    access::AccessType,
    config::legacy::LegacyOAuthProvider,
    models::ConfigLevel,
    users::{ListUsers, NewOAuthAccount, UserCreate, UserFields, UserUpdate},
};
use stack_types::{Patch, UserIdOrMe};
use uuid::Uuid;

use crate::harness::{Harness, PASSWORD, code};

fn value<T>(value: impl Into<T>) -> Patch<T> {
    Patch::Value(value.into())
}

fn update(fields: UserFields) -> UserUpdate {
    UserUpdate {
        fields,
        ..Default::default()
    }
}

fn create(fields: UserFields) -> UserCreate {
    UserCreate {
        fields,
        ..Default::default()
    }
}

#[tokio::test]
async fn absent_null_and_value_are_three_things() {
    let harness = Harness::new().await;
    let (server, tenant) = (harness.caller(AccessType::Server).await, harness.tenant().await);
    let fields = UserFields {
        display_name: value("Ada"),
        client_metadata: Patch::Value(json!({ "a": 1 })),
        server_metadata: Patch::Value(json!([1, 2])),
        profile_image_url: value("https://example.com/a.png"),
        ..Default::default()
    };
    let user = harness.domain.users.create(&tenant, create(fields)).await.unwrap();
    let id = user.profile.id;
    let change = UserFields {
        display_name: value(""),
        server_metadata: Patch::Null,
        profile_image_url: Patch::Null,
        ..Default::default()
    };
    let user = harness.domain.users.update(&server, id, update(change)).await.unwrap();
    assert_eq!(user.profile.display_name, None, "an empty name is none");
    assert_eq!(user.profile.profile_image_url, None);
    assert_eq!(user.profile.metadata.client, json!({ "a": 1 }));
    assert_eq!(user.profile.metadata.server, Value::Null);
    assert_eq!(harness.domain.users.get(&harness.demo, id).await.unwrap(), user);
}

#[tokio::test]
async fn fields_that_make_no_sense_are_refused_and_nothing_is_stored() {
    let harness = Harness::new().await;
    harness
        .configure(|update| update.config.magic_link_enabled = Some(false))
        .await;
    let tenant = harness.tenant().await;
    let hash = Some("$2b$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy".into());
    for fields in [
        UserFields {
            primary_email_verified: Some(true),
            ..Default::default()
        },
        UserFields {
            primary_email_auth_enabled: Some(true),
            ..Default::default()
        },
        UserFields {
            otp_auth_enabled: Some(true),
            ..Default::default()
        },
        UserFields {
            passkey_auth_enabled: Some(true),
            ..Default::default()
        },
        UserFields {
            password: value(PASSWORD),
            password_hash: hash,
            ..Default::default()
        },
        UserFields {
            password_hash: Some("plain".into()),
            ..Default::default()
        },
        UserFields {
            totp_secret_base64: value("not base64!"),
            ..Default::default()
        },
        UserFields {
            restricted_by_admin_reason: value("spam"),
            ..Default::default()
        },
        UserFields {
            country_code: value("Germany"),
            ..Default::default()
        },
        UserFields {
            profile_image_url: value("javascript:alert(1)"),
            ..Default::default()
        },
        UserFields {
            profile_image_url: value("data:image/png;base64,AAAA"),
            ..Default::default()
        },
        UserFields {
            display_name: value("x".repeat(257)),
            ..Default::default()
        },
    ] {
        assert_eq!(
            code(harness.domain.users.create(&tenant, create(fields.clone())).await),
            "400",
            "{fields:?}"
        );
    }
    let account = NewOAuthAccount {
        provider_id: "google".into(),
        account_id: "1".into(),
        email: None,
    };
    let command = UserCreate {
        oauth_accounts: vec![account],
        ..Default::default()
    };
    assert_eq!(code(harness.domain.users.create(&tenant, command).await), "400");
    let all = ListUsers {
        include_anonymous: true,
        ..Default::default()
    };
    assert!(harness.domain.users.list(&tenant, all).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn an_address_signs_in_one_user_but_may_be_held_by_many() {
    let harness = Harness::new().await;
    let tenant = harness.tenant().await;
    let with = |auth| UserFields {
        primary_email: value("ADA@example.com"),
        primary_email_auth_enabled: Some(auth),
        ..Default::default()
    };
    harness.domain.users.create(&tenant, create(with(true))).await.unwrap();
    let second = harness.domain.users.create(&tenant, create(with(false))).await.unwrap();
    assert_eq!(
        code(harness.domain.users.create(&tenant, create(with(true))).await),
        "USER_EMAIL_ALREADY_EXISTS"
    );
    let server = harness.caller(AccessType::Server).await;
    let change = UserFields {
        primary_email_auth_enabled: Some(true),
        ..Default::default()
    };
    let changed = harness
        .domain
        .users
        .update(&server, second.profile.id, update(change))
        .await;
    assert_eq!(code(changed), "USER_EMAIL_ALREADY_EXISTS");
}

#[tokio::test]
async fn an_account_signs_in_one_user() {
    let harness = Harness::new().await;
    let google = LegacyOAuthProvider {
        id: "google".into(),
        is_shared: true,
        ..Default::default()
    };
    harness
        .configure(|update| update.config.oauth_providers = Some(vec![google]))
        .await;
    let tenant = harness.tenant().await;
    let account = NewOAuthAccount {
        provider_id: "google".into(),
        account_id: "1".into(),
        email: None,
    };
    let command = UserCreate {
        oauth_accounts: vec![account],
        ..Default::default()
    };
    let user = harness.domain.users.create(&tenant, command.clone()).await.unwrap();
    assert_eq!(user.oauth_accounts[0].account_id, "1");
    let second = harness.domain.users.create(&tenant, command).await;
    assert_eq!(code(second), "OAUTH_PROVIDER_ACCOUNT_ID_ALREADY_USED_FOR_SIGN_IN");
}

#[tokio::test]
async fn a_new_primary_address_keeps_the_old_one_as_a_channel() {
    let harness = Harness::new().await;
    let tokens = harness.sign_up("old@example.com").await;
    let caller = harness.client(&tokens).await;
    let change = UserFields {
        primary_email: value("New@example.com"),
        ..Default::default()
    };
    let user = harness
        .domain
        .users
        .update(&caller, tokens.user_id, update(change))
        .await
        .unwrap();
    let email = user.primary_email.unwrap();
    assert_eq!(
        (email.value.as_str(), email.is_verified, email.used_for_auth),
        ("new@example.com", false, true)
    );
    for email in ["old@example.com", "new@example.com"] {
        assert_eq!(harness.sign_in(email, PASSWORD).await.unwrap(), tokens.user_id);
    }
}

#[tokio::test]
async fn whatever_is_done_to_a_password_by_a_server_ends_all_sessions() {
    let harness = Harness::new().await;
    let (server, tenant) = (harness.caller(AccessType::Server).await, harness.tenant().await);
    for password in [value("another password"), Patch::Null] {
        let email = format!("{}@example.com", password.is_absent() || password == Patch::Null);
        let tokens = harness.sign_up(&email).await;
        let change = UserFields {
            password,
            ..Default::default()
        };
        harness
            .domain
            .users
            .update(&server, tokens.user_id, update(change))
            .await
            .unwrap();
        let refresh = harness
            .domain
            .sessions
            .refresh(&tenant, &tokens.refresh_token, None)
            .await;
        assert_eq!(code(refresh), "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED");
    }
}

#[tokio::test]
async fn clients_act_on_their_own_user_only_and_upload_pictures() {
    let harness = Harness::new().await;
    let (ada, bob) = (
        harness.sign_up("ada@example.com").await,
        harness.sign_up("bob@example.com").await,
    );
    let caller = harness.client(&ada).await;
    let change = update(UserFields {
        display_name: value("Eve"),
        ..Default::default()
    });
    assert_eq!(
        code(harness.domain.users.update(&caller, bob.user_id, change).await),
        "403"
    );
    assert_eq!(code(harness.domain.users.delete(&caller, bob.user_id).await), "403");
    let link = update(UserFields {
        profile_image_url: value("https://example.com/a.png"),
        ..Default::default()
    });
    assert_eq!(
        code(harness.domain.users.update(&caller, ada.user_id, link).await),
        "400"
    );
    harness.domain.users.delete(&caller, ada.user_id).await.unwrap();
    harness
        .configure(|update| update.config.client_user_deletion_enabled = Some(false))
        .await;
    let caller = harness.client(&bob).await;
    assert_eq!(code(harness.domain.users.delete(&caller, bob.user_id).await), "400");
}

#[tokio::test]
async fn nobody_is_found_where_nobody_is() {
    let harness = Harness::new().await;
    let (server, nobody) = (harness.caller(AccessType::Server).await, Uuid::nil().into());
    assert_eq!(
        code(harness.domain.users.get(&harness.demo, nobody).await),
        "USER_NOT_FOUND"
    );
    assert_eq!(
        code(
            harness
                .domain
                .users
                .update(&server, nobody, UserUpdate::default())
                .await
        ),
        "USER_NOT_FOUND"
    );
    assert_eq!(
        code(harness.domain.users.delete(&server, nobody).await),
        "USER_NOT_FOUND"
    );
    assert_eq!(code(server.resolve(UserIdOrMe::Me)), "CANNOT_GET_OWN_USER_WITHOUT_USER");
    let stranger = harness.sign_up("ada@example.com").await.user_id;
    assert_eq!(
        code(harness.domain.users.get(&"internal".into(), stranger).await),
        "USER_NOT_FOUND"
    );
}

#[tokio::test]
async fn new_users_get_the_default_permissions_that_are_defined() {
    let harness = Harness::new().await;
    let config = &harness.domain.config;
    let text = json!({
        "rbac.permissions.reader": { "scope": "project" },
        "rbac.defaultPermissions.signUp": { "reader": true, "gone": true, "team_member": true },
        "teams.createPersonalTeamOnSignUp": true,
    });
    config
        .patch_override(
            AccessType::Server,
            &harness.demo,
            ConfigLevel::Branch,
            &text.to_string(),
        )
        .await
        .unwrap();
    let id = harness.sign_up("ada@example.com").await.user_id;
    let team = harness
        .domain
        .users
        .get(&harness.demo, id)
        .await
        .unwrap()
        .selected_team
        .unwrap();
    assert_eq!(team.display_name, "ada@example.com's Team");
    use stack_domain::ports::{PermissionRepository, Storage};
    let mut reader = harness.memory.read().await.unwrap();
    assert_eq!(
        reader.list_permissions_of_user(&harness.demo, id).await.unwrap(),
        ["reader"]
    );
    assert_eq!(
        reader
            .list_permissions_of_member(&harness.demo, team.id, id)
            .await
            .unwrap()
            .unwrap(),
        ["team_admin"]
    );
}

#[tokio::test]
async fn a_selected_team_must_be_ones_own() {
    let harness = Harness::new().await;
    harness
        .configure(|update| update.config.create_team_on_sign_up = Some(true))
        .await;
    let tokens = harness.sign_up("ada@example.com").await;
    let caller = harness.client(&tokens).await;
    let own = caller.own_user().unwrap().selected_team.as_ref().unwrap().id;
    let select = |team| {
        let command = UserUpdate {
            selected_team_id: team,
            ..Default::default()
        };
        harness.domain.users.update(&caller, tokens.user_id, command)
    };
    assert_eq!(
        code(select(Patch::Value(Uuid::nil().into())).await),
        "TEAM_MEMBERSHIP_NOT_FOUND"
    );
    assert!(select(Patch::Null).await.unwrap().selected_team.is_none());
    assert_eq!(select(Patch::Value(own)).await.unwrap().selected_team.unwrap().id, own);
}

#[tokio::test]
async fn lists_hide_anonymous_and_restricted_users_unless_asked() {
    let harness = Harness::new().await;
    let tenant = harness.tenant().await;
    let restricted = UserFields {
        restricted_by_admin: Some(true),
        ..Default::default()
    };
    harness.domain.users.create(&tenant, create(restricted)).await.unwrap();
    harness
        .domain
        .users
        .create(
            &tenant,
            UserCreate {
                is_anonymous: true,
                ..Default::default()
            },
        )
        .await
        .unwrap();
    harness
        .domain
        .users
        .create(&tenant, UserCreate::default())
        .await
        .unwrap();
    for (include_restricted, include_anonymous, only_anonymous, count) in [
        (false, false, false, 1),
        (true, false, false, 2),
        (false, true, false, 3),
        (false, true, true, 1),
    ] {
        let command = ListUsers {
            include_restricted,
            include_anonymous,
            only_anonymous,
            ..Default::default()
        };
        assert_eq!(
            harness.domain.users.list(&tenant, command).await.unwrap().items.len(),
            count
        );
    }
    let command = ListUsers {
        only_anonymous: true,
        ..Default::default()
    };
    assert_eq!(code(harness.domain.users.list(&tenant, command).await), "400");
}
